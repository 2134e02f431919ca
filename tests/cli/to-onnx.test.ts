// `chainrule to-onnx`: the file that it writes, and what it refuses.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { chainrule, trainBriefly, workFolder } from "./command.ts";

const work = workFolder();
const run = work.path("run");

beforeAll(async () => {
  const lines = Array.from(
    { length: 60 },
    (_, i) => `${i % 7},${i % 2 ? "red" : "blue"},${i % 7 > 3 ? "a" : "b"}`,
  );
  const data = work.table("t.csv", `size,colour,kind\n${lines.join("\n")}\n`);
  await trainBriefly(data, "kind", run);
});

test("writes the network, or the preparation with it", async () => {
  const [network, whole] = [work.path("network.onnx"), work.path("whole.onnx")];
  expect(await chainrule(["to-onnx", run, "--out", network])).toMatchObject({
    code: 0,
    stdout: `Written for ONNX (opset 17), taking prepared rows: ${network}\n`,
  });
  expect(await chainrule(["to-onnx", run, "--out", whole, "--with-preparation"])).toMatchObject({
    code: 0,
    stdout: `Written for ONNX (opset 17), taking rows of the table: ${whole}\n`,
  });
  const [small, large] = [network, whole].map((path) => readFileSync(path, "latin1"));
  expect([small.includes("TfIdfVectorizer"), large.includes("TfIdfVectorizer")]).toEqual([false, true]);
  expect(small).toContain("layers.0.weight");
});

test("writes over nothing, and says so", async () => {
  const there = work.table("there.onnx", "mine");
  const found = await chainrule(["to-onnx", run, "--out", there]);
  expect(found.code).not.toBe(0);
  expect(found.stderr).toContain("exists already");
  expect(readFileSync(there, "utf8")).toBe("mine");
});
