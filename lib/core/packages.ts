/** Packages that are loaded when they are first used. @module */

import { DataError, messageOf } from "./errors.ts";

/**
 * Loads a package of `imports.json` that few need, so that nobody else downloads it.
 *
 * @typeParam T what is used of it
 * @throws {DataError} it cannot be loaded, for example without network at the first use
 */
export async function loadPackage<T>(name: string): Promise<T> {
  // Through a computed name: a literal one would be downloaded by every command.
  const specifier: string = name;
  try {
    return await import(specifier);
  } catch (error) {
    throw new DataError(
      `Cannot load the package ${name}: ${messageOf(error)}; it is downloaded once, ` +
        "at the first use",
      { cause: error },
    );
  }
}

/**
 * The folder of a package's files, for those that are no code: weights, a WebAssembly binary. It is
 * fetched where it is not there yet.
 *
 * @throws {DataError} it cannot be fetched
 */
export async function packageFolder(name: string): Promise<string> {
  const { findPackageJSON } = await import("node:module");
  const find = () => findPackageJSON(name, import.meta.url);
  let path = tryTo(find);
  if (path === undefined) {
    // What has Deno fetch a package is an import; whether its code runs here is of no interest.
    const specifier: string = name;
    const failed = await import(specifier).then(() => null, (error: unknown) => error);
    path = tryTo(find);
    if (path === undefined) {
      throw new DataError(
        `Cannot fetch the package ${name}: ${messageOf(failed)}; it is downloaded once, ` +
          "at the first use",
        { cause: failed },
      );
    }
  }
  return path.replace(/package\.json$/, "");
}

function tryTo<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
