/** Strict programs give the same bits under V8 and JavaScriptCore, others the same numbers. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "./networks.ts";

interface Printed {
  readonly networks: Readonly<Record<string, Outcome>>;
  readonly operations: Readonly<Record<string, string>>;
}

const bun = process.env.BUN ?? "bun";

/** Runs the program under an engine. */
async function under(engine: string, threads: number, ...args: string[]): Promise<Printed> {
  const { stdout, stderr } = await promisify(execFile)(
    engine,
    ["--conditions=@chainrule/source", join(import.meta.dirname, "main.ts"), ...args],
    { env: { ...process.env, CHAINRULE_THREADS: String(threads) }, maxBuffer: 2 ** 28 },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const numbers = (text: string): number[] => text.split(/\s/).map(Number);

describe("strict", () => {
  let node: Printed;
  beforeAll(async () => {
    node = await under(process.execPath, 1, "strict");
  });

  test("many networks and operations are compared, and none of them is in vain", () => {
    expect(Object.keys(node.networks).length).toBeGreaterThan(20);
    expect(Object.keys(node.operations).length).toBeGreaterThan(200);
    for (const { losses } of Object.values(node.networks)) {
      const [first, ...rest] = numbers(losses);
      expect(Number.isFinite(first)).toBe(true);
      expect(rest.some((loss) => loss !== first)).toBe(true);
    }
  });

  test.each([1, 2])("the same bits under both engines, on %i threads", async (threads) => {
    const other = await under(bun, threads, "strict");
    expect(Object.keys(other.networks)).toEqual(Object.keys(node.networks));
    const apart = (part: "networks" | "operations"): string[] =>
      Object.keys(node[part]).filter(
        (name) => JSON.stringify(other[part][name]) !== JSON.stringify(node[part][name]),
      );
    expect({ networks: apart("networks"), operations: apart("operations") }).toEqual({
      networks: [],
      operations: [],
    });
  });
});

test("by default the losses of the first steps agree to rounding", async () => {
  const [node, other] = await Promise.all([under(process.execPath, 1), under(bun, 1)]);
  for (const [name, { losses }] of Object.entries(node.networks)) {
    const tolerance = name.endsWith("float64") ? 1e-9 : 1e-4;
    const found = numbers(other.networks[name].losses);
    numbers(losses)
      .slice(0, 20)
      .forEach((loss, t) => {
        expect(Math.abs(found[t] - loss), `${name}, step ${t}`).toBeLessThan(tolerance * Math.abs(loss));
      });
  }
});
