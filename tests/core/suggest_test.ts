import { assertEquals } from "@std/assert";
import { nearest, unknownName } from "../../lib/core/suggest.ts";

const OPTIONS = ["batchSize", "learningRate", "learningRateBert", "updateEpochs"];

Deno.test("nearest() finds the name for a letter too few, too many, wrong or swapped", () => {
  for (const typo of ["lerningRate", "learningRatee", "learningSate", "laerningRate"]) {
    assertEquals(nearest(typo, OPTIONS), "learningRate");
  }
  assertEquals(nearest("learningRateBer", OPTIONS), "learningRateBert");
});

Deno.test("nearest() takes a swap for one slip, and another word for another word", () => {
  assertEquals(nearest("mea", ["corr", "mae"]), "mae");
  assertEquals(nearest("cots", ["kernel", "cost"]), "cost");
  assertEquals(nearest("output", ["out", "data"]), "out");
  assertEquals(nearest("horse", ["corr", "mae", "acc2NegPos"]), undefined);
});

Deno.test("nearest() ignores case", () => {
  assertEquals(nearest("BATCHSIZE", OPTIONS), "batchSize");
  assertEquals(nearest("updateepochs", OPTIONS), "updateEpochs");
  assertEquals(nearest("svmx", ["cnn", "SVMX"]), "SVMX");
});

Deno.test("nearest() keeps the first of equally near names", () => {
  assertEquals(nearest("mosx", ["mosi", "mose"]), "mosi");
  assertEquals(nearest("mosx", new Set(["mose", "mosi"])), "mose");
});

Deno.test("nearest() takes the exact name, an empty name and no names", () => {
  assertEquals(nearest("batchSize", OPTIONS), "batchSize");
  assertEquals(nearest("", ["cnn", "svm", "a"]), "a");
  assertEquals(nearest("cnn", []), undefined);
});

Deno.test("unknownName() gives what was asked, the nearest name and all names", () => {
  assertEquals(
    unknownName("model", "sefl-mm", ["self-mm", "cnn"]),
    'Unknown model "sefl-mm": did you mean "self-mm"? Known are self-mm, cnn',
  );
});

Deno.test("nearest() takes letters that are left out for a smaller slip than a wrong one", () => {
  assertEquals(nearest("sed", ["set", "seeds", "epochs"]), "seeds");
  assertEquals(nearest("sett", ["set", "seeds"]), "set");
  assertEquals(nearest("modl", ["mode", "model"]), "model");
});

Deno.test("unknownName() takes a beginning for the names that go on from there", () => {
  const known = ["mae", "acc2NonNeg", "acc2NegPos", "acc3"];
  assertEquals(
    unknownName("metric", "acc2", known),
    'Unknown metric "acc2": did you mean "acc2NonNeg" or "acc2NegPos"? ' +
      "Known are mae, acc2NonNeg, acc2NegPos, acc3",
  );
});

Deno.test("unknownName() takes first letters for the names that they are of", () => {
  const known = ["batchSize", "learningRateAudio", "learningRateText", "weightDecay", "lrx"];
  assertEquals(
    unknownName("setting", "lr", known.slice(0, 4)),
    'Unknown setting "lr": did you mean "learningRateAudio" or "learningRateText"? ' +
      "Known are batchSize, learningRateAudio, learningRateText, weightDecay",
  );
  assertEquals(
    unknownName("setting", "bs", known).slice(0, 46),
    'Unknown setting "bs": did you mean "batchSize"',
  );
  assertEquals(unknownName("setting", "zz", known).includes("did you mean"), false);
});
