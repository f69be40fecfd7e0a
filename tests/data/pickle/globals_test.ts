import { assert, assertEquals, assertThrows } from "@std/assert";
import { UnsafePickleError } from "../../../lib/core/errors.ts";
import { PickleGlobal } from "../../../lib/data/pickle/mod.ts";
import { load, type Part, text } from "./assemble.ts";

/** `os.system("…")` and its like, in every way in which a pickle can name something. */
const UNSAFE: [name: string, global: string, parts: Part[]][] = [
  ["GLOBAL and REDUCE", "os.system", ["cos\nsystem\n", text("touch canary.txt"), "\x85R."]],
  ["GLOBAL alone", "os.system", ["cos\nsystem\n."]],
  ["STACK_GLOBAL", "posix.system", [text("posix"), text("system"), 0x93, "."]],
  ["INST", "os.system", ["(", text("touch canary.txt"), "ios\nsystem\n."]],
  ["OBJ", "os.system", ["(cos\nsystem\n", text("touch canary.txt"), "o."]],
  ["NEWOBJ", "subprocess.Popen", ["csubprocess\nPopen\n", text("ls"), "\x85", 0x81, "."]],
  ["NEWOBJ_EX", "subprocess.Popen", ["csubprocess\nPopen\n)}", 0x92, "."]],
  ["BUILD of an unknown class", "models.Net", ["cmodels\nNet\n)", 0x81, "}b."]],
  ["eval of Python 3", "builtins.eval", ["cbuiltins\neval\n", text("1"), "\x85R."]],
  ["eval of Python 2", "__builtin__.eval", ["c__builtin__\neval\n", text("1"), "\x85R."]],
  ["getattr", "builtins.getattr", ["cbuiltins\ngetattr\n."]],
  ["a path of attributes", "numpy.ndarray.tofile", [
    text("numpy"),
    text("ndarray.tofile"),
    0x93,
    ".",
  ]],
  ["an allowed name in another module", "os.dtype", ["cos\ndtype\n."]],
  ["a module that swallows the name", "numpy\ndtype.", [text("numpy\ndtype"), text(""), 0x93, "."]],
  ["a name of Object", "constructor.prototype", ["cconstructor\nprototype\n."]],
  ["PyTorch's modules", "torch.nn.modules.linear.Linear", [
    "ctorch.nn.modules.linear\nLinear\n.",
  ]],
  ["PyTorch's code", "torch.hub.load", ["ctorch.hub\nload\n."]],
  ["a module with a quote", 'o"s.system', ['co"s\nsystem\n.']],
];

for (const [name, global, parts] of UNSAFE) {
  Deno.test(`readPickle() refuses ${name} and names it`, () => {
    const error = assertThrows(() => load(...parts), UnsafePickleError);
    assertEquals(error.global, global);
    assert(error.message.includes(`names ${JSON.stringify(global)}, which could run code`));
  });
}

Deno.test("readPickle() shortens a long forbidden name", () => {
  const error = assertThrows(() => load(`cos\n${"x".repeat(5000)}\n.`), UnsafePickleError);
  assertEquals(error.global.length, 200);
});

Deno.test("readPickle() lets allowed classes stand as values that do nothing", () => {
  const found = load("cnumpy\nndarray\n.");
  assert(found instanceof PickleGlobal);
  assertEquals([found.name, found.call], ["numpy.ndarray", null]);
});
