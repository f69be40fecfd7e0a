import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { findModel } from "../../lib/models/mod.ts";
import { settingsOf } from "../../lib/training/mod.ts";
import { parseSettings } from "../../lib/training/config.ts";
import { fromMmsa } from "../../tasks/shared/mmsa_settings.ts";

const KNOWN = Object.keys(settingsOf(findModel("self-mm")));

Deno.test("fromMmsa() reads names with underscores, video and single letters", () => {
  const { settings, unused } = fromMmsa(
    {
      learning_rate_video: 1e-4,
      a_lstm_hidden_size: 16,
      v_lstm_dropout: 0.1,
      post_fusion_dim: 64,
      H: 3,
      excludeZero: true,
      batch_size: 16,
      need_data_aligned: false,
      text_out: 768,
    },
    "self-mm",
    "mosi",
    KNOWN,
  );
  assertEquals(settings, {
    learningRateVision: 1e-4,
    audioLstmHiddenSize: 16,
    visionLstmDropout: 0.1,
    postFusionDim: 64,
    H: 3,
    excludeZero: true,
    batchSize: 16,
  });
  assertEquals(unused, ["need_data_aligned", "text_out"]);
});

Deno.test("fromMmsa() takes of MMSA's nesting what is for the model and the dataset", () => {
  const file = {
    lf_dnn: { commonParams: { early_stop: 20 }, datasetParams: { mosi: { batch_size: 128 } } },
    self_mm: {
      commonParams: { early_stop: 8, update_epochs: 4 },
      datasetParams: { mosi: { batch_size: 16, H: 3 }, sims: { batch_size: 32, H: 1 } },
    },
  };
  const of = (dataset: string) => fromMmsa(file, "self-mm", dataset, KNOWN).settings;
  assertEquals(of("mosi"), { earlyStop: 8, updateEpochs: 4, batchSize: 16, H: 3 });
  assertEquals(of("sims"), { earlyStop: 8, updateEpochs: 4, batchSize: 32, H: 1 });
});

Deno.test("unknown settings are told all at once, each with its nearest", () => {
  const { settings } = fromMmsa({ batch_sise: 3, zzzz: 1 }, "self-mm", "mosi", KNOWN);
  const error = assertThrows(
    () => parseSettings(findModel("self-mm"), settings as Record<string, number>),
    UsageError,
  );
  assertMatch(
    error.message,
    /^Unknown settings "batchSise" \(did you mean "batchSize"\?\), "zzzz": /,
  );
});
