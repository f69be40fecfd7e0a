/**
 * Reading Python pickles as data: no code of theirs runs, and large arrays stay in the file.
 *
 * @module
 */

export { NumpyDtype } from "./dtype.ts";
export { PickleGlobal } from "./globals.ts";
export { NdArray, NumpyScalar } from "./nd_array.ts";
export { PickleFile, type PickleOptions, readPickle } from "./pickle_file.ts";
export { ByteArray, Complex, FrozenSet, OrderedDict, Tuple } from "./python_values.ts";
