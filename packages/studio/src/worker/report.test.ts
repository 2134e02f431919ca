import { describe, expect, test } from "vitest";
import type { ExampleName } from "../protocol.ts";
import { openExampleBy } from "./open.ts";
import { tableFromCsv } from "./project/csv.ts";
import { reportData } from "./report.ts";
import { Measure } from "./session/measure.ts";
import { Session } from "./session/session.ts";
import { Watch } from "./session/watch.ts";
import { fetchFile } from "./testing/started.ts";

/** The report of an example after some steps. */
async function reported(name: ExampleName, steps: number) {
  const opening = await openExampleBy(name, {}, fetchFile);
  if (opening.kind !== "problem") throw new Error(`${name} is no network`);
  const session = new Session(opening.problem, opening.config);
  const measure = new Measure(session);
  measure.take();
  for (let step = 0; step < steps; step++) session.step();
  measure.take();
  const data = reportData({ session, measured: measure.taken, watch: new Watch(session), seconds: 1 });
  measure.dispose();
  session.dispose();
  return data;
}

describe("a report tells", () => {
  test("of a table what the library scores, with its baselines", async () => {
    const data = await reported("penguins", 150);
    expect(data.scores?.task).toBe("classification");
    expect(data.baselines?.length).toBeGreaterThan(0);
    expect(data.risk?.test.rows).toBe(tableFromCsv(await fetchFile("penguins.csv"), "p.csv").rows - 234 - 41);
    expect(data.confusion).toBeUndefined();
    expect(data.rows?.map(({ verdict }) => verdict)).toContain("uncertain");
  });

  test("of digits who was taken for whom, and rows to step through", async () => {
    const data = await reported("digits", 60);
    const counts = data.confusion?.counts.flat() ?? [];
    expect(counts.reduce((a, b) => a + b, 0)).toBe(359);
    expect(data.rows?.map(({ verdict }) => verdict)).toEqual(["right", "wrong", "uncertain"]);
    for (const { verdict, truth, predicted, probabilities, trace } of data.rows ?? []) {
      if (verdict !== "uncertain") expect(truth === predicted).toBe(verdict === "right");
      expect(probabilities[0].label).toBe(predicted);
      expect(probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      expect(trace?.loss?.number).toBeGreaterThan(0);
    }
    expect(data.curves?.map(({ title }) => title)).toEqual(["Loss", "Accuracy"]);
    expect(data.health?.health.rows).toBe(256);
  });

  test("of the lecture's network what it said and what was true, and the program that makes it again", async () => {
    const data = await reported("lecture", 40);
    expect(data.points?.truth).toHaveLength(200);
    expect(data.scored).toBe("200 training rows");
    expect(data.rows?.map(({ verdict }) => verdict)).toEqual(["near", "far"]);
    expect(data.reproduce?.commands.join("\n")).toContain("new nn.Linear(2, 3)");
    expect(data.facts).toContainEqual(["Weights", "13"]);
  });
});
