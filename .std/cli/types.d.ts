/** The part of `@std/cli/parse-args` that this project uses; the npm repackaging ships no types. */
export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  negatable?: readonly string[];
  default?: Record<string, unknown>;
  alias?: Record<string, string | readonly string[]>;
  stopEarly?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
export type Args = { _: (string | number)[]; [key: string]: unknown };
export function parseArgs(args: readonly string[], options?: ParseOptions): Args;
