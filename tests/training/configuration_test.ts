import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { differencesOf, identityOf, variantName } from "../../lib/training/configuration.ts";

Deno.test("identityOf() is the same for all seeds, ways to save, and reasons", () => {
  const one = { seed: 1, b: 2, a: true, checkpointSeconds: 0, aReason: "so" };
  assertEquals(JSON.stringify(identityOf(one)), '{"a":true,"b":2}');
  assertEquals(identityOf({ ...one, seed: 2, checkpointSeconds: 9 }), identityOf(one));
  assertEquals(identityOf({ b: 2 }, { a: true, b: 1 }), { a: true, b: 2 }, "an older run");
});

Deno.test("differencesOf() gives what the other has, by key", () => {
  assertEquals(differencesOf({ z: 1, a: 1, gone: 2 }, { z: 2, a: 1, added: "x" }), [
    ["added", "x"],
    ["gone", undefined],
    ["z", 2],
  ]);
});

Deno.test("variantName() writes numbers and words as they are typed", () => {
  const name = variantName([
    ["beta", 1e-7],
    ["dropout", 0.30000000000000004],
    ["x", -1],
    [
      "isOn",
      false,
    ],
    ["mode", "robust"],
    ["labels", undefined],
  ]);
  assertEquals(
    name,
    "beta=1e-7,dropout=0.30000000000000004,x=-1,isOn=false,mode=robust,labels=none",
  );
});

Deno.test("variantName() is fit for a folder, whatever is in a value", () => {
  const values = [
    "a/b",
    "a\\b",
    "a b",
    "a:b",
    "..",
    "../../etc",
    "~",
    "",
    '*?<>|"',
    "x".repeat(500),
  ];
  values.push(
    "/very/long/path/to/models/bert-base-chinese",
    "a+b",
    "a,b",
    "\u0000",
    "文".repeat(200),
  );
  const names = values.map((value) => variantName([["bert", value]]));
  for (const name of names) {
    assertMatch(name, /^bert=[\p{L}\p{N}][\p{L}\p{N}._+-]*$/u);
    assert(name.length <= 100 && new TextEncoder().encode(name).length < 200, name);
  }
  assertEquals(new Set(names).size, names.length, "other values have other names");
  assertMatch(names[10]!, /^bert=.*bert-base-chinese-[0-9a-f]{8}$/, "the end of a path tells most");
  assertEquals(names[12], "bert=a+b");
  assertNotEquals(names[11], "bert=a+b");
});

Deno.test("variantName() of many settings is bounded, and still tells them apart", () => {
  const many = (last: number) =>
    Array.from({ length: 40 }, (_, i) => [`setting${i}`, i === 39 ? last : i] as const);
  const [one, other] = [variantName(many(1)), variantName(many(2))];
  assertMatch(one, /^setting0=0,setting1=1,.*,\+3\d=[0-9a-f]{8}$/);
  assert(one.length <= 100);
  assertNotEquals(one, other);
});
