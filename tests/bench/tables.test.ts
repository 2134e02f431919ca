import { chooseSettings } from "chainrule/tables";
import { describe, expect, test } from "vitest";
import { page } from "../../bench/tables/page.ts";
import {
  averageScore,
  byReference,
  compare,
  meanRanks,
  type ReferenceReport,
  type Run,
  ranks,
  standardError,
  standing,
  type VariantReport,
} from "../../bench/tables/results.ts";
import { tables } from "../../bench/tables/tables.ts";
import { lines } from "../../bench/tables/terminal.ts";
import { variants } from "../../bench/tables/variants.ts";

const runsOf = (table: string, scores: readonly number[]): Run[] =>
  scores.map((score, seed) => ({ table, seed, score, seconds: 1 }));

describe("statistics", () => {
  test("the standard error is the standard deviation (n − 1) by √n", () => {
    expect(standardError([1, 2, 3, 4, 5])).toBeCloseTo(Math.sqrt(2.5 / 5), 12);
    expect(standardError([1])).toBeNaN();
  });

  test("comparisons are paired by seed", () => {
    // Scores vary far more over seeds than the two differ on any one of them.
    const theirs = runsOf("iris", [0.1, 0.5, 0.3, 0.9]);
    const ours = runsOf("iris", [0.08, 0.47, 0.28, 0.87]).reverse();
    const found = compare(ours, theirs);
    expect(found?.difference).toBeCloseTo(-0.025, 12);
    expect(found?.error).toBeCloseTo(Math.sqrt((4 * 0.005 ** 2) / 3 / 4), 12);
    expect(found?.verdict).toBe("better");
    expect(compare(theirs, ours)?.verdict).toBe("worse");
    expect(compare(theirs, theirs)?.verdict).toBe("equal");
    expect(compare(ours.slice(0, 1), theirs)).toBeNull();
  });

  test("equal scores share their ranks", () => {
    expect(ranks([0.3, 0.1, 0.3, 0.2])).toEqual([3.5, 1, 3.5, 2]);
  });

  test("standings and ranks are over the tables and seeds that both have", () => {
    const ours = [
      ...runsOf("iris", [0.09, 0.09]),
      ...runsOf("wine", [0.19, 0.19]),
      ...runsOf("cars", [1, 1]),
    ];
    const theirs = [...runsOf("iris", [0.19, 0.19, 0.9]), ...runsOf("wine", [0.09, 0.09])];
    const found = standing(ours, theirs);
    expect(found).toMatchObject({ tables: ["iris", "wine"], better: ["iris"], worse: ["wine"] });
    expect(found.ratio).toBeCloseTo(1, 12);
    expect(averageScore([0.09, 0.39])).toBeCloseTo(0.2, 12); // √(0.1 · 0.4)
    expect(meanRanks({ ours, theirs })).toEqual({ ours: 1.5, theirs: 1.5 });
  });
});

describe("variants", () => {
  test.each(variants.filter(({ name }) => name !== "default"))(
    "$name differs from the defaults",
    (variant) => {
      const tasks = ["classification", "regression"] as const;
      const differ = tasks.some((task) => {
        const given = variant.settings(task, 500);
        expect(Object.values(given)).not.toContain(undefined);
        return (
          JSON.stringify(chooseSettings(given, 500, task)) !== JSON.stringify(chooseSettings({}, 500, task))
        );
      });
      const { data, plan, way } = variant;
      expect(differ || [data, plan, way].some((change) => change !== undefined)).toBe(true);
    },
  );

  test("have names of their own", () => {
    expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
  });
});

test("the benchmark has both tasks, from several sources", () => {
  expect(tables.length).toBeGreaterThanOrEqual(12);
  expect(tables.filter(({ from }) => from === "chainrule").length).toBe(4);
  expect(tables.filter(({ from }) => from !== "chainrule").length).toBeGreaterThanOrEqual(5);
  expect(new Set(tables.map(({ task }) => task)).size).toBe(2);
  expect(new Set(tables.map(({ name }) => name)).size).toBe(tables.length);
});

describe("the page and the terminal", () => {
  const common = { date: "2026-01-02T00:00:00Z", machine: "a machine", versions: {}, tables: {} };
  const report = (variant: string, scores: readonly number[]): VariantReport => ({
    ...common,
    variant,
    runs: runsOf("iris", scores).map((run) => ({ ...run, epochs: 10, bestEpoch: 5 })),
  });
  const reference: ReferenceReport = {
    versions: { "scikit-learn": "1.2.1" },
    tables: {},
    runs: (["mlp", "boosting", "linear", "constant"] as const).flatMap((contestant, i) =>
      runsOf("iris", [0.2, 0.4]).map((run) => ({ ...run, contestant, score: run.score + i })),
    ),
  };
  const iris = tables.filter(({ name }) => name === "iris");

  test("show scores, marks and what it comes to", () => {
    const text = lines(report("default", [0.1, 0.3]), reference, iris).join("\n");
    expect(text).toMatch(/^iris +0\.2000 ± 0\.1000 +0\.3000 ▲ +1\.3000 ▲ +2\.3000 ▲ +3\.3000 ▲ +1\.00/m);
    expect(text).toContain("Beside mlp, over 1 table: average score × 0.677, better ▲ on 1, worse ▼ on 0");
    expect(text).toContain("Mean rank: chainrule 1.00, mlp 2.00, boosting 3.00, linear 4.00, constant 5.00.");
    expect(lines(report("default", [0.1]), null, iris).join("\n")).toContain("0.1000 ± –");
    expect(byReference(null).mlp).toEqual([]);
  });

  test("write all parts, or say that they were not measured", () => {
    const others = [report("relu", [0.2, 0.4]), report("refit", [0.1, 0.2])];
    const text = page([report("default", [0.1, 0.3]), ...others], reference);
    expect(text).toContain("| iris | 0.2000 ± 0.1000 | 0.3000 ± 0.1000 ▲ |");
    expect(text).toMatch(/\| relu \| .* \| 1 \| 1\.476 \| – \| 0 \| 1 \(iris\) \|/);
    // Of few rows the defaults, too, are held against scikit-learn's networks.
    expect(text).toMatch(/\| default \| nothing \| 1 \| 1\.000 \| – \| 0\.677 \| 1 \| 0 \|/);
    expect(text).toMatch(/\| refit \| .* \| 1 \| 0\.762 \| – \| 0\.516 \| 1 \| 0 \|/);
    expect(text).not.toContain("Not measured yet.");
    expect(page([], null).match(/Not measured yet\./g)).toHaveLength(3);
  });
});
