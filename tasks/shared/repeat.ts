/** `--like RUN` and `--config RUN/config.json`: a run that is told again. @module */

import { UsageError } from "../../lib/core/mod.ts";
import type { SourceOptions } from "../../lib/data/mod.ts";
import { isRunConfig, repeatConfig, type RepeatedRun, repeatRun } from "../../lib/training/mod.ts";
import type { Call } from "./command.ts";
import { engineOf } from "./flags.ts";
import { readConfigFile } from "./settings.ts";

/** What is to be trained, where a run tells it; nothing of it where none does. */
export type Repeated =
  & Partial<RepeatedRun & ReturnType<typeof engineOf>>
  & SourceOptions
  & { readonly data?: string; readonly sha256?: string };

/**
 * What the flags say of a run that is to be trained again, on its own data where no others are given.
 *
 * @throws {UsageError} there are two of them, or another model
 * @throws {RunError} there is no run
 */
export function repeatedOf(call: Call): Repeated {
  const [like, config, model] = ["like", "config", "model"].map((name) => call.get(name));
  if (like !== undefined && config !== undefined) {
    throw new UsageError(`Cannot use --like ${like} with --config ${config}: expected one of them`);
  }
  const found = like === undefined ? ofFile(config) : ofRun(like, call);
  if (found.model !== undefined && model !== undefined && found.model !== model) {
    throw new UsageError(
      `Cannot train ${model} like "${like ?? config}", which is of ${found.model}: ` +
        `expected that model, or --set for what they share`,
    );
  }
  return found;
}

function ofFile(path: string | undefined): Repeated {
  const fields = path === undefined ? {} : readConfigFile(path);
  return isRunConfig(fields) ? repeatConfig(fields) : {};
}

function ofRun(path: string, call: Call): Repeated {
  const { config, engine, device, data, sha256, source } = repeatRun(path);
  const asked = engineOf(call);
  const place = asked.engine === "auto" ? { engine, device } : asked;
  // How other data are read is for the flags to say.
  const isOwn = ["data", "text-features", "audio", "vision"].every((name) =>
    call.get(name) === undefined
  );
  return { ...(isOwn ? { ...source, data, sha256 } : {}), ...repeatConfig(config), ...place };
}
