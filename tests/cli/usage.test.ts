import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chainrule, sample } from "./command.ts";

const version = JSON.parse(
  readFileSync(new URL("../../packages/cli/package.json", import.meta.url), "utf8"),
).version;

test("--version and --help print and end well", async () => {
  expect(await chainrule(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  const help = await chainrule(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const command of [
    "train",
    "resume",
    "runs",
    "predict",
    "evaluate",
    "cross-validate",
    "learning-curve",
    "explain",
    "studio",
    "inspect",
    "doctor",
  ])
    expect(help.stdout).toContain(`  ${command} `);
});

test("without arguments, the help is printed", async () => {
  const { code, stdout } = await chainrule([]);
  expect(code).toBe(2);
  expect(stdout).toContain("Examples:");
});

describe.each([
  "train",
  "resume",
  "runs",
  "predict",
  "evaluate",
  "cross-validate",
  "learning-curve",
  "explain",
  "studio",
  "inspect",
])("%s --help", (command) => {
  test("shows every option with its default, and two examples, in 80 columns", async () => {
    const { code, stdout } = await chainrule([command, "--help"]);
    expect(code).toBe(0);
    const options = stdout
      .slice(0, stdout.indexOf("Examples:"))
      .replace(/\n {10,}/g, " ")
      .split("\n");
    const flags = options.filter((line) => /^ {2}-/.test(line) && !/--help/.test(line));
    expect(flags.length).toBeGreaterThan(1);
    for (const flag of flags) expect(flag).toMatch(/default: |--target/);
    expect(stdout.match(/\$ chainrule /g)).toHaveLength(2);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("wrong usage ends with 2 and a hint", () => {
  test.each([
    [["trian", "x.csv"], "unknown command 'trian'"],
    [["train", "x.csv"], "required option '-t, --target <column>' not specified"],
    [["train", "--target", "y"], "missing required argument 'data'"],
    [["resume", "a", "b"], "too many arguments"],
    [["train", "x.csv", "-t", "y", "--epoch", "3"], "(Did you mean --epochs?)"],
    [["train", "x.csv", "-t", "y", "--epochs", "0"], "Give a whole number of at least 1."],
    [["train", "x.csv", "-t", "y", "--epochs", "many"], "Give a number."],
    [["train", "x.csv", "-t", "y", "--test-size", "1"], "Give a number from 0 to below 1."],
    [["train", "x.csv", "-t", "y", "--lr", "0"], "Give a number above 0."],
    [["train", "x.csv", "-t", "y", "--hidden", "64,,3"], "such as 64,64, or none"],
    [["train", "x.csv", "-t", "y", "--hidden", "1e9"], "such as 64,64, or none"],
    [["train", "x.csv", "-t", "y", "--activation", "reul"], "Allowed choices are relu"],
    [["train", "x.csv", "-t", "y", "--seed", "-1"], "Give a whole number of at least 0."],
    [["predict", "runs/a"], "missing required argument 'data'"],
    [["resume"], "missing required argument 'run'"],
    [["runs", "--sort", "luck"], "Allowed choices are when"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await chainrule(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/`chainrule .*--help` shows how it is used/);
  });
});

test("train without a target names the columns that there are", async () => {
  const { code, stdout, stderr } = await chainrule(["train", sample("diabetes")]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain('The columns of diabetes.csv are "age", "sex", ');
  expect(stderr).toContain("For example: --target progression");
});

test("the bundled tables are there", () => {
  for (const name of ["digits", "penguins", "breast-cancer", "diabetes"])
    expect(readFileSync(sample(name), "utf8").length).toBeGreaterThan(1000);
});
