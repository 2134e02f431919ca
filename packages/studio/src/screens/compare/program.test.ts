/** The programs are run as they are, and their losses compared with those of the app's own training. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import type { ExampleName, Progress, TrainingConfig } from "../../protocol.ts";
import { Studio } from "../../worker/studio.ts";
import { programOf } from "./program.ts";

const tables = join(import.meta.dirname, "../../../../cli/data");
/** Within the package, so that programs find the library. */
const folder = join(import.meta.dirname, `../../../dist/programs-${process.pid}`);
afterAll(() => rm(folder, { recursive: true, force: true }));

const STEPS = 30;

const cases: readonly (readonly [ExampleName, Partial<TrainingConfig>])[] = [
  ["lecture", {}],
  ["mazur", {}],
  ["mazur", { hidden: [3], optimizer: "momentum" }],
  ["cubic", {}],
  ["xor", { activation: "relu", optimizer: "rmsprop", weightDecay: 0.01 }],
  ["moons", { dropout: 0.2, optimizer: "adamw" }],
  ["penguins", {}],
  ["digits", { hidden: [], batchSize: 100 }],
];

/** The losses of the app; and writes its program. */
async function trained(
  place: string,
  [example, config]: (typeof cases)[number],
): Promise<{ own: number[]; file: string }> {
  const studio = new Studio(async (name) => new Uint8Array(await readFile(join(tables, name))));
  const opened = await studio.openExample(example, config);
  if (opened.state !== "open") throw new Error("not open");
  const { project } = opened;
  const own: number[] = [];
  studio.listen(({ from, losses }: Progress) => own.splice(from, own.length, ...losses));
  for (let n = 0; n < STEPS; n++) studio.step();
  const data = studio.preparedData("training");
  const program = programOf({ project, example, config: project.config, data, steps: STEPS });
  studio.dispose();
  await mkdir(place, { recursive: true });
  const file = join(place, program.name);
  await writeFile(file, program.text);
  if (program.data) await writeFile(join(place, program.data.name), program.data.text);
  return { own, file };
}

test("each program gives the losses of the app", async () => {
  const apps: { own: number[]; file: string }[] = [];
  for (const [n, one] of cases.entries()) apps.push(await trained(join(folder, String(n)), one));
  // One process runs them one after the other: starting is what takes long.
  const all = join(folder, "all.mjs");
  await writeFile(
    all,
    apps.map(({ file }) => `console.log("program"); await import(${JSON.stringify(file)});`).join("\n"),
  );
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@chainrule/source", all]);
  const printed = stdout.split("program\n").slice(1);
  expect(printed).toHaveLength(cases.length);
  apps.forEach(({ own }, k) => {
    const losses = printed[k]!.trim()
      .split("\n")
      .map((line) => Number(line.split(" ")[1]));
    expect(losses, `${cases[k]}`).toHaveLength(STEPS);
    losses.forEach((loss, n) => {
      const most = 1e-6 * Math.abs(own[n]!);
      expect(Math.abs(loss - own[n]!), `${cases[k]}, step ${n}`).toBeLessThanOrEqual(most);
    });
    expect(own[STEPS - 1], "it learns").not.toBe(own[0]);
  });
});

test("names and titles of a table do no harm to the program", () => {
  const data = {
    dtype: "float32",
    x: Float64Array.of(1, 2),
    y: Float64Array.of(0, 1),
    rows: 2,
    plain: true,
  } as const;
  const config = {
    hidden: [],
    activation: "relu",
    optimizer: "sgd",
    lr: 0.1,
    batchSize: 0,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  } as const;
  const title = "a\nprocess.exit(1) // ../../x\u2028.csv";
  const project = {
    title,
    task: "classification",
    target: "t\nevil()",
    inputNames: ["a"],
    outputNames: ["0", "1"],
  } as const;
  const { name, text } = programOf({ project, example: null, config, data, steps: 1 });
  expect(name).toMatch(/^[\w-]+\.ts$/);
  expect(text.split(/[\n\u2028\u2029]/).filter((line) => /process\.exit|evil/.test(line))).toEqual([
    text.split("\n")[0],
  ]);
  expect(text.startsWith("// ")).toBe(true);
});
