/** `PhiloxUniform` as a shader. @module */

import { registerKernel, util } from "@tensorflow/tfjs-core";
import { PHILOX_UNIFORM, type PhiloxUniformAttributes } from "../uniform.ts";
import type { WebGpuBackend, WebGpuProgram } from "./backend_types.ts";
import { KernelScope } from "./scope.ts";

const WORKGROUP = 64;
/** Numbers of a block, which one thread makes. */
const WORDS = 4;

/** The generator of `core/philox.ts`: block `index` is a function of the key and counter + index. */
const CODE = `
fn multiplyHigh(a : u32, b : u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let carry = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u);
}

fn main(index : i32) {
  if (index * ${WORDS} >= uniforms.size) { return; }
  var c = array<u32, 4>(
    bitcast<u32>(Counter[0]), bitcast<u32>(Counter[1]),
    bitcast<u32>(Counter[2]), bitcast<u32>(Counter[3]));
  let start = c[0];
  c[0] = start + u32(index);
  if (c[0] < start) {
    c[1] = c[1] + 1u;
    if (c[1] == 0u) {
      c[2] = c[2] + 1u;
      if (c[2] == 0u) { c[3] = c[3] + 1u; }
    }
  }
  var k0 = uniforms.key0;
  var k1 = uniforms.key1;
  for (var round = 0; round < 10; round = round + 1) {
    let high0 = multiplyHigh(c[0], 0xd2511f53u);
    let high1 = multiplyHigh(c[2], 0xcd9e8d57u);
    c = array<u32, 4>(
      high1 ^ c[1] ^ k0, c[2] * 0xcd9e8d57u,
      high0 ^ c[3] ^ k1, c[0] * 0xd2511f53u);
    k0 = k0 + 0x9e3779b9u;
    k1 = k1 + 0xbb67ae85u;
  }
  for (var i = 0; i < ${WORDS}; i = i + 1) {
    let at = index * ${WORDS} + i;
    if (at < uniforms.size) { result[at] = f32(c[i] & 0x7fffffu) * ${2 ** -23}; }
  }
}`;

/** Registers the kernel; to be called once. */
export function registerUniformKernel(): void {
  registerKernel({
    kernelName: PHILOX_UNIFORM,
    backendName: "webgpu",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { shape, key } = attrs as unknown as PhiloxUniformAttributes;
      const size = util.sizeFromShape([...shape]);
      const program: WebGpuProgram = {
        variableNames: ["Counter"],
        uniforms: "key0 : u32, key1 : u32,",
        outputShape: [size],
        workgroupSize: [WORKGROUP, 1, 1],
        dispatch: [Math.ceil(size / (WORDS * WORKGROUP)), 1, 1],
        dispatchLayout: { x: [0] },
        shaderKey: "philox",
        size: true,
        getUserCode: () => CODE,
      };
      using scope = new KernelScope(backend as WebGpuBackend);
      const numbers = scope.program(program, [inputs.counter!], [
        { type: "uint32", data: [key[0]] },
        { type: "uint32", data: [key[1]] },
      ]);
      return { ...scope.take(numbers), shape: [...shape] };
    },
  });
}
