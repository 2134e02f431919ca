import { ChainruleError } from "chainrule";
import { wording } from "chainrule/tables";
import { type Command, InvalidArgumentError, Option } from "commander";
import { gathers, takesObject } from "./options/shared.ts";
import { isThere, readJson } from "./runs/files.ts";

/** The file of options that is looked for where the command runs. */
const CONFIG = "chainrule.json";

export const configOption = (): Option =>
  new Option("--config <file>", `JSON with values of these options (default: ${CONFIG}, if there is one)`);

/**
 * Gives options of a command the values that a file has for them: `chainrule.json` of the current folder, or that of `--config`. The
 * file is a JSON object whose keys are the long names of options in camelCase, such as `{"target": "price", "lr": 0.01, "hidden":
 * [64, 64], "types": {"zip": "category"}}`. The command line wins. A key of another command of the program is left alone, so that one
 * file serves several.
 *
 * Called at the beginning of a command's action, before its options are read by `command.opts()`.
 *
 * @throws ChainruleError `file` for a file that can not be read, `argument` for a key that no command has or a value that does not
 * fit; both name the file and the key
 */
export async function applyConfig(command: Command): Promise<void> {
  const { config } = command.opts<{ config?: string }>();
  const path = config ?? CONFIG;
  const values = await readConfig(path, config !== undefined);
  for (const [key, value] of Object.entries(values)) {
    const option = optionOf(command, key, path);
    const given = command.getOptionValueSource(key);
    if (option === null || (given !== undefined && given !== "default")) continue;
    command.setOptionValueWithSource(
      key,
      parsedValue(command, option, value, `"${key}" of ${path}`),
      "config",
    );
  }
}

async function readConfig(path: string, wanted: boolean): Promise<Readonly<Record<string, unknown>>> {
  if (!wanted && !(await isThere(path))) return {};
  const remedy = 'Write options as {"target": "price", "lr": 0.01}.';
  const parsed = await readJson(path, { remedy });
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw new ChainruleError("file", `${path} holds no JSON object.`, remedy);
}

/** What a file can not set: where it is, what ends a command at once, and a search that has its options already. */
const never = ["config", "help", "version", "resume"];

/** The options of a command that a file can set, by their keys. */
export const optionsByKey = ({ options }: Command): [key: string, option: Option][] =>
  options
    .map((option): [string, Option] => [option.attributeName(), option])
    .filter(([key]) => !never.includes(key));

/** The option of a key; null for one that only other commands have. */
function optionOf(command: Command, key: string, path: string): Option | null {
  const own = new Map(optionsByKey(command));
  const option = own.get(key);
  if (option) return option;
  const others = (command.parent?.commands ?? []).flatMap(optionsByKey).map(([name]) => name);
  if (others.includes(key)) return null;
  const names = [...own.keys()];
  throw new ChainruleError(
    "argument",
    `${path} has the key "${wording.clip(key)}", which is no option.`,
    `${wording.didYouMean(key, [...names, ...others]) ?? ""}The options of ${command.name()} are ${names.join(", ")}.`,
  );
}

/** A value as the command line would give it. */
function parsedValue(command: Command, option: Option, value: unknown, place: string): unknown {
  const wrong = (wanted: string): ChainruleError =>
    new ChainruleError(
      "argument",
      `${place} is ${wording.clip(JSON.stringify(value))} where ${wanted} must be.`,
      `\`chainrule ${command.name()} --help\` says what ${option.long} takes.`,
    );
  if (option.isBoolean() || option.negate) {
    if (typeof value !== "boolean") throw wrong("true or false");
    return value;
  }
  const parse = (text: string, before: unknown): unknown => {
    if (!option.parseArg) return text;
    try {
      return option.parseArg(text, before);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new ChainruleError(
        "argument",
        `${place} is ${wording.clip(JSON.stringify(value))}.`,
        error.message,
        {
          cause: error,
        },
      );
    }
  };
  if (takesObject(option) && typeof value === "object" && value !== null) return value;
  const texts = textsOf(value);
  if (texts === null) throw wrong("a text, a number, or a list of them");
  const before = option.defaultValue;
  if (gathers(option)) return texts.reduce((all: unknown, text) => parse(text, all), before);
  if (typeof value === "object" && !Array.isArray(value)) throw wrong("a single value");
  const result = parse(texts.join(","), before);
  if (Array.isArray(value) && !Array.isArray(result)) throw wrong("a single value");
  if (typeof value === "string" && typeof result === "number") throw wrong("a number");
  if (typeof value === "number" && typeof result === "string") throw wrong("a text");
  return result;
}

/** A value as words of a command line: a list's items, or an object's entries as `name=value`. */
function textsOf(value: unknown): string[] | null {
  const isPlain = (item: unknown): item is string | number =>
    typeof item === "string" || typeof item === "number";
  if (isPlain(value)) return [String(value)];
  if (Array.isArray(value)) return value.every(isPlain) ? value.map(String) : null;
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  return entries.every(([, item]) => isPlain(item)) ? entries.map(([name, item]) => `${name}=${item}`) : null;
}
