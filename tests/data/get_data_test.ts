import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { gigabytes, howToGet, publishedBytes } from "../../lib/data/get_data.ts";
import { openDataset } from "../../lib/data/mod.ts";
import { KNOWN_FILES } from "../../lib/data/registry.ts";
import { DataError } from "../../lib/core/errors.ts";

function known(name: string) {
  return KNOWN_FILES.find((file) => file.name === name)!;
}

Deno.test("publishedBytes() gives the 1.2 GB that people report of SIMS, and nothing unpublished", () => {
  assertEquals(gigabytes(publishedBytes(known("sims"))!), "1.2 GB");
  assertEquals(gigabytes(publishedBytes(known("mosei-unaligned"))!), "13 GB");
  assertEquals(publishedBytes(known("simsv2")), null);
});

Deno.test("howToGet() names the published file that a path sounds like", () => {
  const mosi = howToGet("mosi/unaligned_50.pkl");
  assertMatch(mosi, /^MOSI\/Processed\/unaligned_50\.pkl, about 0\.5 GB, SHA-256 78e0f8b5/);
  assert(!mosi.includes("/aligned_50.pkl"));
  assertMatch(
    howToGet("MOSEI/aligned_50.pkl"),
    /^MOSEI\/Processed\/aligned_50\.pkl, about 4\.5 GB/,
  );
  assertMatch(howToGet("mosi.pkl"), /unaligned_50\.pkl.*; MOSI\/Processed\/aligned_50\.pkl/);
  assertMatch(howToGet("data/sims.pkl"), /^SIMS\/Processed\/unaligned_39\.pkl/);
  assertMatch(howToGet("clips.pkl"), /^MOSI, MOSEI and SIMS are distributed by/);
});

Deno.test("a file that is not there is told with where to get it and what needs none", () => {
  const open = () => openDataset("mosi/unaligned_50.pkl");
  assertThrows(open, DataError, "there is no such file or folder, expected a dataset. MOSI/Proc");
  assertThrows(open, DataError, '"--data synthetic" needs no file');
});
