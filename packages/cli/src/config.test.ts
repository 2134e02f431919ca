import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingWords } from "chainrule/tables";
import { Command, Option } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { applyConfig, configOption } from "./config.ts";
import { collect, missingOption, positive, typesOption, units } from "./options/shared.ts";

const folder = mkdtempSync(join(tmpdir(), "chainrule-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The options of a command, with a file of options and words of the command line. */
async function optionsFor(content: unknown, args: readonly string[] = []): Promise<Record<string, unknown>> {
  const file = join(folder, "options.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  let found: Record<string, unknown> = {};
  const program = new Command();
  program.command("other").option("--elsewhere <n>");
  program
    .command("fit")
    .option("--target <column>")
    .option("--lr <rate>", "", positive, 0.1)
    .option("--hidden <units>", "", units)
    .option("--exclude <columns>", "", collect)
    .addOption(new Option("--task <task>").choices(["auto", "regression"]).default("auto"))
    .addOption(missingOption())
    .addOption(typesOption())
    .addOption(configOption())
    .option("--json", "", false)
    .action(async (_: unknown, command: Command) => {
      await applyConfig(command);
      found = command.opts();
    });
  await program.parseAsync(["fit", "--config", file, ...args], { from: "user" });
  return found;
}

describe("applyConfig", () => {
  test("gives values as the command line would", async () => {
    const config = {
      target: "price",
      lr: 0.01,
      hidden: [64, 32],
      exclude: ["a", "b, c"],
      task: "regression",
      missing: ["-", "none"],
      types: { zip: "category", "a,b": "number" },
      json: true,
      elsewhere: 3,
    };
    expect(await optionsFor(config)).toMatchObject({
      target: "price",
      lr: 0.01,
      hidden: [64, 32],
      exclude: ["a", "b, c"],
      task: "regression",
      missing: [...missingWords, "-", "none"],
      types: [
        ["zip", "text"],
        ["a,b", "number"],
      ],
      json: true,
    });
    expect(await optionsFor({ hidden: "none" })).toMatchObject({ hidden: [], lr: 0.1, task: "auto" });
  });

  test("the command line wins", async () => {
    const args = ["--lr", "0.5", "--exclude", "c", "--types", "zip=date", "--json"];
    const config = { lr: 0.01, exclude: ["a"], types: { age: "number" }, json: false, target: "y" };
    expect(await optionsFor(config, args)).toMatchObject({
      lr: 0.5,
      exclude: ["c"],
      types: [["zip", "date"]],
      json: true,
      target: "y",
    });
  });

  test.each<[content: unknown, message: string | RegExp]>([
    ["{", "options.json is no JSON: "],
    [[1], "options.json holds no JSON object."],
    [{ traget: "y" }, /has the key "traget", which is no option.*Did you mean "target"\?/s],
    [{ config: "x" }, 'has the key "config", which is no option'],
    [{ lr: "fast" }, /"lr" of .*options.json is "fast"\..*Give a number/s],
    [{ lr: "0.1" }, /"lr" of .*options.json is "0.1" where a number must be/],
    [{ lr: -1 }, /"lr" of .* is -1\..*Give a number above 0/s],
    [{ target: 5 }, /"target" of .* is 5 where a text must be/],
    [{ target: ["a", "b"] }, /"target" of .* where a single value must be/],
    [{ target: null }, /"target" of .* is null where/],
    [{ json: "yes" }, /"json" of .* is "yes" where true or false must be/],
    [{ hidden: [64, true] }, /"hidden" of .* where a text, a number, or a list of them must be/],
    [{ task: "regresion" }, /"task" of .*Allowed choices are auto, regression/s],
    [{ types: { age: "numbre" } }, /"types" of .*"numbre" is no type\. Did you mean "number"\?/s],
    [{ types: "age" }, /"types" of .*Give names with types/s],
  ])("%j is refused", async (content, message) => {
    await expect(optionsFor(content)).rejects.toThrow(message);
  });

  test("a file that is asked for must be there", async () => {
    await expect(optionsFor({}, ["--config", join(folder, "nowhere.json")])).rejects.toThrow(
      "does not exist",
    );
  });
});
