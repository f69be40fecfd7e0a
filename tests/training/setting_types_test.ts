/** What editors complete and underline: each line that expects an error fails the check without one. */

import { assertEquals } from "@std/assert";
import { count, type NetworkDefinition, train, type TrainOptions } from "../../mod.ts";

const settings = { hiddenDim: count(16, "width") };

/** Never called: its types are what is tested. */
async function checked(mine: NetworkDefinition<typeof settings>, anyName: string): Promise<void> {
  const data = "synthetic";
  await train({ model: "self-mm", data, settings: { mode: "robust", batchSize: 8, bert: "a" } });
  // @ts-expect-error its name is batchSize
  await train({ model: "self-mm", data, settings: { batchsize: 8 } });
  // @ts-expect-error reference or robust
  await train({ model: "self-mm", data, settings: { mode: "robus" } });
  // @ts-expect-error a number
  await train({ model: "self-mm", data, settings: { batchSize: "8" } });
  // @ts-expect-error a setting of shared-private
  await train({ model: "cnn", data, settings: { pairs: "av" } });
  // @ts-expect-error what is fitted at once has no epochs
  await train({ model: "svm", data, settings: { epochs: 3 } });
  await train({ model: mine, data, settings: { hiddenDim: 3, epochs: 3, text: "bert" } });
  // @ts-expect-error its name is hiddenDim
  await train({ model: mine, data, settings: { hidenDim: 3 } });
  // Names that are known when it runs may have any settings, which are checked then.
  await train({ model: anyName, data, settings: { anything: 1 } });
  const options: TrainOptions = { model: anyName, data, settings: { anything: 1 } };
  await train(options);
}

Deno.test("train() has a type for each setting of each model", () => {
  assertEquals(checked.length, 2);
});
