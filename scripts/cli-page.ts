/**
 * Writes the parts of docs/cli.md that follow from the commands: the index, the options, the keys of chainrule.json. They stand between
 * marks, `<!-- cli: NAME -->` and `<!-- /cli -->`; what is between others is written by hand. With --check it only says whether the page
 * is up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { optionsByKey } from "../packages/cli/src/config.ts";
import type { Io } from "../packages/cli/src/io.ts";
import { gathers, takesObject, typesOption } from "../packages/cli/src/options/shared.ts";
import { makeProgram } from "../packages/cli/src/program.ts";
import { modelOptions } from "../packages/cli/src/report/command.ts";

export type Program = ReturnType<typeof makeProgram>;
type Option = Program["options"][number];

export const page = new URL("../docs/cli.md", import.meta.url);

/** The commands; what they would print goes nowhere, and what they would read is nothing. */
export function programOfPage(): Program {
  const stream = { write: () => true, drained: () => Promise.resolve() };
  const stdin = { async *bytes() {} };
  const io: Io = { stdout: stream, stderr: stream, stdin, env: {}, onInterrupt: () => () => {} };
  return makeProgram(io);
}

/** The section of what all commands that train share. */
const TRAINING = "[the options of training](#options-of-training)";

const code = (text: string): string => `\`${text}\``;

/** Words of a help that are typed as they stand, or with something in the place of what is in brackets. */
const typed =
  /(?<![\w-])-(?= is standard input|, standard output)|--[a-z][\w-]*|[\w./-]*<[\w-]+>[\w./<>-]*|\b[a-z]+:COLUMN\b|\b\w+=\w+(?:,\w+=\w+)*|\bchainrule\.json\b|\bCHAINRULE_\w+/g;

/** Text of a help as Markdown. What stands between backticks there stays. */
const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((piece) => (piece.startsWith("`") ? piece : piece.replace(typed, code)))
    .join("")
    .split(/(`[^`]*`)/)
    .map((piece) => (piece.startsWith("`") ? piece : piece.replace(/[*<]/g, "\\$&")))
    .join("")
    .replace(/`chainrule ([a-z-]+) --help`/g, "[`chainrule $1`](#$1)")
    .replaceAll("|", "\\|");

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const table = (head: readonly string[], rows: readonly string[][]): string =>
  [row(...head), row(...head.map(() => "---")), ...rows.map((cells) => row(...cells))].join("\n");

/** What an option does, without its default; and the default, where there is one. */
function described({ description, defaultValue, defaultValueDescription }: Option): [string, string | null] {
  const [, text, said] = /^(.*?)(?: \(default: (.*)\))?$/s.exec(description) ?? [];
  if (said !== undefined) return [text, said];
  if (defaultValueDescription !== undefined) return [text, defaultValueDescription];
  return [text, defaultValue === undefined ? null : defaultValue === false ? "off" : String(defaultValue)];
}

function defaultCell(option: Option): string {
  const [, text] = described(option);
  if (text === null) return "";
  if (text === "by rows") return "[by rows](#train)";
  const isValue = /^[\d.,]+$/.test(text) || text === option.defaultValue || option.argChoices?.includes(text);
  return isValue ? code(text) : prose(text);
}

/** What an option takes, as it says it when it is given something else; null where it takes any text. */
function taken(option: Option): string | null {
  try {
    option.parseArg?.("-1.5", option.defaultValue);
  } catch (error) {
    if (error instanceof Error) return error.message.replace(/^Give (.*)\.$/s, "$1");
  }
  return null;
}

function optionRow(option: Option): string[] {
  const [text] = described(option);
  return [
    code(option.flags),
    option.argChoices ? withChoices(text, option.argChoices) : withRange(text, option),
    defaultCell(option),
  ];
}

/** A description with the words that can be chosen: marked where it speaks of all of them, else behind it. */
function withChoices(text: string, choices: readonly string[]): string {
  const word = (choice: string): RegExp => new RegExp(`(?<![\\w-])${choice}(?![\\w-])`);
  if (choices.every((choice) => word(choice).test(text)))
    return choices.reduce((marked, choice) => marked.replace(word(choice), code(choice)), prose(text));
  return `${prose(text)}; one of ${choices.map(code).join(", ")}`;
}

/** A description with the numbers that are taken, where it does not name them itself. */
function withRange(text: string, option: Option): string {
  const wanted = taken(option) ?? "";
  const isNamed = /\d, .*\d or \d/.test(text);
  return /^a (whole )?number /.test(wanted) && !isNamed ? `${prose(text)}; ${wanted}` : prose(text);
}

/** The options of training, a table below each of their headings. */
function trainingOptions(): string {
  const groups = Map.groupBy(modelOptions().options, ({ helpGroupHeading = "" }) => helpGroupHeading);
  return [...groups]
    .map(([heading, options]) => `### ${heading.replace(/:$/, "")}\n\n${optionTable(options.map(optionRow))}`)
    .join("\n\n");
}

const optionTable = (rows: readonly string[][]): string => table(["", "what it does", "default"], rows);

/** What the help of a command says below its options. */
function notesOf(command: Program): string[] {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help.slice(command.helpInformation().length).trim().split(/\n\n+/).filter(Boolean);
}

const isExample = (note: string): boolean => /^Examples?:\n/.test(note);

/** A note as Markdown: indented lines are a table, or something to be read as it stands. */
const noteText = (note: string): string =>
  note
    .split(/((?:^ {2}.*\n?)+)/m)
    .filter(Boolean)
    .map((piece) => (piece.startsWith("  ") ? shownText(piece) : prose(piece.trim().replaceAll("\n", " "))))
    .join("\n\n");

function shownText(text: string): string {
  const lines = text.trimEnd().split("\n");
  const cells = lines.map((line) => line.trim().split(/ {3,}/));
  const [head, ...rows] = cells;
  if (head.length > 1 && cells.every(({ length }) => length === head.length)) return table(head, rows);
  return ["```", ...lines.map((line) => line.slice(2)), "```"].join("\n");
}

const exampleText = (note: string): string =>
  ["```sh", ...[...note.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line), "```"].join("\n");

/** Whether two commands have an option that says and means the same. */
const isSame = (a: Option) => (b: Option) => a.flags === b.flags && a.description === b.description;

/** A command's options: its own, and which of those of training it has not; null for a command that does not train. */
function optionsOf({ options }: Program): { own: Option[]; without: Option[] | null } {
  const shared = modelOptions().options;
  const trains = shared.filter((option) => options.some(isSame(option))).length > shared.length / 2;
  if (!trains) return { own: [...options], without: null };
  return {
    own: options.filter((option) => !shared.some(isSame(option))),
    without: shared.filter((option) => !options.some(({ long }) => long === option.long)),
  };
}

const termOf = (argument: Program["registeredArguments"][number]): string => {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

function section(command: Program): string {
  const notes = notesOf(command);
  const { own, without } = optionsOf(command);
  const words = command.registeredArguments.map(termOf);
  const args = command.registeredArguments.map(({ description }, i) => [
    code(words[i]),
    prose(description),
    "",
  ]);
  const lacking = without?.map(({ long }) => code(long ?? "")).join(", ");
  const training =
    without === null ? [] : [`Also ${TRAINING}${lacking === "" ? "" : `, without ${lacking}`}.`];
  return [
    `### ${command.name()}`,
    code(["chainrule", command.name(), "[options]", ...words].join(" ")),
    prose(command.description()),
    ...notes.filter(isExample).map(exampleText),
    optionTable([...args, ...own.map(optionRow)]),
    ...training,
    ...notes.filter((note) => !isExample(note)).map(noteText),
  ].join("\n\n");
}

/** The commands in the groups in which the help lists them. */
const groupsOf = ({ commands }: Program): [title: string, commands: Program[]][] => [
  ...Map.groupBy(commands as readonly Program[], (command) => command.helpGroup().replace(/:$/, "")),
];

const index = (program: Program): string =>
  table(
    ["", "command", "does"],
    groupsOf(program).flatMap(([title, commands]) =>
      commands.map((command, i) => [
        i === 0 ? title : "",
        `[${code(command.name())}](#${command.name()})`,
        prose(command.description()),
      ]),
    ),
  );

const commandSections = (program: Program): string =>
  groupsOf(program)
    .flatMap(([title, commands]) => [`## ${title}`, ...commands.map(section)])
    .join("\n\n");

/** What a key of chainrule.json can hold. */
function valueText(option: Option): string {
  if (option.isBoolean() || option.negate) return "`true` or `false`";
  if (option.argChoices) return option.argChoices.map((word) => code(`"${word}"`)).join(", ");
  if (takesObject(option)) return "an object of ranges, or the path of a file with them";
  if (gathers(option)) {
    const isTypes = option.parseArg === typesOption().parseArg;
    return isTypes ? "an object of types by column" : "a text, or a list of texts";
  }
  return prose(taken(option) ?? "a text");
}

/** The keys of chainrule.json, one row for all commands to which one means the same. */
function keys(program: Program): string {
  const readers = program.commands.filter(({ options }) => options.some(({ long }) => long === "--config"));
  const rows = readers.flatMap((command) =>
    optionsByKey(command).map(([key, option]) => ({
      cells: [code(key), valueText(option), option.negate ? "`true`" : defaultCell(option)],
      name: command.name(),
    })),
  );
  const asIs = (text: string): string => (text === "off" ? "`false`" : text);
  return table(
    ["key", "value", "default", "read by"],
    merged(rows).map((same) => {
      const [key, value, usual] = same[0].cells;
      const names = same.map(({ name }) => name);
      const others = readers.map((reader) => reader.name()).filter((name) => !names.includes(name));
      return [key, value, asIs(usual), readersText(names, others)];
    }),
  );
}

/** Rows with equal cells in one, and those of one key after each other. */
const merged = <Row extends { cells: readonly string[] }>(rows: readonly Row[]): Row[][] =>
  [...Map.groupBy(rows, ({ cells }) => cells[0]).values()].flatMap((ofKey) => [
    ...Map.groupBy(ofKey, ({ cells }) => cells.join("|")).values(),
  ]);

function readersText(names: readonly string[], others: readonly string[]): string {
  if (others.length === 0) return "all";
  return others.length < names.length ? `all but ${others.map(code).join(", ")}` : names.map(code).join(", ");
}

/** The page with the parts that follow from the commands written anew. */
export function updated(text: string, program: Program): string {
  const parts: Readonly<Record<string, () => string>> = {
    index: () => index(program),
    training: trainingOptions,
    commands: () => commandSections(program),
    keys: () => keys(program),
  };
  const found: string[] = [];
  const result = text.replace(/<!-- cli: (\w+) -->.*?<!-- \/cli -->/gs, (_, name: string) => {
    found.push(name);
    return `<!-- cli: ${name} -->\n${parts[name]()}\n<!-- /cli -->`;
  });
  const missing = Object.keys(parts).filter((name) => !found.includes(name));
  if (missing.length > 0) throw new Error(`docs/cli.md lacks the marks of: ${missing.join(", ")}`);
  return result;
}

if (import.meta.main) {
  const is = readFileSync(page, "utf8");
  const should = updated(is, programOfPage());
  if (!process.argv.includes("--check")) writeFileSync(page, should);
  else if (is !== should) {
    console.error("docs/cli.md is not what the commands say. Run npm run docs:cli.");
    process.exitCode = 1;
  }
}
