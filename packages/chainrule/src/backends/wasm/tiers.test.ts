import { describe, expect, test } from "vitest";
import { ChainruleError } from "../../util/errors.ts";
import { TierChoice, type TierDescription } from "./tiers.ts";

const tile = { rows: 4, vectors: 2, fused: false };
const available = (tier: TierDescription["tier"]): TierDescription => ({
  tier,
  tile,
  flags: [],
  missing: () => undefined,
});

test("the best tier that the engine has is taken, and the others say why not", () => {
  const choice = new TierChoice(
    [
      { ...available("wide"), missing: () => "It needs Node 24 or later." },
      available("relaxed"),
      available("simd"),
    ],
    "",
  );
  expect(choice.current()?.tier).toBe("relaxed");
  expect(choice.refused).toEqual([{ tier: "wide", reason: "It needs Node 24 or later." }]);
});

test("stepping down ends with no tier", () => {
  const choice = new TierChoice([available("wide"), available("simd")], "");
  choice.current();
  choice.stepDown("sweep6 gave a wrong result.");
  expect(choice.current()?.tier).toBe("simd");
  choice.stepDown("out of memory");
  expect(choice.current()).toBeUndefined();
  expect(choice.refused).toEqual([
    { tier: "wide", reason: "sweep6 gave a wrong result." },
    { tier: "simd", reason: "out of memory" },
  ]);
});

describe("CHAINRULE_WASM", () => {
  test.each([
    ["wide", "wide"],
    ["relaxed", "relaxed"],
    ["simd", "simd"],
    ["strict", "simd"],
  ])("%s begins with the tier %s", (wish, tier) => {
    const choice = new TierChoice([available("wide"), available("relaxed"), available("simd")], wish);
    expect(choice.current()?.tier).toBe(tier);
  });

  test("anything else is an error that names the choices", () => {
    expect(() => new TierChoice(undefined, "fast")).toThrow(ChainruleError);
    expect(() => new TierChoice(undefined, "fast")).toThrow(/wide, relaxed, or simd/);
  });
});

test("this engine has vectors: tests of the kernels are not vacuous", () => {
  expect(new TierChoice(undefined, "strict").current()?.tier).toBe("simd");
});
