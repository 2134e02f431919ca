/** Instructions on 64-bit floating point numbers, as those on f32. */
import { constant, type Expression, signature } from "./expression.ts";
import { loads, stores } from "./memory.ts";

const constantOf = (value: number): Expression<"f64"> => constant("f64", value);

export { constantOf as const };

const read = /* @__PURE__ */ loads("f64", "f64");
export const load = /* @__PURE__ */ read("load", 0x2b, 8);

const write = /* @__PURE__ */ stores("f64", "f64");
export const store = /* @__PURE__ */ write("store", 0x39, 8);

const unary = /* @__PURE__ */ signature("f64", ["f64"], "f64");
export const abs = /* @__PURE__ */ unary("abs", 0x99);
export const neg = /* @__PURE__ */ unary("neg", 0x9a);
export const ceil = /* @__PURE__ */ unary("ceil", 0x9b);
export const floor = /* @__PURE__ */ unary("floor", 0x9c);
export const trunc = /* @__PURE__ */ unary("trunc", 0x9d);
export const nearest = /* @__PURE__ */ unary("nearest", 0x9e);
export const sqrt = /* @__PURE__ */ unary("sqrt", 0x9f);

const binary = /* @__PURE__ */ signature("f64", ["f64", "f64"], "f64");
export const add = /* @__PURE__ */ binary("add", 0xa0);
export const sub = /* @__PURE__ */ binary("sub", 0xa1);
export const mul = /* @__PURE__ */ binary("mul", 0xa2);
export const div = /* @__PURE__ */ binary("div", 0xa3);
export const min = /* @__PURE__ */ binary("min", 0xa4);
export const max = /* @__PURE__ */ binary("max", 0xa5);
export const copysign = /* @__PURE__ */ binary("copysign", 0xa6);

const comparison = /* @__PURE__ */ signature("f64", ["f64", "f64"], "i32");
export const eq = /* @__PURE__ */ comparison("eq", 0x61);
export const ne = /* @__PURE__ */ comparison("ne", 0x62);
export const lt = /* @__PURE__ */ comparison("lt", 0x63);
export const gt = /* @__PURE__ */ comparison("gt", 0x64);
export const le = /* @__PURE__ */ comparison("le", 0x65);
export const ge = /* @__PURE__ */ comparison("ge", 0x66);

const fromI32 = /* @__PURE__ */ signature("f64", ["i32"], "f64");
export const convertI32S = /* @__PURE__ */ fromI32("convert_i32_s", 0xb7);
export const convertI32U = /* @__PURE__ */ fromI32("convert_i32_u", 0xb8);

const fromI64 = /* @__PURE__ */ signature("f64", ["i64"], "f64");
export const convertI64S = /* @__PURE__ */ fromI64("convert_i64_s", 0xb9);
export const convertI64U = /* @__PURE__ */ fromI64("convert_i64_u", 0xba);
export const reinterpretI64 = /* @__PURE__ */ fromI64("reinterpret_i64", 0xbf);

const fromF32 = /* @__PURE__ */ signature("f64", ["f32"], "f64");
export const promoteF32 = /* @__PURE__ */ fromF32("promote_f32", 0xbb);
