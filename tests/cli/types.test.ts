// What `chainrule types` writes, compiled by TypeScript together with a program that uses it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { chainrule, trainBriefly, workFolder } from "./command.ts";

const work = workFolder();
const root = join(import.meta.dirname, "../..");
const run = work.path("run");

const words = ["basic", "pro", 'it\'s */ \\"odd\\"', "ünï"];
const lines = Array.from(
  { length: 120 },
  (_, i) =>
    `${(i * 37) % 61},"${words[i % 4].replaceAll('"', '""')}",2024-0${1 + (i % 9)}-11,${i % 2 ? "yes" : "no"},${(i * 7) % 5},${i % 4 < 2 ? "a" : "b c"}`,
);

beforeAll(async () => {
  const data = work.table("odd.csv", `age,the plan,since,class,5th,kind\n${lines.join("\n")}\n`);
  await trainBriefly(data, "kind", run);
});

const good = `{ age: 41, "the plan": "gold", since: new Date(), class: null, "5th": 3 }`;

/** Programs by name: the row that they predict, and what they do with the prediction. */
const programs: Readonly<Record<string, readonly [row: string, then: string]>> = {
  right: [
    good,
    `export const label: "a" | "b c" = found.prediction, p: number = found.probabilities["b c"];`,
  ],
  lacking: [`{ age: 41, "the plan": "pro", since: null, class: true }`, ""],
  wrong: [good.replace("41", '"old"'), ""],
  unknown: [good.replace("age", "agee"), ""],
  strange: [good, `export const is = found.prediction === "c";`],
};

/** Compiles all programs beside the types, and gives what the compiler says of each. */
function compile(): Record<string, string> {
  for (const [name, [row, then]] of Object.entries(programs)) {
    work.table(
      `${name}.ts`,
      `import { load } from "chainrule";
import type { Prediction, Row } from "./types.ts";
const model = await load<Row, Prediction>("run");
const found = model.predict(${row});
${then}
`,
    );
  }
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      allowImportingTsExtensions: true,
      noUnusedLocals: false,
      typeRoots: [join(root, "node_modules/@types")],
      paths: { chainrule: [join(root, "packages/chainrule/src/index.ts")] },
    },
    files: Object.keys(programs).map((name) => `${name}.ts`),
  };
  work.table("package.json", '{ "type": "module" }');
  work.table("tsconfig.json", JSON.stringify(config));
  const tsc = join(fileURLToPath(import.meta.resolve("typescript/package.json")), "../bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
    cwd: work.path("."),
    encoding: "utf8",
  });
  return Object.fromEntries(
    Object.keys(programs).map((name) => [
      name,
      stdout
        .split(/\n(?=\S)/)
        .filter((message) => message.startsWith(`${name}.ts(`))
        .join("\n"),
    ]),
  );
}

describe("types", () => {
  test("are printed, or written to a file that may be written again", async () => {
    const printed = await chainrule(["types", run]);
    expect(printed.code).toBe(0);
    expect(await chainrule(["types", run, "--out", work.path("types.ts")])).toMatchObject({ code: 0 });
    expect(await chainrule(["types", run, "--out", work.path("types.ts")])).toMatchObject({ code: 0 });
    expect(readFileSync(work.path("types.ts"), "utf8")).toBe(printed.stdout);
    work.table("mine.ts", "export {};\n");
    const refused = await chainrule(["types", run, "--out", work.path("mine.ts")]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("exists already; nothing is ever written over.");
  });

  test("let a right program pass, and stop wrong ones", () => {
    expect(compile()).toEqual({
      right: "",
      lacking: expect.stringContaining(`Property '"5th"' is missing`),
      wrong: expect.stringContaining("Type 'string' is not assignable to type 'number'"),
      unknown: expect.stringContaining("'agee' does not exist in type 'Row'"),
      strange: expect.stringContaining("have no overlap"),
    });
  });
});

test("a run without a model is explained", async () => {
  const { code, stderr } = await chainrule(["types", work.path("nothing")]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/nothing does not exist\.\nName the folder of a run/);
});
