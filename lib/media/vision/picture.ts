/** Pictures as bytes, and the one way they are cut: turned squares with bilinear samples. @module */

/** A frame of a clip. */
export interface Picture {
  /** Pixels of a row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** [height, width, 3] red, green, blue. */
  readonly data: Uint8Array;
}

/** A square of a picture. */
export interface Square {
  /** Middle, in pixels. */
  readonly x: number;
  /** Middle, in pixels. */
  readonly y: number;
  /** Length of a side, in pixels. */
  readonly size: number;
  /** By how much it is turned, clockwise, in radians. */
  readonly angle: number;
}

/** [side, side, 3] samples of the square, `low` for 0 and `high` for 255; black outside. */
export function cut(
  { width, height, data }: Picture,
  square: Square,
  side: number,
  low: number,
  high: number,
): Float32Array {
  const out = new Float32Array(side * side * 3).fill(low);
  const step = square.size / side, scale = (high - low) / 255;
  const c = Math.cos(square.angle) * step, s = Math.sin(square.angle) * step;
  for (let v = 0, o = 0; v < side; v++) {
    for (let u = 0; u < side; u++, o += 3) {
      const du = u + 0.5 - side / 2, dv = v + 0.5 - side / 2;
      const x = square.x + c * du - s * dv - 0.5, y = square.y + s * du + c * dv - 0.5;
      const x0 = Math.floor(x), y0 = Math.floor(y);
      if (x0 < 0 || y0 < 0 || x0 + 1 >= width || y0 + 1 >= height) continue;
      const fx = x - x0, fy = y - y0, at = (y0 * width + x0) * 3, below = at + width * 3;
      for (let k = 0; k < 3; k++) {
        const top = data[at + k]! + fx * (data[at + 3 + k]! - data[at + k]!);
        const bottom = data[below + k]! + fx * (data[below + 3 + k]! - data[below + k]!);
        out[o + k] = low + scale * (top + fy * (bottom - top));
      }
    }
  }
  return out;
}

/** Where a point of a cut, in pixels of `side`, lies in the picture. */
export function uncut(square: Square, side: number, u: number, v: number): [number, number] {
  const step = square.size / side, du = u - side / 2, dv = v - side / 2;
  const c = Math.cos(square.angle) * step, s = Math.sin(square.angle) * step;
  return [square.x + c * du - s * dv, square.y + s * du + c * dv];
}
