/** What a file holds, whatever kind of file it is. @module */

import { DataError } from "../../core/errors.ts";
import { PositionedFile } from "../arrays/positioned_file.ts";
import { readPickle } from "../pickle/mod.ts";
import type { Content } from "./container.ts";
import { isHdf5, readHdf5 } from "./hdf5.ts";
import { NPY_MAGIC } from "./npy.ts";
import { isNpz, readNpyFile, readNpz } from "./npz.ts";
import { isTorch, readTorch } from "./torch.ts";
import { readZip } from "./zip.ts";

/**
 * Reads a pickle, `.npy`, `.npz`, PyTorch checkpoint or HDF5 file. Nothing in it is executed.
 *
 * @throws {UnsafePickleError} if it names something that could run code
 * @throws {DataError} if it is damaged or none of them
 */
export function readContent(path: string): Content {
  const head = headOf(path);
  if (isHdf5(head)) return readHdf5(path);
  const start = String.fromCharCode(...head.subarray(0, 6));
  if (!start.startsWith("PK\x03\x04") && start !== NPY_MAGIC) {
    refuseTable(path, head);
    const pickle = readPickle(path);
    return {
      format: "pickle",
      value: pickle.root,
      trailingBytes: pickle.trailingBytes,
      [Symbol.dispose]: () => pickle.close(),
    };
  }
  const file = new PositionedFile(path);
  try {
    return {
      ...start === NPY_MAGIC ? { format: "numpy", value: readNpyFile(file) } : readArchive(file),
      trailingBytes: 0,
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function readArchive(file: PositionedFile): Pick<Content, "format" | "value"> {
  const entries = readZip(file);
  if (isTorch(entries)) return { format: "torch", value: readTorch(file.path, entries) };
  if (isNpz(entries)) return { format: "numpy", value: readNpz(file.path, entries) };
  const [first = "nothing"] = entries.keys();
  throw new DataError(
    `Cannot read "${file.path}": it is a zip archive of "${first}", expected arrays of numpy (.npz) ` +
      "or a PyTorch checkpoint; unpack it first",
  );
}

/** The first bytes of a file. */
export function headOf(path: string): Uint8Array {
  using file = new PositionedFile(path);
  const head = new Uint8Array(Math.min(file.size, 1 << 12));
  file.readAt(0, head);
  return head;
}

/**
 * Label tables lie beside the pickles and are taken for them; read as a pickle, one of them even
 * seems to name code.
 */
function refuseTable(path: string, head: Uint8Array): void {
  const [line = ""] = new TextDecoder().decode(head).split(/\r?\n/);
  if (!/^[\w -]+([,;\t][\w -]*)+$/.test(line)) return;
  throw new DataError(
    `Cannot load "${path}": it is a table that begins with "${
      line.slice(0, 60)
    }", not a dataset; ` +
      "expected features, for which --labels takes the table",
  );
}
