// Whole programs for TensorFlow.js: what becomes of them, that it compiles, and the command that converts them.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { convert } from "../../packages/cli/src/codemod/convert.ts";
import { unifiedDiff } from "../../packages/cli/src/codemod/diff.ts";
import { chainrule, lastJson, workFolder } from "./command.ts";

const work = workFolder();
const root = join(import.meta.dirname, "../..");
const folder = join(import.meta.dirname, "codemod");
const names = readdirSync(join(folder, "programs"))
  .map((file) => file.replace(/\.txt$/, ""))
  .sort();
const sourceOf = (name: string): string => readFileSync(join(folder, "programs", `${name}.txt`), "utf8");

describe.each(names)("%s", (name) => {
  const { text, left } = convert(sourceOf(name), name);

  test("is converted as it was", async () => {
    await expect(text).toMatchFileSnapshot(`codemod/converted/${name}.txt`);
  });

  test("stays as it is when it is converted again", () => {
    expect(convert(text, name).text).toBe(text);
  });

  test("says above a statement what is left, once", () => {
    const comments = [...text.matchAll(/^\s*\/\/ chainrule: (.*)$/gm)].map(([, comment]) => comment);
    expect(new Set(comments)).toEqual(new Set(left.map((remark) => remark.text)));
  });
});

test("what is converted whole compiles", () => {
  // In JavaScript, what a function is passed has no type, and then a DataLoader of it has none that fit takes.
  const untyped = ["housing.js", "iris.js"];
  const whole = names.filter(
    (name) => !/@tensorflow\/tfjs"/.test(convert(sourceOf(name), name).text) && !untyped.includes(name),
  );
  expect(whole.length).toBeGreaterThan(7);
  for (const name of whole) work.table(name, convert(sourceOf(name), name).text);
  work.table("charts.d.ts", 'declare module "@tensorflow/tfjs-vis";\n');
  work.table("package.json", '{ "type": "module" }');
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      allowJs: true,
      checkJs: true,
      noImplicitAny: false,
      noUnusedLocals: false,
      strictNullChecks: false,
      moduleDetection: "force",
      typeRoots: [join(root, "node_modules/@types")],
    },
    files: [...whole, "charts.d.ts"],
  };
  work.table("tsconfig.json", JSON.stringify(config));
  symlinkSync(join(root, "node_modules"), work.path("node_modules"));
  const tsc = join(fileURLToPath(import.meta.resolve("typescript/package.json")), "../bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
    cwd: work.path("."),
    encoding: "utf8",
  });
  // Sources of the library are read too, under the looser rules of JavaScript.
  const own = stdout.split(/\n(?=\S)/).filter((message) => whole.some((name) => message.startsWith(name)));
  expect(own).toEqual([]);
  expect(stdout).not.toContain("error TS5");
});

describe("chainrule codemod", () => {
  const program =
    'import * as tf from "@tensorflow/tfjs";\n\nconst x = tf.tensor1d([1, 2]);\ntf.browser.toPixels(x);\nx.dispose();\n';
  const converted =
    'import * as tf from "@tensorflow/tfjs";\nimport { tensor } from "chainrule";\n\nconst x = tensor([1, 2]);\n// chainrule: tf.browser.toPixels is absent: write to a canvas by hand.\ntf.browser.toPixels(x);\n';

  test("writes over a file, and says what changed and what is left by line", async () => {
    const file = work.table("one.js", program);
    const { code, stdout, stderr } = await chainrule(["codemod", file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(file, "utf8")).toBe(converted);
    expect(stdout).toContain("2 changes, 1 place left to look at; written to");
    expect(stdout).toMatch(/line 3 +tf\.tensor1d → tensor\n/);
    expect(stdout).toMatch(/line 5 +x\.dispose\(\): removed\n/);
    expect(stdout).toContain("! line 4: tf.browser.toPixels is absent: write to a canvas by hand.");
    // Once more: nothing is written.
    const again = await chainrule(["codemod", file, "--json"]);
    expect(lastJson(again)).toEqual({
      files: [{ file, written: null, changed: [], left: [expect.objectContaining({ line: 6 })] }],
    });
    expect(readFileSync(file, "utf8")).toBe(converted);
  });

  test("--dry-run shows a diff and writes nothing", async () => {
    const file = work.table("dry.js", program);
    const { code, stdout } = await chainrule(["codemod", file, "--dry-run"]);
    expect(code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(program);
    expect(stdout).toContain(
      `--- ${file}\n+++ ${file}\n@@ -1,5 +1,6 @@\n import * as tf from "@tensorflow/tfjs";\n+import { tensor } from "chainrule";\n`,
    );
    expect(stdout).toContain("-const x = tf.tensor1d([1, 2]);\n+const x = tensor([1, 2]);\n");
  });

  test("--out writes elsewhere, of folders too; what does not use TensorFlow.js is not touched", async () => {
    work.table("two.js", program);
    const out = work.path("out");
    const { code, stdout } = await chainrule(["codemod", work.path("two.js"), "--out", out, "--quiet"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(readFileSync(join(out, "two.js"), "utf8")).toBe(converted);
    expect(readFileSync(work.path("two.js"), "utf8")).toBe(program);
    const plain = work.table("plain.js", "tf.add(1)\n");
    expect(await chainrule(["codemod", plain])).toMatchObject({
      code: 0,
      stdout: "Nothing here uses TensorFlow.js.\n",
    });
  });

  test("what can not be parsed or read is refused, and the others are converted", async () => {
    const [good, bad] = [
      work.table("good.js", program),
      work.table("bad.js", 'import "@tensorflow/tfjs";\nconst = 1;\n'),
    ];
    const { code, stderr } = await chainrule(["codemod", bad, good]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.js can not be parsed: Unexpected token \(2:6\)\.\nCorrect it/);
    expect(readFileSync(good, "utf8")).toBe(converted);
    expect(readFileSync(bad, "utf8")).toContain("const = 1;");
    expect(await chainrule(["codemod", work.path("nothing.js")])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing.js does not exist"),
    });
    expect(await chainrule(["codemod"])).toMatchObject({ code: 2 });
  });

  test("is in the help, and explains itself in 80 columns", async () => {
    expect((await chainrule(["--help"])).stdout).toContain("  codemod ");
    const { code, stdout } = await chainrule(["codemod", "--help"]);
    expect(code).toBe(0);
    expect(stdout.match(/\$ chainrule /g)).toHaveLength(2);
    for (const flag of ["--dry-run", "--out", "--json", "--quiet"])
      expect(stdout).toMatch(new RegExp(`${flag}[\\s\\S]*?\\(default:`));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

test("a diff has three lines around each change", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const after = lines.map((line, i) => (i === 4 || i === 25 ? `${line}!` : line)).filter((_, i) => i !== 26);
  const diff = unifiedDiff("a.js", `${lines.join("\n")}\n`, `${after.join("\n")}\n`);
  expect(diff.slice(0, 5)).toEqual(["--- a.js", "+++ a.js", "@@ -2,7 +2,7 @@", " line 1", " line 2"]);
  expect(diff.slice(11)).toEqual([
    "@@ -23,8 +23,7 @@",
    " line 22",
    " line 23",
    " line 24",
    "-line 25",
    "-line 26",
    "+line 25!",
    " line 27",
    " line 28",
    " line 29",
  ]);
  expect(unifiedDiff("a.js", "a\n", "a\n")).toEqual([]);
});
