// What `chainrule to-pytorch` writes. `npm run check:formats` runs it in PyTorch.
import { readFileSync } from "node:fs";
import { load } from "chainrule";
import { readTorch } from "chainrule/io";
import { expect, test } from "vitest";
import { chainrule, trainBriefly, workFolder } from "./command.ts";

const work = workFolder();

test("writes a program and its weights into a new folder, once", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * 5) % 11},${i % 7 > 3 ? "yes" : "no"}`);
  const data = work.table("data.csv", `a,b,kind\n${rows.join("\n")}\n`);
  const run = work.path("run");
  await trainBriefly(data, "kind", run);
  const out = work.path("torch");
  const written = await chainrule(["to-pytorch", run, "--out", out]);
  expect(written).toMatchObject({ code: 0, stderr: "" });
  expect(written.stdout).toBe(`Written for PyTorch: ${out}/model.py and its weights, model.pt\n`);
  expect(readFileSync(`${out}/model.py`, "utf8")).toContain('{"name": "a", "type": "number", ');
  const { model } = await load(run);
  model.network.loadStateDict(readTorch(readFileSync(`${out}/model.pt`)));
  expect(await chainrule(["to-pytorch", run, "--out", out])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("exists already and is not empty"),
  });
  expect(await chainrule(["to-pytorch", data, "--out", work.path("other")])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("is no whole safetensors file"),
  });
});
