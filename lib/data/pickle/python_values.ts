/**
 * Python values that JavaScript has no type for. The others become what is nearest: `None` null,
 * `int` a number or, beyond 2^53, a bigint, `str` a string, `list` an `Array`, `dict` a `Map`
 * (never an object, so the key `__proto__` is harmless), `set` a `Set`, `bytes` a `Uint8Array`.
 *
 * @module
 */

/** A Python tuple. */
export class Tuple extends Array<unknown> {
  /** The tuple of `items`. (A constructor with one number would make an empty array.) */
  static fromItems(items: readonly unknown[]): Tuple {
    const tuple = new Tuple(items.length);
    for (let i = 0; i < items.length; i++) tuple[i] = items[i];
    return tuple;
  }
}

/** A Python frozenset. */
export class FrozenSet extends Set<unknown> {}

/** A Python `collections.OrderedDict`. */
export class OrderedDict extends Map<unknown, unknown> {}

/** A Python bytearray. */
export class ByteArray extends Uint8Array<ArrayBuffer> {}

/** A Python complex number. */
export class Complex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}
