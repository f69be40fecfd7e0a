/** Broken and hostile media: each is an error for its clip, and nothing else is read or fetched. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { extractClips, RandomStream } from "../../mod.ts";
import { ffmpeg, HAS_FFMPEG, makeClip } from "./programs.ts";

const WANTED = 200;

/** Writes the files; what they name lies in `canary` and at `address`. */
function writeHostile(folder: string, canary: string, address: string): number {
  let count = 0;
  const add = (ending: string, content: Uint8Array | string) => {
    const path = join(folder, `${String(count++).padStart(3, "0")}.${ending}`);
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
  };
  const random = RandomStream.fromSeed(21);
  const noise = (size: number) => Uint8Array.from({ length: size }, () => random.integer(256));
  const secret = join(canary, "secret.mp4");

  // Scripts and playlists that name other files and addresses, under every ending.
  const scripts = [secret, `file:${secret}`, `${address}/x.mp4`].flatMap((target) => [
    `ffconcat version 1.0\nfile '${target}'\n`,
    `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${target}\n#EXT-X-ENDLIST\n`,
    `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${target}"\n#EXTINF:5,\n${target}\n#EXT-X-ENDLIST\n`,
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>` +
    `<AdaptationSet><Representation id="1" mimeType="video/mp4"><BaseURL>${target}</BaseURL>` +
    `</Representation></AdaptationSet></Period></MPD>`,
    `<ASX version="3.0"><ENTRY><REF HREF="${target}"/></ENTRY></ASX>`,
    `[playlist]\nFile1=${target}\nNumberOfEntries=1\nVersion=2\n`,
    `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n`,
    `movie=${target}`,
    `<svg xmlns="http://www.w3.org/2000/svg"><image href="${target}"/></svg>`,
  ]);
  for (const script of scripts) for (const ending of ["mp4", "mkv"]) add(ending, script);

  // Huge dimensions in the head: PNG, BMP, GIF and an AVI of raw pictures.
  const png = Uint8Array.from(
    atob("iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAIAAAA="),
    (c) => c.charCodeAt(0),
  );
  const bmp = new Uint8Array(64);
  bmp.set([0x42, 0x4d, 64, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]);
  new DataView(bmp.buffer).setInt32(18, 2 ** 30, true);
  new DataView(bmp.buffer).setInt32(22, 2 ** 30, true);
  bmp.set([1, 0, 24, 0], 26);
  const gif = new TextEncoder().encode("GIF89a\xff\xff\xff\xff\x00\x00\x00,");
  for (const picture of [png, bmp, gif]) for (const ending of ["mp4", "webm"]) add(ending, picture);
  const small = join(folder, "raw.avi");
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1", "-c:v", "rawvideo", small);
  const avi = Deno.readFileSync(small);
  Deno.removeSync(small);
  const format = new TextDecoder("latin1").decode(avi).indexOf("strf") + 8;
  for (const side of [30_000, 2 ** 24, 2 ** 31 - 1]) {
    const huge = avi.slice();
    new DataView(huge.buffer).setInt32(format + 4, side, true);
    new DataView(huge.buffer).setInt32(format + 8, side, true);
    add("avi", huge);
  }

  // Nothing, noise, text, and heads of containers before noise.
  const heads = [
    "\0\0\0\x20ftypisom",
    "\x1aE\xdf\xa3",
    "RIFF\xff\xff\xff\xffWAVEfmt ",
    "fLaC",
    "OggS",
  ];
  for (const ending of ["mp4", "mov", "mkv", "webm", "avi", "wav", "mp3", "flac", "ogg"]) {
    add(ending, "");
    add(ending, noise(3000));
    add(ending, "not a clip\n".repeat(300));
    for (const head of heads.slice(0, 3)) {
      const bytes = noise(2000);
      bytes.set(Uint8Array.from(head, (c) => c.charCodeAt(0)));
      add(ending, bytes);
    }
  }

  // Whole clips that lost their end.
  const endings = ["mp4", "mov", "mkv", "webm", "avi", "mp4"];
  for (const [i, ending] of endings.entries()) {
    const path = join(folder, `whole.${ending}`);
    const options = ending === "webm" ? ["-c:v", "libvpx", "-deadline", "realtime"] : [];
    makeClip(path, { options: i === 5 ? ["-movflags", "+faststart"] : options });
    const bytes = Deno.readFileSync(path);
    Deno.removeSync(path);
    for (let cut = 1; cut <= 14; cut++) add(ending, bytes.subarray(0, bytes.length * cut / 16));
  }
  // Sound in Ogg, within a page and between two: ffmpeg plays what there is and does not complain.
  const path = join(folder, "whole.ogg");
  ffmpeg("-f", "lavfi", "-i", "sine=duration=4", "-c:a", "libvorbis", "-page_duration", "1", path);
  const bytes = Deno.readFileSync(path);
  Deno.removeSync(path);
  const pages = [...new TextDecoder("latin1").decode(bytes).matchAll(/OggS/g)];
  const last = pages.at(-1)!.index;
  for (const end of [bytes.length - 1, last, bytes.length / 2]) add("ogg", bytes.subarray(0, end));
  return count;
}

Deno.test("200 broken and hostile files are 200 errors", { ignore: !HAS_FFMPEG }, async () => {
  const root = Deno.makeTempDirSync();
  const [folder, canary, store] = ["clips", "canary", "store"].map((name) => join(root, name));
  Deno.mkdirSync(folder!);
  Deno.mkdirSync(canary!);
  makeClip(join(canary!, "secret.mp4"));
  let requests = 0;
  await using server = Deno.serve({ port: 0, onListen: () => {} }, () => {
    requests++;
    return new Response("");
  });
  const address = `http://localhost:${server.addr.port}`;
  const count = writeHostile(folder!, canary!, address);
  assert(count >= WANTED, `${count} files`);
  // Links, a pipe and a folder with names of clips.
  Deno.symlinkSync(join(canary!, "secret.mp4"), join(folder!, "link.mp4"));
  Deno.symlinkSync("/dev/zero", join(folder!, "zero.mp4"));
  new Deno.Command("mkfifo", { args: [join(folder!, "pipe.mp4")] }).outputSync();
  Deno.mkdirSync(join(folder!, "folder.mp4"));

  // Reading a file whose time of access lies before its last change moves that time.
  const secret = join(canary!, "secret.mp4"), past = new Date("2001-01-01");
  Deno.utimeSync(secret, past, new Date());
  const wasRead = () => Deno.statSync(secret).atime!.getTime() !== past.getTime();
  const { report, meta } = await extractClips(folder!, store!, { jobs: 2 });
  assertEquals([report.done, meta], [0, null]);
  assertEquals(report.failed.length, count + 3);
  for (const { id, stage, reason } of report.failed) {
    assert(/^(it|its|there|ffmpeg) /.test(reason) && stage !== "features", `${id}: ${reason}`);
  }
  assertEquals(requests, 0);
  assert(!wasRead(), "the secret clip was read");
  // That both canaries sing: what was not seen above would have been seen.
  await (await fetch(address)).body?.cancel();
  assertEquals(requests, 1);
  Deno.readFileSync(secret);
  if (!wasRead()) console.log("this file system keeps no times of access: reads are not checked");
  Deno.removeSync(root, { recursive: true });
});
