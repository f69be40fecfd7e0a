/** The documentation of the public names, as `deno doc` reads it from the source. @module */

import { UsageError } from "../core/errors.ts";

const ROOT = new URL("../../", import.meta.url);
const DOOR = new URL("mod.ts", ROOT).href;
/** Where else a name may be that an object of mod.ts leads to. */
const OTHER_DOOR = new URL("lib/analysis/mod.ts", ROOT).href;
/** Kinds that a person calls. */
const CALLED = ["function", "class"];

let names: ReadonlyMap<string, string> | undefined;

/** Functions and classes of mod.ts by name, each with the first sentence about it. */
export function publicNames(): ReadonlyMap<string, string> {
  return names ??= new Map(
    symbols().filter(({ declarations: [first] }) => CALLED.includes(first!.kind))
      .map(({ name, declarations }) => {
        const doc = declarations.find(({ jsDoc }) => jsDoc?.doc)?.jsDoc?.doc ?? "";
        return [name, plain(doc.replaceAll(/\s+/g, " ").replace(/(?<=[.?!]) .*/, ""))] as const;
      }),
  );
}

/** A symbol of `deno doc --json`, as far as it is used here. */
interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: { readonly doc?: string };
  }[];
}

function symbols(): readonly DocSymbol[] {
  const json = denoDoc("--json", DOOR);
  if (json === null) {
    throw new UsageError(`Cannot show this help: deno doc could not read ${DOOR}`);
  }
  const { nodes } = JSON.parse(json);
  const [door] = Object.values<{ readonly symbols: readonly DocSymbol[] }>(nodes);
  return door!.symbols;
}

/** A public name's signature and text, with the options that its signature names; null where it has none. */
export function documentation(name: string): string | null {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return null;
  const own = textOf(name) ?? textOf(name, OTHER_DOOR);
  if (own === null) return null;
  const options = own.split("\n")[0]!.match(/\b\w+Options\b/g) ?? [];
  const others = [...new Set(options)].filter((one) => one !== name)
    .map((one) => textOf(one) ?? textOf(one, homeOf(name)));
  return [own, ...others.filter((text) => text !== null)].join("\n\n");
}

/** The file that declares a public name. */
function homeOf(name: string): string {
  return denoDoc("--filter", name, DOOR)?.match(/^Defined in (\S+?):\d+:\d+$/m)?.[1] ?? DOOR;
}

function textOf(name: string, door = DOOR): string | null {
  // Every declaration begins with where it is defined; what comes before is about the door.
  const [, ...declarations] = denoDoc("--filter", name, door)?.split(/^Defined in .*\n+/m) ?? [];
  if (declarations.length === 0) return null;
  return plain(declarations.map((text) => text.trim()).join("\n\n"));
}

/** Without the marks of links, and with imports that hold anywhere. */
function plain(text: string): string {
  return text.replaceAll(/\{@link(?:code|plain)? ([^}]+)\}/g, "`$1`")
    .replaceAll(/(?<=\bfrom )"\.[^"]*"/g, JSON.stringify(DOOR));
}

/** What `deno doc` prints; null where it does not know the name. */
function denoDoc(...args: string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command(Deno.execPath(), {
      args: ["doc", "--quiet", ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UsageError(
      "Cannot show this help: Deno may not start itself to read it, expected --allow-run",
    );
  }
}
