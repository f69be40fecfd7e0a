/**
 * The cpu engine's matrix product on plain arrays, for signals: it needs no engine that is open.
 *
 * @module
 */

export { multiplyAdd, reserve, rowMajor, tileRows } from "./cpu/product_module.ts";
