import { assertEquals, assertThrows } from "@std/assert";
import { parseUniqueJson } from "../../../lib/data/store/unique_json.ts";

Deno.test("parseUniqueJson() gives what JSON.parse gives", () => {
  const text = '{"a:{": ["}", {"x": "\\"]"}], "b\\\\": {"x": null}, "": 1}';
  assertEquals(parseUniqueJson(text, 3), JSON.parse(text));
});

Deno.test("parseUniqueJson() takes the same name in different objects", () => {
  assertEquals(parseUniqueJson('[{"a":1},{"a":2}]', 2), [{ a: 1 }, { a: 2 }]);
});

Deno.test("parseUniqueJson() refuses a name that comes twice, also when it is escaped", () => {
  const twice = 'it has the name "\\u0061" twice';
  assertThrows(() => parseUniqueJson('{"a":1,"\\u0061":2}', 2), SyntaxError, twice);
  assertThrows(() => parseUniqueJson('{"x":{"a":1,"b":[],"a":2}}', 3), SyntaxError, "twice");
});

Deno.test("parseUniqueJson() refuses the name __proto__, also when it is escaped", () => {
  for (const name of ["__proto__", "__pr\\u006fto__"]) {
    assertThrows(() => parseUniqueJson(`{"${name}":{}}`, 2), SyntaxError, "not allowed");
  }
});

Deno.test("parseUniqueJson() refuses deep nesting before it parses", () => {
  assertThrows(() => parseUniqueJson("[".repeat(1e6), 3), SyntaxError, "nested deeper than 3");
});

Deno.test("parseUniqueJson() throws a SyntaxError for what is no JSON", () => {
  for (const text of ["", "{", '{"a', '{"a":', ":", '{"a":1}}', "[1:2]", '{1:"a"}', '{"\\x":1}']) {
    assertThrows(() => parseUniqueJson(text, 3), SyntaxError);
  }
});
