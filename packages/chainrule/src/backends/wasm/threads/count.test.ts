import { afterEach, expect, test } from "vitest";
import { ChainruleError } from "../../../util/errors.ts";
import { defaultThreads, getNumThreads, setNumThreads } from "./count.ts";

const before = getNumThreads();
afterEach(() => setNumThreads(before));

test.each([
  [1, 1],
  [2, 2],
  [4, 4],
  [6, 3],
  [8, 4],
  [64, 8],
])("%i logical processors give %i threads", (processors, threads) => {
  expect(defaultThreads("", () => processors)).toBe(threads);
});

test("CHAINRULE_THREADS says how many, and nonsense is an error", () => {
  expect(defaultThreads("3", () => 16)).toBe(3);
  expect(() => defaultThreads("many")).toThrow(ChainruleError);
  expect(() => defaultThreads("many")).toThrow(/CHAINRULE_THREADS is "many"/);
  expect(() => defaultThreads("0")).toThrow(/from 1 to 32/);
});

test("setNumThreads takes whole numbers", () => {
  setNumThreads(2);
  expect(getNumThreads()).toBe(2);
  for (const wrong of [0, -1, 1.5, Number.NaN, 1000])
    expect(() => setNumThreads(wrong)).toThrow(ChainruleError);
  expect(() => setNumThreads("2" as unknown as number)).toThrow('"2" is no number of threads.');
  expect(getNumThreads()).toBe(2);
});
