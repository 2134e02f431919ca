import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import { courseNames, courseOf, courses } from "./schedules.ts";

describe("courses", () => {
  test.each(courseNames)("%s stays between 0 and 1, and reaches 1", (name) => {
    const values = Array.from({ length: 3201 }, (_, i) => courses[name](i / 3200));
    for (const value of values) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
    }
    expect(Math.max(...values)).toBeCloseTo(1, 3);
  });

  test("coslog4 makes four waves, each as long as all before it together", () => {
    for (const end of [0, 1 / 15, 3 / 15, 7 / 15, 1]) expect(courses.coslog4(end)).toBeCloseTo(0, 10);
    // Their tops are where 1 + 15 t is √2, 2√2, …
    for (const wave of [0, 1, 2, 3]) expect(courses.coslog4((2 ** (wave + 0.5) - 1) / 15)).toBeCloseTo(1, 10);
    expect(courses.coslog4(0.3)).toBeCloseTo(0.5 * (1 - Math.cos(2 * Math.PI * Math.log2(5.5))), 12);
  });

  test("others have the values that their names promise", () => {
    expect([0, 0.5, 1].map(courses["flat-cosine"])).toEqual([1, 1, 0]);
    expect(courses["flat-cosine"](0.75)).toBeCloseTo(0.5, 12);
    expect([0, 0.05, 0.1].map(courses["one-cycle"])).toEqual([0.1, 0.55, 1]);
    expect(courses["warm-restarts"](1 / 30)).toBeCloseTo(0.5, 12); // half of the first cosine
    expect(courses["warm-restarts"](1 / 15)).toBeCloseTo(1, 12);
    expect([0, 0.4, 0.7, 1].map(courses.step)).toEqual([1, 0.1, 0.1 ** 2, 0.1 ** 2]);
  });
});

describe("courseOf", () => {
  const make = () => {
    const network = new nn.Sequential(new nn.Linear(2, 3), new nn.Dropout(0.4), new nn.Linear(3, 1));
    const [first, second] = [network.at(0), network.at(2)].map((layer) => layer.parameters());
    const optimizer = new optim.AdamW([
      { params: first, lr: 1, weightDecay: 0.5 },
      { params: second, lr: 0.1, weightDecay: 0 },
    ]);
    const fades = { weightDecaySchedule: "flat-cosine", dropoutSchedule: "flat-cosine" } as const;
    const course = (schedule: "linear" | "plateau") => courseOf(optimizer, network, { ...fades, schedule });
    return { network, optimizer, course };
  };
  const numbers = ({ network, optimizer }: ReturnType<typeof make>): number[] => [
    ...optimizer.paramGroups.flatMap(({ lr, weightDecay }) => [lr, weightDecay]),
    network.at(1).p,
  ];

  test("sets rates, decays and dropout by the share of training that is done, in any order", () => {
    const made = make();
    const course = made.course("linear");
    for (const [t, expected] of [
      [0, [1, 0.5, 0.1, 0, 0.4]],
      [0.75, [0.25, 0.25, 0.025, 0, 0.2]],
      [0.5, [0.5, 0.5, 0.05, 0, 0.4]],
    ] as const) {
      course(t);
      numbers(made).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 12);
      });
    }
  });

  test("leaves the rates to a schedule that follows the loss", () => {
    const made = make();
    made.course("plateau")(0.75);
    expect(made.optimizer.paramGroups.map(({ lr }) => lr)).toEqual([1, 0.1]);
    expect(made.optimizer.paramGroups[0].weightDecay).toBeCloseTo(0.25, 12);
  });
});
