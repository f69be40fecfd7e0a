/** What is a clip, and what label.csv says of it. */

import { assertEquals, assertThrows } from "@std/assert";
import { dirname, join } from "node:path";
import { DataError } from "../../mod.ts";
import { listClips, requireLabels } from "../../lib/media/clips.ts";

/** A folder of files by relative path; removed by disposing it. */
function folderOf(files: Readonly<Record<string, string>>): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  for (const [name, content] of Object.entries(files)) {
    Deno.mkdirSync(join(path, dirname(name)), { recursive: true });
    Deno.writeTextFileSync(join(path, name), content);
  }
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("listClips() follows label.csv as CH-SIMS and MOSI have it", () => {
  using folder = folderOf({
    "label.csv": "\uFEFFvideo_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode\r\n" +
      'v,0002,"so, good",0.4,0.6,-0.2,1,Positive,train\r\nv,0001,bad,-1,,,,Negative,valid\r\n',
    "Raw/v/0001.mp4": "",
    "Raw/v/0002.mkv": "",
    "Raw/w/0001.mp4": "not in the CSV",
  });
  const [first, second, ...others] = listClips(folder.path);
  assertEquals(others, []);
  assertEquals(first, {
    id: "v$_$0002",
    path: join(folder.path, "Raw/v/0002.mkv"),
    split: "train",
    text: "so, good",
    labels: { all: 0.4, text: 0.6, audio: -0.2, vision: 1 },
    annotation: "Positive",
  });
  assertEquals([second!.split, second!.labels], ["valid", { all: -1 }]);
});

Deno.test("listClips() takes a folder of clips without labels as test, in the order of names", () => {
  using folder = folderOf({
    "10.wav": "",
    "2.mp4": "",
    "2.wav": "",
    "2.txt": "words",
    "sub/a.FLAC": "",
    ".hidden.mp4": "",
    "notes.md": "",
  });
  const clips = listClips(folder.path);
  assertEquals(clips.map(({ id }) => id), ["2", "10", "sub$_$a"]);
  assertEquals(clips[0]!.path, join(folder.path, "2.mp4"));
  assertEquals(new Set(clips.map(({ split, text }) => `${split} ${text}`)), new Set(["test null"]));
});

Deno.test("listClips() names a clip without a file, and trains on labels without a mode", () => {
  using folder = folderOf({ "l.csv": "video_id,clip_id,label\nv,1,2\n", "v/2.mp4": "" });
  const [clip] = listClips(folder.path, join(folder.path, "l.csv"));
  assertEquals([clip!.path, clip!.split], [null, "train"]);
});

for (
  const [name, csv, message] of [
    ["a clip twice", "video_id,clip_id\nv,1\nv,1\n", 'line 3 has the clip "v$_$1" again'],
    ["a label that is no number", "clip_id,label\n1,good\n", 'line 2 has the label "good"'],
    ["an unknown mode", "clip_id,mode\n1,trian\n", 'line 2 has the mode "trian"'],
    ["a CSV of something else", "id,score\n1,2\n", "columns are id, score"],
  ] as const
) {
  Deno.test(`listClips() refuses ${name}`, () => {
    using folder = folderOf({ "label.csv": csv });
    assertThrows(() => listClips(folder.path), DataError, message);
  });
}

Deno.test("listClips() refuses a folder without clips, and one that is not there", () => {
  using folder = folderOf({ "a.txt": "" });
  assertThrows(() => listClips(folder.path), DataError, "it has no clips");
  assertThrows(() => listClips(join(folder.path, "b")), DataError, "there is no such file");
});

Deno.test("requireLabels() refuses labels out of range, and of some clips of a split only", () => {
  using folder = folderOf({
    "label.csv": "clip_id,label,mode\n1,2.5,train\n2,,train\n3,,test\n",
    "1.mp4": "",
  });
  const clips = listClips(folder.path);
  assertThrows(() => requireLabels(clips, "sims"), DataError, 'label of clip "1" is 2.5');
  assertThrows(() => requireLabels(clips, "mosi"), DataError, 'label of clip "2" is missing');
  requireLabels([clips[0]!, clips[2]!], "mosi");
});
