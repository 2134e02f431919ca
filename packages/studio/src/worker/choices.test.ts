/** What a person chooses of a table's columns, and of the pace of training. */
import { expect, test } from "vitest";
import { opened, started } from "./testing/started.ts";

const counted = ["x,y,z"];
for (let i = 1; i <= 60; i++) counted.push(`${i},${3 * i + (i % 7)},${i % 4}`);
const file = { path: "counted.csv", bytes: new TextEncoder().encode(counted.join("\n")) };

test("a column that looks like an identifier is used where it is asked for, and others are left out", async () => {
  const { studio } = started();
  const table = await studio.openFiles([file]);
  if (table.state !== "target") throw new Error("The table does not wait for its target.");
  expect(table.columns.map(({ dropped }) => dropped !== "")).toEqual([true, false, false]);
  const inputs = async (choice?: Parameters<typeof studio.chooseTarget>[1]) => {
    await studio.openFiles([file]);
    const { state, ...rest } = await studio.chooseTarget("y", choice);
    return state === "open" && "project" in rest ? rest.project.inputNames : [];
  };
  expect(await inputs()).toEqual(["z"]);
  expect(await inputs({ include: ["x"] })).toEqual(["x", "z"]);
  expect(await inputs({ include: ["x"], exclude: ["z", "y"] })).toEqual(["x"]);
  await expect(inputs({ exclude: ["z"] })).rejects.toThrow(/no column from which to predict "y"/);
});

test("training keeps to the pace that is set, and the losses are the same", async () => {
  const slow = await opened("xor");
  expect(slow.project.pace).toBe(100);
  slow.studio.run();
  const start = performance.now();
  const first = await slow.until(({ step }) => step > 20);
  slow.studio.pause();
  const rate = (1000 * first.step) / (performance.now() - start);
  expect(rate).toBeLessThan(160);
  expect(first.pace).toBe(100);
  const fast = await opened("xor");
  fast.studio.setPace(0);
  fast.studio.run();
  await fast.until(({ step }) => step > 20);
  fast.studio.pause();
  expect(fast.losses().slice(0, 20)).toEqual(slow.losses().slice(0, 20));
  // It stays where training starts anew, and is the example's own again where that is opened again.
  fast.studio.configure({ ...fast.project.config, seed: 1 });
  expect((await fast.until(() => true)).pace).toBe(0);
  await fast.studio.openExample("xor");
  expect((await fast.until(() => true)).pace).toBe(100);
  expect(() => fast.studio.setPace(-1)).toThrow(/steps a second/);
});
