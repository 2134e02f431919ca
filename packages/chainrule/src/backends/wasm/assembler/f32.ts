/** Instructions on 32-bit floating point numbers. Rounding is to nearest, ties to even; nothing here fuses a product with a sum. */
import { constant, type Expression, signature } from "./expression.ts";
import { loads, stores } from "./memory.ts";

const constantOf = (value: number): Expression<"f32"> => constant("f32", value);

export { constantOf as const };

const read = /* @__PURE__ */ loads("f32", "f32");
export const load = /* @__PURE__ */ read("load", 0x2a, 4);

const write = /* @__PURE__ */ stores("f32", "f32");
export const store = /* @__PURE__ */ write("store", 0x38, 4);

const unary = /* @__PURE__ */ signature("f32", ["f32"], "f32");
export const abs = /* @__PURE__ */ unary("abs", 0x8b);
export const neg = /* @__PURE__ */ unary("neg", 0x8c);
export const ceil = /* @__PURE__ */ unary("ceil", 0x8d);
export const floor = /* @__PURE__ */ unary("floor", 0x8e);
export const trunc = /* @__PURE__ */ unary("trunc", 0x8f);
export const nearest = /* @__PURE__ */ unary("nearest", 0x90);
export const sqrt = /* @__PURE__ */ unary("sqrt", 0x91);

const binary = /* @__PURE__ */ signature("f32", ["f32", "f32"], "f32");
export const add = /* @__PURE__ */ binary("add", 0x92);
export const sub = /* @__PURE__ */ binary("sub", 0x93);
export const mul = /* @__PURE__ */ binary("mul", 0x94);
export const div = /* @__PURE__ */ binary("div", 0x95);
export const min = /* @__PURE__ */ binary("min", 0x96);
export const max = /* @__PURE__ */ binary("max", 0x97);
export const copysign = /* @__PURE__ */ binary("copysign", 0x98);

const comparison = /* @__PURE__ */ signature("f32", ["f32", "f32"], "i32");
export const eq = /* @__PURE__ */ comparison("eq", 0x5b);
export const ne = /* @__PURE__ */ comparison("ne", 0x5c);
export const lt = /* @__PURE__ */ comparison("lt", 0x5d);
export const gt = /* @__PURE__ */ comparison("gt", 0x5e);
export const le = /* @__PURE__ */ comparison("le", 0x5f);
export const ge = /* @__PURE__ */ comparison("ge", 0x60);

const fromI32 = /* @__PURE__ */ signature("f32", ["i32"], "f32");
export const convertI32S = /* @__PURE__ */ fromI32("convert_i32_s", 0xb2);
export const convertI32U = /* @__PURE__ */ fromI32("convert_i32_u", 0xb3);
export const reinterpretI32 = /* @__PURE__ */ fromI32("reinterpret_i32", 0xbe);

const fromI64 = /* @__PURE__ */ signature("f32", ["i64"], "f32");
export const convertI64S = /* @__PURE__ */ fromI64("convert_i64_s", 0xb4);
export const convertI64U = /* @__PURE__ */ fromI64("convert_i64_u", 0xb5);

const fromF64 = /* @__PURE__ */ signature("f32", ["f64"], "f32");
export const demoteF64 = /* @__PURE__ */ fromF64("demote_f64", 0xb6);
