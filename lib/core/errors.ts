/**
 * The errors that a caller may want to tell apart. Everything else is a built-in class by its
 * meaning: `RangeError` for a value out of range, `TypeError` for a wrong shape or type.
 *
 * Messages say the action, the current state and the wanted one, without a full stop:
 * `Cannot load "mosi.pkl": split "test" label 13 is NaN, expected a number in [-3, 3]`.
 *
 * @module
 */

/**
 * The command line or an options object is wrong (exit status 2).
 *
 * @example
 * ```ts
 * import { UsageError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * const error = new UsageError("Unknown model");
 * assertEquals([error.name, error.message], ["UsageError", "Unknown model"]);
 * ```
 */
export class UsageError extends Error {
  /** Name of the kind of error. */
  override readonly name: string = "UsageError";
}

/**
 * A file cannot be read as what it should be: missing, truncated, malformed, wrong keys.
 *
 * @example
 * ```ts
 * import { DataError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * const error = new DataError("Cannot load \"a.pkl\": it is empty");
 * assertEquals([error.name, error.message], ["DataError", "Cannot load \"a.pkl\": it is empty"]);
 * ```
 */
export class DataError extends Error {
  /** Name of the kind of error. */
  override readonly name: string = "DataError";
}

/**
 * The file is readable, but its content must not be trained on: NaN labels, wrong ranges.
 *
 * @example
 * ```ts
 * import { DataIntegrityError } from "./errors.ts";
 * import { DataError } from "./errors.ts";
 * import { assertInstanceOf } from "@std/assert";
 * // What catches unreadable files catches unfit ones too.
 * assertInstanceOf(new DataIntegrityError("a label is NaN"), DataError);
 * ```
 */
export class DataIntegrityError extends DataError {
  /** Name of the kind of error. */
  override readonly name: string = "DataIntegrityError";
}

/**
 * A pickle names something outside the allow-list. Nothing of it was called.
 *
 * @example
 * ```ts
 * import { UnsafePickleError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new UnsafePickleError("refused", "os.system").global, "os.system");
 * ```
 */
export class UnsafePickleError extends DataError {
  /** Name of the kind of error. */
  override readonly name: string = "UnsafePickleError";
  /** The refused global, for example `os.system`. */
  readonly global: string;

  /** Names what was refused. */
  constructor(message: string, global: string) {
    super(message);
    this.global = global;
  }
}

/**
 * An engine, device, library or kernel that was asked for is not there, or fails its self-test.
 *
 * @example
 * ```ts
 * import { EngineError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * const error = new EngineError("there is no GPU");
 * assertEquals([error.name, error.message], ["EngineError", "there is no GPU"]);
 * ```
 */
export class EngineError extends Error {
  /** Name of the kind of error. */
  override readonly name: string = "EngineError";
}

/**
 * An engine has no memory left for a tensor.
 *
 * @example
 * ```ts
 * import { OutOfMemoryError } from "./errors.ts";
 * import { EngineError } from "./errors.ts";
 * import { assertInstanceOf } from "@std/assert";
 * assertInstanceOf(new OutOfMemoryError("the device is full"), EngineError);
 * ```
 */
export class OutOfMemoryError extends EngineError {
  /** Name of the kind of error. */
  override readonly name: string = "OutOfMemoryError";
}

/**
 * A run folder cannot be used: locked, finished with another configuration, damaged.
 *
 * @example
 * ```ts
 * import { RunError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * const error = new RunError("it holds another run");
 * assertEquals([error.name, error.message], ["RunError", "it holds another run"]);
 * ```
 */
export class RunError extends Error {
  /** Name of the kind of error. */
  override readonly name: string = "RunError";
}

/**
 * Training stopped because a loss is not finite.
 *
 * @example
 * ```ts
 * import { NonFiniteLossError } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * const error = new NonFiniteLossError("the loss is NaN");
 * assertEquals([error.name, error.message], ["NonFiniteLossError", "the loss is NaN"]);
 * ```
 */
export class NonFiniteLossError extends Error {
  /** Name of the kind of error. */
  override readonly name: string = "NonFiniteLossError";
}

/**
 * The message of anything thrown.
 *
 * @example
 * ```ts
 * import { messageOf } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([messageOf(new Error("no")), messageOf("no")], ["no", "no"]);
 * ```
 */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Why the operating system refused something, without the path that Deno adds: the message that it
 * becomes part of names it already.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or folder";
  const { NotADirectory, AlreadyExists } = Deno.errors;
  if (error instanceof NotADirectory || error instanceof AlreadyExists) {
    return "part of its path is a file";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotCapable) return "Deno may not access it";
  return messageOf(error).replace(/: [a-z]+ '[^]*'$/, "");
}
