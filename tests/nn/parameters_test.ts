import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

forEachEngine("Parameters keeps its variables under their names, in order", () => {
  const parameters = new Parameters();
  const b = parameters.add("b", [2, 1], Float32Array.of(1, 2));
  const a = parameters.add("a", [], Float32Array.of(3));
  assertEquals(parameters.names(), ["b", "a"]);
  assertEquals([...parameters].map(([name]) => name), ["b", "a"]);
  assert(parameters.get("b") === b && parameters.get("a") === a);
  assertEquals([b.shape, [...b.dataSync()], b.dtype, b.trainable], [
    [2, 1],
    [1, 2],
    "float32",
    true,
  ]);
  parameters.dispose();
});

forEachEngine("Parameters refuses a name that is taken, and one that is not there", () => {
  const parameters = new Parameters();
  parameters.add("a", [1], Float32Array.of(1));
  const before = tf.memory().numTensors;
  const again = () => parameters.add("a", [1], Float32Array.of(2));
  assertThrows(again, Error, 'Cannot add parameter "a": it exists');
  assertThrows(() => parameters.get("A"), Error, 'no parameter "A"');
  assertThrows(() => parameters.add("b", [2], Float32Array.of(2)), Error);
  assertEquals([tf.memory().numTensors, parameters.names()], [before, ["a"]]);
  parameters.dispose();
});

forEachEngine("Parameters frees all memory when it is disposed, and only then", () => {
  const before = tf.memory().numTensors;
  const parameters = new Parameters();
  tf.tidy(() => {
    for (const name of ["a", "b", "c"]) parameters.add(name, [2], new Float32Array(2));
  });
  assertEquals(tf.memory().numTensors - before, 3);
  assertEquals([...parameters.get("a").dataSync()], [0, 0]);
  parameters.dispose();
  assertEquals([tf.memory().numTensors, parameters.names()], [before, []]);
});

forEachEngine("Parameters gives the same name to networks side by side", () => {
  const [first, second] = [new Parameters(), new Parameters()];
  const a = first.add("w", [1], Float32Array.of(1));
  second.add("w", [1], Float32Array.of(2));
  assertEquals([...a.dataSync()], [1]);
  first.dispose();
  assertEquals([...second.get("w").dataSync()], [2]);
  second.dispose();
});

forEachEngine("Parameters keeps its start values when the array they came from changes", () => {
  const parameters = new Parameters();
  const values = Float32Array.of(1, 2);
  const variable = parameters.add("w", [2], values);
  values.fill(9);
  assertEquals([...variable.dataSync()], [1, 2]);
  parameters.dispose();
});
