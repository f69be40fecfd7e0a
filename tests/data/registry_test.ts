import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import {
  countMismatches,
  type DatasetShape,
  detectProtocol,
  KNOWN_FILES,
  recognize,
  requireProtocol,
  resembles,
  tellProtocol,
} from "../../lib/data/registry.ts";

const MOSI: DatasetShape = {
  widths: { text: 768, audio: 5, vision: 20 },
  steps: { text: 50, audio: 375, vision: 500 },
  samples: { train: 1284, valid: 229, test: 686 },
  hasUnimodalTextLabels: false,
  fileName: "unaligned_50.pkl",
};
const OTHER: DatasetShape = {
  ...MOSI,
  widths: { text: 300, audio: 74 },
  steps: { text: 20, audio: 20 },
};

Deno.test("KNOWN_FILES has a sum and a name for one file only", () => {
  for (const key of ["name", "sha256", "sha1"] as const) {
    const values = KNOWN_FILES.map((file) => file[key]).filter((value) => value !== null);
    assertEquals(new Set(values).size, values.length);
  }
  for (const { sha256, sha1 } of KNOWN_FILES) {
    assertEquals([sha256?.length ?? 64, sha1?.length ?? 40], [64, 40]);
  }
});

Deno.test("KNOWN_FILES has test label counts that sum to the test split", () => {
  for (const { testLabels, samples } of KNOWN_FILES) {
    if (testLabels !== null) assertEquals(testLabels.reduce((a, b) => a + b), samples.test);
  }
});

Deno.test("recognize() knows a published file by either sum, whatever its shapes", () => {
  const sha256 = "c9e20c13ec0454d98bb9c1e520e490c75146bfa2dfeeea78d84de047dbdd442f";
  const sha1 = "ef49589349bc1c2bc252ccc0d4657a755c92a056";
  assertEquals(recognize(OTHER, { sha256, sha1: "" })?.file.name, "sims");
  const bySha1 = recognize(OTHER, { sha256: "", sha1 });
  assertEquals([bySha1?.file.name, bySha1?.by], ["mosei-aligned", "sha1"]);
});

Deno.test("recognize() knows a published file by widths, alignment and counts", () => {
  const found = recognize(MOSI);
  assertEquals([found?.file.name, found?.by], ["mosi-unaligned", "shapes"]);
  const aligned = { ...MOSI, steps: { text: 50, audio: 50, vision: 50 } };
  assertEquals(recognize(aligned)?.file.name, "mosi-aligned");
  const swapped = { ...MOSI, steps: { text: 50, audio: 500, vision: 375 } };
  assertEquals(recognize(swapped)?.file.name, "mosi-unaligned");
});

Deno.test("recognize() knows no file with other widths, counts or a split less", () => {
  assertEquals(recognize(OTHER), null);
  assertEquals(recognize({ ...MOSI, samples: { ...MOSI.samples, test: 685 } }), null);
  assertEquals(recognize({ ...MOSI, samples: { train: 1284, valid: 229 } }), null);
  assertEquals(recognize({ ...MOSI, widths: { text: 768, audio: 5 } }), null);
});

Deno.test("resembles() gives the file with the same shapes and the fewest other counts", () => {
  const samples = { train: 1284, valid: 229, test: 100 };
  const near = resembles({ ...MOSI, samples })!;
  assertEquals(near.name, "mosi-unaligned");
  assertEquals(countMismatches({ samples }, near), [{ split: "test", found: 100, published: 686 }]);
  const sims = {
    ...MOSI,
    widths: { text: 768, audio: 33, vision: 709 },
    steps: { text: 39, audio: 400, vision: 55 },
  };
  assertEquals(resembles({ ...sims, samples: { train: 2722, valid: 647 } })?.name, "simsv2");
  assertEquals(resembles({ ...sims, samples: { train: 1368, valid: 456 } })?.name, "sims");
  assertEquals(resembles(OTHER), null);
});

Deno.test("detectProtocol() asks registry, unimodal labels, widths and file name in this order", () => {
  assertEquals(detectProtocol({ ...MOSI, hasUnimodalTextLabels: true }), "mosi");
  const unknown = { ...MOSI, samples: { train: 10 } };
  assertEquals(detectProtocol({ ...unknown, hasUnimodalTextLabels: true }), "sims");
  assertEquals(detectProtocol({ ...unknown, fileName: "sims.pkl" }), "mosi");
  assertEquals(detectProtocol({ ...OTHER, fileName: "my_MOSEI_rows.pkl" }), "mosei");
  assertEquals(detectProtocol({ ...OTHER, fileName: "mosi2.pkl" }), "mosi");
  assertEquals(detectProtocol({ ...OTHER, fileName: "SIMS" }), "sims");
  assertEquals(detectProtocol({ ...OTHER, fileName: "youtube.pkl" }), null);
});

Deno.test("detectProtocol() wants all three widths of a row", () => {
  const partial = { ...OTHER, widths: { text: 768, audio: 5 }, fileName: "x.pkl" };
  assertEquals(detectProtocol(partial), null);
});

Deno.test("requireProtocol() prefers the one that was asked for", () => {
  assertEquals(requireProtocol({ path: "x.pkl", protocol: "mosi" }, "sims"), "sims");
  assertEquals(requireProtocol({ path: "x.pkl", protocol: "mosi" }), "mosi");
});

Deno.test("requireProtocol() asks for --protocol where nothing tells", () => {
  assertThrows(
    () => requireProtocol({ path: "x.pkl", protocol: null }),
    UsageError,
    'protocol of "x.pkl" from its content, labels or name: give --protocol mosi|mosei|sims',
  );
});

Deno.test("detectProtocol() goes by the folder's name where the file's says nothing", () => {
  const unknown = { widths: {}, steps: {}, samples: {}, hasUnimodalTextLabels: false };
  const of = (fileName: string, folderName: string) =>
    detectProtocol({ ...unknown, fileName, folderName });
  assertEquals(of("unaligned_50.pkl", "MOSEI"), "mosei");
  assertEquals(of("my_sims.pkl", "mosi"), "sims");
  assertEquals(of("unaligned_50.pkl", "data"), null);
});

Deno.test("tellProtocol() goes by the range of the labels where no name tells, and says that it guesses", () => {
  const unknown = { widths: {}, steps: {}, samples: {}, hasUnimodalTextLabels: false };
  const of = (least: number, greatest: number, fileName = "my.pkl") =>
    tellProtocol({ ...unknown, fileName, labels: [least, greatest] });
  assertEquals(of(-1, 0.8), { protocol: "sims", by: "its labels, -1 to 0.8", isGuess: true });
  assertEquals(of(-2.4, 3), { protocol: "mosi", by: "its labels, -2.4 to 3", isGuess: true });
  assertEquals(of(-1, 1, "mosei.pkl"), { protocol: "mosei", by: "its name", isGuess: false });
  for (const [least, greatest] of [[0, 1], [-1, 0], [1, 3], [-4, 2], [0, 0]] as const) {
    assertEquals(of(least, greatest), null);
  }
  assertEquals(tellProtocol(MOSI)?.by, "the published file");
});
