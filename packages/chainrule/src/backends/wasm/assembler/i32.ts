/**
 * Instructions on 32-bit integers, named as in the text format, in camelCase (`div_s` is `divS`). Conditions are i32 too: 0 is
 * false, all else true.
 */
import { constant, type Expression, prefix, signature } from "./expression.ts";
import { loads, stores } from "./memory.ts";

const constantOf = (value: number): Expression<"i32"> => constant("i32", value);

export { constantOf as const };

const read = /* @__PURE__ */ loads("i32", "i32");
export const load = /* @__PURE__ */ read("load", 0x28, 4);
export const load8S = /* @__PURE__ */ read("load8_s", 0x2c, 1);
export const load8U = /* @__PURE__ */ read("load8_u", 0x2d, 1);
export const load16S = /* @__PURE__ */ read("load16_s", 0x2e, 2);
export const load16U = /* @__PURE__ */ read("load16_u", 0x2f, 2);

const write = /* @__PURE__ */ stores("i32", "i32");
export const store = /* @__PURE__ */ write("store", 0x36, 4);
export const store8 = /* @__PURE__ */ write("store8", 0x3a, 1);
export const store16 = /* @__PURE__ */ write("store16", 0x3b, 2);

const unary = /* @__PURE__ */ signature("i32", ["i32"], "i32");
export const eqz = /* @__PURE__ */ unary("eqz", 0x45);
export const clz = /* @__PURE__ */ unary("clz", 0x67);
export const ctz = /* @__PURE__ */ unary("ctz", 0x68);
export const popcnt = /* @__PURE__ */ unary("popcnt", 0x69);
export const extend8S = /* @__PURE__ */ unary("extend8_s", 0xc0);
export const extend16S = /* @__PURE__ */ unary("extend16_s", 0xc1);

const binary = /* @__PURE__ */ signature("i32", ["i32", "i32"], "i32");
export const eq = /* @__PURE__ */ binary("eq", 0x46);
export const ne = /* @__PURE__ */ binary("ne", 0x47);
export const ltS = /* @__PURE__ */ binary("lt_s", 0x48);
export const ltU = /* @__PURE__ */ binary("lt_u", 0x49);
export const gtS = /* @__PURE__ */ binary("gt_s", 0x4a);
export const gtU = /* @__PURE__ */ binary("gt_u", 0x4b);
export const leS = /* @__PURE__ */ binary("le_s", 0x4c);
export const leU = /* @__PURE__ */ binary("le_u", 0x4d);
export const geS = /* @__PURE__ */ binary("ge_s", 0x4e);
export const geU = /* @__PURE__ */ binary("ge_u", 0x4f);
export const add = /* @__PURE__ */ binary("add", 0x6a);
export const sub = /* @__PURE__ */ binary("sub", 0x6b);
export const mul = /* @__PURE__ */ binary("mul", 0x6c);
export const divS = /* @__PURE__ */ binary("div_s", 0x6d);
export const divU = /* @__PURE__ */ binary("div_u", 0x6e);
export const remS = /* @__PURE__ */ binary("rem_s", 0x6f);
export const remU = /* @__PURE__ */ binary("rem_u", 0x70);
export const and = /* @__PURE__ */ binary("and", 0x71);
export const or = /* @__PURE__ */ binary("or", 0x72);
export const xor = /* @__PURE__ */ binary("xor", 0x73);
export const shl = /* @__PURE__ */ binary("shl", 0x74);
export const shrS = /* @__PURE__ */ binary("shr_s", 0x75);
export const shrU = /* @__PURE__ */ binary("shr_u", 0x76);
export const rotl = /* @__PURE__ */ binary("rotl", 0x77);
export const rotr = /* @__PURE__ */ binary("rotr", 0x78);

const fromI64 = /* @__PURE__ */ signature("i32", ["i64"], "i32");
export const wrapI64 = /* @__PURE__ */ fromI64("wrap_i64", 0xa7);

const fromF32 = /* @__PURE__ */ signature("i32", ["f32"], "i32");
export const truncF32S = /* @__PURE__ */ fromF32("trunc_f32_s", 0xa8);
export const truncF32U = /* @__PURE__ */ fromF32("trunc_f32_u", 0xa9);
export const reinterpretF32 = /* @__PURE__ */ fromF32("reinterpret_f32", 0xbc);

const fromF64 = /* @__PURE__ */ signature("i32", ["f64"], "i32");
export const truncF64S = /* @__PURE__ */ fromF64("trunc_f64_s", 0xaa);
export const truncF64U = /* @__PURE__ */ fromF64("trunc_f64_u", 0xab);

const fromF32Saturating = /* @__PURE__ */ signature("i32", ["f32"], "i32", prefix.bulk);
export const truncSatF32S = /* @__PURE__ */ fromF32Saturating("trunc_sat_f32_s", 0x00);
export const truncSatF32U = /* @__PURE__ */ fromF32Saturating("trunc_sat_f32_u", 0x01);

const fromF64Saturating = /* @__PURE__ */ signature("i32", ["f64"], "i32", prefix.bulk);
export const truncSatF64S = /* @__PURE__ */ fromF64Saturating("trunc_sat_f64_s", 0x02);
export const truncSatF64U = /* @__PURE__ */ fromF64Saturating("trunc_sat_f64_u", 0x03);
