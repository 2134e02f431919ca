/** Instructions on 64-bit integers; comparisons give an i32. */
import { constant, type Expression, prefix, signature } from "./expression.ts";
import { loads, stores } from "./memory.ts";

const constantOf = (value: bigint): Expression<"i64"> => constant("i64", value);

export { constantOf as const };

const read = /* @__PURE__ */ loads("i64", "i64");
export const load = /* @__PURE__ */ read("load", 0x29, 8);
export const load8S = /* @__PURE__ */ read("load8_s", 0x30, 1);
export const load8U = /* @__PURE__ */ read("load8_u", 0x31, 1);
export const load16S = /* @__PURE__ */ read("load16_s", 0x32, 2);
export const load16U = /* @__PURE__ */ read("load16_u", 0x33, 2);
export const load32S = /* @__PURE__ */ read("load32_s", 0x34, 4);
export const load32U = /* @__PURE__ */ read("load32_u", 0x35, 4);

const write = /* @__PURE__ */ stores("i64", "i64");
export const store = /* @__PURE__ */ write("store", 0x37, 8);
export const store8 = /* @__PURE__ */ write("store8", 0x3c, 1);
export const store16 = /* @__PURE__ */ write("store16", 0x3d, 2);
export const store32 = /* @__PURE__ */ write("store32", 0x3e, 4);

const test = /* @__PURE__ */ signature("i64", ["i64"], "i32");
export const eqz = /* @__PURE__ */ test("eqz", 0x50);

const comparison = /* @__PURE__ */ signature("i64", ["i64", "i64"], "i32");
export const eq = /* @__PURE__ */ comparison("eq", 0x51);
export const ne = /* @__PURE__ */ comparison("ne", 0x52);
export const ltS = /* @__PURE__ */ comparison("lt_s", 0x53);
export const ltU = /* @__PURE__ */ comparison("lt_u", 0x54);
export const gtS = /* @__PURE__ */ comparison("gt_s", 0x55);
export const gtU = /* @__PURE__ */ comparison("gt_u", 0x56);
export const leS = /* @__PURE__ */ comparison("le_s", 0x57);
export const leU = /* @__PURE__ */ comparison("le_u", 0x58);
export const geS = /* @__PURE__ */ comparison("ge_s", 0x59);
export const geU = /* @__PURE__ */ comparison("ge_u", 0x5a);

const unary = /* @__PURE__ */ signature("i64", ["i64"], "i64");
export const clz = /* @__PURE__ */ unary("clz", 0x79);
export const ctz = /* @__PURE__ */ unary("ctz", 0x7a);
export const popcnt = /* @__PURE__ */ unary("popcnt", 0x7b);
export const extend8S = /* @__PURE__ */ unary("extend8_s", 0xc2);
export const extend16S = /* @__PURE__ */ unary("extend16_s", 0xc3);
export const extend32S = /* @__PURE__ */ unary("extend32_s", 0xc4);

const binary = /* @__PURE__ */ signature("i64", ["i64", "i64"], "i64");
export const add = /* @__PURE__ */ binary("add", 0x7c);
export const sub = /* @__PURE__ */ binary("sub", 0x7d);
export const mul = /* @__PURE__ */ binary("mul", 0x7e);
export const divS = /* @__PURE__ */ binary("div_s", 0x7f);
export const divU = /* @__PURE__ */ binary("div_u", 0x80);
export const remS = /* @__PURE__ */ binary("rem_s", 0x81);
export const remU = /* @__PURE__ */ binary("rem_u", 0x82);
export const and = /* @__PURE__ */ binary("and", 0x83);
export const or = /* @__PURE__ */ binary("or", 0x84);
export const xor = /* @__PURE__ */ binary("xor", 0x85);
export const shl = /* @__PURE__ */ binary("shl", 0x86);
export const shrS = /* @__PURE__ */ binary("shr_s", 0x87);
export const shrU = /* @__PURE__ */ binary("shr_u", 0x88);
export const rotl = /* @__PURE__ */ binary("rotl", 0x89);
export const rotr = /* @__PURE__ */ binary("rotr", 0x8a);

const fromI32 = /* @__PURE__ */ signature("i64", ["i32"], "i64");
export const extendI32S = /* @__PURE__ */ fromI32("extend_i32_s", 0xac);
export const extendI32U = /* @__PURE__ */ fromI32("extend_i32_u", 0xad);

const fromF32 = /* @__PURE__ */ signature("i64", ["f32"], "i64");
export const truncF32S = /* @__PURE__ */ fromF32("trunc_f32_s", 0xae);
export const truncF32U = /* @__PURE__ */ fromF32("trunc_f32_u", 0xaf);

const fromF64 = /* @__PURE__ */ signature("i64", ["f64"], "i64");
export const truncF64S = /* @__PURE__ */ fromF64("trunc_f64_s", 0xb0);
export const truncF64U = /* @__PURE__ */ fromF64("trunc_f64_u", 0xb1);
export const reinterpretF64 = /* @__PURE__ */ fromF64("reinterpret_f64", 0xbd);

const fromF32Saturating = /* @__PURE__ */ signature("i64", ["f32"], "i64", prefix.bulk);
export const truncSatF32S = /* @__PURE__ */ fromF32Saturating("trunc_sat_f32_s", 0x04);
export const truncSatF32U = /* @__PURE__ */ fromF32Saturating("trunc_sat_f32_u", 0x05);

const fromF64Saturating = /* @__PURE__ */ signature("i64", ["f64"], "i64", prefix.bulk);
export const truncSatF64S = /* @__PURE__ */ fromF64Saturating("trunc_sat_f64_s", 0x06);
export const truncSatF64U = /* @__PURE__ */ fromF64Saturating("trunc_sat_f64_u", 0x07);
