/** Where openSMILE's library and its configurations are, where the user has them. @module */

import { join } from "node:path";
import { cacheFolder } from "../../core/cache_folder.ts";
import { EngineError } from "../../core/errors.ts";
import { exists } from "../../core/files.ts";

/** The package of Python's index that has them. */
export const OPENSMILE_PACKAGE = { name: "opensmile", version: "2.6.0" } as const;

/** Where `media:install --opensmile` puts them: `bin` and `config`. */
export function openSmileFolder(): string {
  return join(cacheFolder(), `opensmile-${OPENSMILE_PACKAGE.version}`);
}

/** The library for this system. @throws {EngineError} it is not installed */
export function openSmileLibrary(): string {
  const folder = join(openSmileFolder(), "bin");
  const names: Readonly<Record<string, string>> = {
    darwin: "libSMILEapi.dylib",
    windows: "SMILEapi.dll",
  };
  const name = names[Deno.build.os] ?? "libSMILEapi.so";
  const systems = exists(folder) ? [...Deno.readDirSync(folder)].map((entry) => entry.name) : [];
  const system = systems.find((system) => exists(join(folder, system, name)));
  if (system !== undefined) return join(folder, system, name);
  throw new EngineError(
    "Cannot extract eGeMAPS: openSMILE's library is not installed; where its licence (no commercial " +
      'use) suits you, run "deno task media:install --opensmile --accept-licence"',
  );
}
