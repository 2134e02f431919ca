import { expect, test, vi } from "vitest";

test("the example's three ways agree to 1e-12", async () => {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
  await import("../../examples/three-ways.ts");
  log.mockRestore();
  expect(lines).toHaveLength(1 + 1 + 13 + 13 + 1);
  const [, difference] = /largest difference: (\S+)$/.exec(lines[lines.length - 1]) ?? [];
  expect(Number(difference)).toBeLessThanOrEqual(1e-12);
  const numbers = lines.slice(1, -1).flatMap((line) => line.trim().split(/\s+/).slice(-3).map(Number));
  expect(numbers.every(Number.isFinite)).toBe(true);
  expect(numbers.filter((v) => v === 0).length).toBeLessThan(numbers.length / 3);
});
