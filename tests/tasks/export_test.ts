import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../../lib/core/files.ts";
import { makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";
import { train } from "./short_train.ts";

Deno.test("export writes an ONNX file, lists what it is given, and says how well it agrees", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  assertEquals((await train(folder, "self-mm", data)).code, 0);
  const run = folder.at("runs/self-mm/mosi/1111"), file = folder.at("self-mm.onnx");
  const { code, stdout, stderr } = await runTask("export", run, "--onnx", file, "--json");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^audio_lengths +int64 \[batch\]/m);
  assertMatch(stdout, /onnxruntime's scores differ from the network's by \S+ at most/);
  const result = lastJson(stdout);
  assertEquals([result["file"], result["bytes"]], [file, Deno.statSync(file).size]);
  assert(Number(result["difference"]) <= 1e-5);

  assertFails(await runTask("export", run), 2, /^error: .* expected --onnx FILE or --tensorboard/);
});

Deno.test("export of a model that is no network says so, and writes nothing", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  assertEquals((await train(folder, "constant", data)).code, 0);
  const run = folder.at("runs/constant/mosi/1111"), file = folder.at("constant.onnx");
  const result = await runTask("export", run, "--onnx", file);
  assertFails(result, 2, /^error: Cannot export .* constant is no network/);
  assert(!exists(file));
});

Deno.test("train --tensorboard writes event files as it trains, and export those of all runs", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const flags = ["--tensorboard", "--seeds", "1111,1112"];
  const trained = await train(folder, "self-mm", data, ...flags);
  assertEquals(trained.code, 0, trained.stderr);
  const eventsIn = (path: string) =>
    [...Deno.readDirSync(path)].filter(({ name }) => name.startsWith("events.out.tfevents."))
      .map(({ name }) => Deno.readFileSync(`${path}/${name}`).length);
  const sizes = [1111, 1112].map((seed) => eventsIn(folder.at(`runs/self-mm/mosi/${seed}`)));
  assert(sizes.every(([size, ...more]) => size! > 500 && more.length === 0), `${sizes}`);
  const out = folder.at("events");
  const { code, stdout } = await runTask("export", folder.at("runs"), "--tensorboard", out);
  assertEquals([code, stdout], [0, `2 runs: tensorboard --logdir ${out}\n`]);
  assertEquals(eventsIn(`${out}/self-mm/mosi/1112`), sizes[1]);
  const none = await runTask("export", folder.at("."), "--tensorboard", out);
  assertEquals(none.code, 0);
  const empty = await runTask("export", folder.at("events"), "--tensorboard", folder.at("other"));
  assertFails(empty, 1, /^error: Cannot export .* has trained an epoch/);
});
