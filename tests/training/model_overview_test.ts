import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DataError, NonFiniteLossError, UsageError } from "../../lib/core/errors.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { findModel, MODELS } from "../../lib/models/mod.ts";
import { Candidates, openTraining, parameterCounts } from "../../lib/training/mod.ts";
import { makeDataset, makeOneSided, TestFolder } from "../data/mmsa_file.ts";
import { smallSettings } from "../models/networks.ts";
import { BertFolder } from "../../lib/nn/bert_folder.ts";
import { loadDataset } from "../../lib/data/mod.ts";
import { BERT, DATA } from "./small_bert.ts";

await openEngine({ engine: "cpu" });

/** Trainable parameters of the reference's networks on MOSI, MOSEI, SIMS and SIMS v2. */
const OF_REFERENCE: Readonly<Record<string, readonly (number | null)[]>> = {
  "lf-dnn": [597_171, 572_283, 635_821, 300_973],
  "tfn": [9_497_043, 5_042_539, 35_632_077, 18_178_893],
  "lmf": [505_067, 508_470, 272_376, 274_552],
  "ef-lstm": [885_605, 1_754_725, 215_695, 1_120_591],
  "mfn": [2_172_657, 1_276_865, 601_505, 1_179_377],
  "graph-mfn": [2_110_624, 675_792, 2_724_860, 1_062_428],
  "mult": [2_571_551, 982_951, 1_870_701, 1_001_821],
  "mlf-dnn": [null, null, 283_388, 623_852],
  "mtfn": [null, null, 140_957_188, 2_619_288],
  "mlmf": [null, null, 1_413_388, 274_873],
};

Deno.test("networks have as many parameters as the reference's on each dataset", () => {
  for (const [name, counts] of Object.entries(OF_REFERENCE)) {
    assertEquals(Object.values(parameterCounts(findModel(name))), counts, name);
  }
});

Deno.test("every network has parameters on each dataset that has what it needs, and a regressor none", () => {
  for (const model of MODELS) {
    if (Object.hasOwn(OF_REFERENCE, model.name)) continue;
    const counts = parameterCounts(model);
    assertEquals(Object.keys(counts), ["mosi", "mosei", "sims", "simsv2"]);
    for (const count of Object.values(counts)) {
      assertEquals(count !== null, model.kind === "network", model.name);
    }
  }
});

function unlessNonFinite(error: unknown): void {
  if (!(error instanceof NonFiniteLossError)) throw error;
}

Deno.test("Candidates.check() says as a training does whether a model can be trained", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  using candidates = await Candidates.open({ data });
  assertEquals(candidates.dataset, "mosi");
  for (const model of MODELS) {
    const { runs, reason } = candidates.check(model);
    const train = async () => {
      using training = await openTraining({
        model,
        data,
        engine: "cpu",
        out: folder.at("runs"),
        settings: model.kind === "network" ? { ...smallSettings(model), epochs: 1 } : {},
        onWarning: () => {},
      });
      await training.train(1111);
    };
    assertEquals(runs, reason === null);
    // Features of hundreds, which these are, are too much for a likelihood: that is no refusal.
    if (runs) await train().catch(unlessNonFinite);
    else assertEquals((await assertRejects(train, Error)).message, reason);
  }
});

Deno.test("Candidates.check() counts parameters on the data, and names what is odd and what is missing", async () => {
  using folder = new TestFolder();
  const plain = folder.pickle(makeDataset(), "mosi.pkl");
  using candidates = await Candidates.open({ data: plain, modalities: ["audio", "vision"] });
  const { runs, parameters, warnings } = candidates.check(findModel("cnn"));
  // Filters of 3, 4 and 5 steps over widths 2 and 3, and a layer over their 600 responses.
  assertEquals([runs, parameters], [true, 100 * (12 * 5 + 2 * 3) + 601]);
  assertStringIncludes(warnings.join(), "batchSize 32 is more than the 8 samples");
  assertMatch(candidates.check(findModel("mlmf")).reason!, /no labels of people for audio and/);
  assertEquals(candidates.check(findModel("svm")).parameters, null);

  const noValid = makeDataset();
  delete (noValid as { valid?: unknown }).valid;
  using short = await Candidates.open({ data: folder.pickle(noValid, "mosi_short.pkl") });
  assertMatch(short.check(findModel("cnn")).reason!, /split "valid" is missing/);
  const open = (options: Parameters<typeof Candidates.open>[0]) => () => Candidates.open(options);
  await assertRejects(open({ data: folder.at("no.pkl") }), DataError);
  const nameless = folder.pickle(makeOneSided(), "data.pkl");
  await assertRejects(open({ data: nameless }), UsageError, "Cannot tell the protocol");
});

Deno.test("a model of sequences is trained on text of one step with a warning", async () => {
  for (const [textSteps, count] of [[1, 1], [2, 0]] as const) {
    using candidates = await Candidates.open({ data: `synthetic:n=64,textSteps=${textSteps}` });
    const { warnings } = candidates.check(findModel("lf-dnn"));
    const found = warnings.filter((text) => text.includes("made for text as a sequence"));
    assertEquals(found.length, count);
    assert(!candidates.check(findModel("self-mm")).warnings.join().includes("sequence"));
  }
});

Deno.test("Candidates.check() tries models that need a BERT with the one that is given", async () => {
  const options = { data: DATA, protocol: "mosi", modalities: ["text", "audio"] } as const;
  using without = await Candidates.open(options);
  using candidates = await Candidates.open({ ...options, bert: BERT });
  const magBert = findModel("mag-bert");
  assertMatch(without.check(magBert).reason!, /without --bert FOLDER/);
  const { reason, parameters } = candidates.check(magBert);
  using bert = new BertFolder(BERT);
  using dataset = loadDataset(DATA, { protocol: "mosi", modalities: ["audio"] });
  const { width } = bert.config, audio = dataset.splits.train!.features.audio!.width;
  // Two maps, of [audio; e] and of audio, a norm and the score.
  const own = (audio + width + 1) * width + (audio + 1) * width + 2 * width + width + 1;
  assertEquals([reason, parameters], [null, own]);
  assertEquals(candidates.check(findModel("cnn")).runs, true, "others read no BERT");
});
