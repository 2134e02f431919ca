/** What a long training keeps, and where it ends. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { xor } from "../../examples/points.ts";
import { idle, type Progress } from "../../protocol.ts";
import { CurveStore } from "../../state/curve.ts";
import { exampleProblem } from "../project/example.ts";
import { Studio } from "../studio.ts";
import { Session } from "./session.ts";
import { Trainer } from "./trainer.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test("2,000,000 steps of XOR leave what is kept bounded, in the Worker and in the page", async () => {
  const studio = new Studio(async () => new Uint8Array(0));
  const store = new CurveStore();
  let curve = store.add(idle());
  let [most, heard, highest] = [0, 0, 0];
  studio.listen((progress) => {
    curve = store.add(progress);
    most = Math.max(most, progress.losses.length);
    heard += progress.losses.length;
    for (const loss of progress.losses) highest = Math.max(highest, loss);
  });
  await studio.openExample("xor");
  const bytes = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  await studio.rewind(400_000);
  const before = bytes();
  await studio.rewind(2_000_000);
  // The other 1,600,000 losses on both sides would be 25 MB.
  expect(bytes() - before).toBeLessThan(8 << 20);
  // Some were thinned before they were told.
  expect(heard).toBeGreaterThan(1_400_000);
  expect(most).toBeLessThan(200_000);
  const { steps, losses, measured } = curve;
  expect(steps.length).toBeLessThanOrEqual(200_000);
  expect(losses.reduce((a, b) => Math.max(a, b))).toBe(highest);
  expect(steps.at(-1)).toBe(1_999_999);
  expect(measured.length).toBeLessThanOrEqual(4000);
  // A page that is opened anew hears the same curve, thinned.
  const second = new CurveStore();
  let again = second.add(idle());
  studio.listen((progress) => {
    again = second.add(progress);
  });
  expect(again.losses.at(-1)).toBe(losses.at(-1));
  expect(again.steps.at(-1)).toBe(1_999_999);
  expect(again.losses.reduce((a, b) => Math.max(a, b))).toBe(highest);
  // Back again, the losses are those that were there.
  await studio.rewind(1_999_990);
  expect(again.steps.at(-1)).toBe(1_999_989);
  expect(again.losses.at(-1)).toBe(losses.at(-11));
  studio.dispose();
}, 120_000);

test("the last step of all is told as such, and one can go back from it", async () => {
  const session = new Session(exampleProblem(xor), xor.config);
  const said: Progress[] = [];
  const trainer = new Trainer(
    session,
    0,
    { say: (progress) => said.push(progress), faultAt: () => null },
    300,
  );
  trainer.run();
  await expect.poll(() => said.at(-1)?.running).toBe(false);
  expect(said.at(-1)).toMatchObject({
    step: 300,
    fault: {
      problem: "Training has come to step 300, where it ends.",
      remedy: expect.stringContaining("Go back"),
    },
  });
  expect(() => trainer.run()).toThrow(/come to step 300/);
  expect(() => trainer.step()).toThrow(/come to step 300/);
  await trainer.rewind(7);
  trainer.step();
  expect(said.at(-1)).toMatchObject({ step: 8, fault: null });
  trainer.dispose();
});
