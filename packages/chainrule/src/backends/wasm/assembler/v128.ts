/** Instructions on 128 bits of any lane shape: loads, stores, bitwise logic. */
import { type Expression, instruction, type Operand, prefix, prefixed } from "./expression.ts";
import { loads, type MemoryArgument, memoryImmediate, stores } from "./memory.ts";
import { vector } from "./vector.ts";

const read = /* @__PURE__ */ loads("v128", "v128", prefix.vector);
export const load = /* @__PURE__ */ read("load", 0x00, 16);
export const load8x8S = /* @__PURE__ */ read("load8x8_s", 0x01, 8);
export const load8x8U = /* @__PURE__ */ read("load8x8_u", 0x02, 8);
export const load16x4S = /* @__PURE__ */ read("load16x4_s", 0x03, 8);
export const load16x4U = /* @__PURE__ */ read("load16x4_u", 0x04, 8);
export const load32x2S = /* @__PURE__ */ read("load32x2_s", 0x05, 8);
export const load32x2U = /* @__PURE__ */ read("load32x2_u", 0x06, 8);
export const load8Splat = /* @__PURE__ */ read("load8_splat", 0x07, 1);
export const load16Splat = /* @__PURE__ */ read("load16_splat", 0x08, 2);
export const load32Splat = /* @__PURE__ */ read("load32_splat", 0x09, 4);
export const load64Splat = /* @__PURE__ */ read("load64_splat", 0x0a, 8);
export const load32Zero = /* @__PURE__ */ read("load32_zero", 0x5c, 4);
export const load64Zero = /* @__PURE__ */ read("load64_zero", 0x5d, 8);
export const store = /* @__PURE__ */ stores("v128", "v128", prefix.vector)("store", 0x0b, 16);

/** Makes the constructors of loads into, or stores from, one lane of a vector; the other lanes are the operand's. */
const laneAccess =
  <R extends "v128" | "void">(name: string, result: R, opcode: number, bytes: number) =>
  (lane: number, address: Operand<"i32">, from: Operand<"v128">, at?: MemoryArgument): Expression<R> =>
    instruction(`v128.${name}`, prefixed(prefix.vector, opcode), ["i32", "v128"], result, [address, from], {
      ...memoryImmediate(bytes, at),
      lane,
    });

export const load8Lane = /* @__PURE__ */ laneAccess("load8_lane", "v128", 0x54, 1);
export const load16Lane = /* @__PURE__ */ laneAccess("load16_lane", "v128", 0x55, 2);
export const load32Lane = /* @__PURE__ */ laneAccess("load32_lane", "v128", 0x56, 4);
export const load64Lane = /* @__PURE__ */ laneAccess("load64_lane", "v128", 0x57, 8);
export const store8Lane = /* @__PURE__ */ laneAccess("store8_lane", "void", 0x58, 1);
export const store16Lane = /* @__PURE__ */ laneAccess("store16_lane", "void", 0x59, 2);
export const store32Lane = /* @__PURE__ */ laneAccess("store32_lane", "void", 0x5a, 4);
export const store64Lane = /* @__PURE__ */ laneAccess("store64_lane", "void", 0x5b, 8);

const binary = /* @__PURE__ */ vector("v128", ["v128", "v128"], "v128");
export const and = /* @__PURE__ */ binary("and", 0x4e);
/** `andnot(a, b)` is a ∧ ¬b. */
export const andnot = /* @__PURE__ */ binary("andnot", 0x4f);
export const or = /* @__PURE__ */ binary("or", 0x50);
export const xor = /* @__PURE__ */ binary("xor", 0x51);

export const not = /* @__PURE__ */ vector("v128", ["v128"], "v128")("not", 0x4d);
/** `bitselect(a, b, mask)` takes the bits of a where the mask has ones, of b elsewhere. */
export const bitselect = /* @__PURE__ */ vector("v128", ["v128", "v128", "v128"], "v128")("bitselect", 0x52);
export const anyTrue = /* @__PURE__ */ vector("v128", ["v128"], "i32")("any_true", 0x53);
