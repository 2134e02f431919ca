import { ChainruleError } from "chainrule";
import type { Task } from "chainrule/tables";
import type { Io } from "../io.ts";
import { isReadable, type RunSummary, runsIn, type Score, summaryOf, type Unreadable } from "../runs/list.ts";
import { isRun } from "../runs/run.ts";
import { clip, counted, duration, percent, significant } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";
import { namedScore, scoreText } from "../terminal/score.ts";
import { type TableColumn, tableLines } from "../terminal/table.ts";

export interface RunsOptions {
  /** By what the list is ordered. */
  readonly sort: "when" | "name" | "score" | "epochs" | "seconds" | "state";
  readonly json: boolean;
}

/** `chainrule runs [FOLDER]`: a line for each run in a folder. `chainrule runs A B …`: in what runs differ. */
export async function runs(folders: readonly string[], options: RunsOptions, io: Io): Promise<void> {
  const output = new Output(io, options);
  const [folder = "runs"] = folders;
  if (folders.length > 1) await compare(folders, output, options);
  else if (await isRun(folder)) list([await summaryOf(folder)], output, options);
  else await listFolder(folder, output, options);
}

async function listFolder(folder: string, output: Output, options: RunsOptions): Promise<void> {
  const found = await runsIn(folder);
  if (found.length > 0) {
    list(found, output, options);
    return;
  }
  throw new ChainruleError("file", `There is no run in ${folder}.`, "`chainrule train` makes one.");
}

function list(found: readonly (RunSummary | Unreadable)[], output: Output, options: RunsOptions): void {
  const readable = found.filter(isReadable).toSorted(orders[options.sort]);
  if (readable.length > 0) {
    const [head, ...lines] = tableLines(columns, readable, output.width);
    output.say(output.style.dim(head));
    for (const line of lines) output.say(line);
  }
  const unreadable = found.filter((run): run is Unreadable => !isReadable(run));
  for (const { name, problem } of unreadable) output.warn(`${clip(name)} can not be read. ${problem}`);
  if (options.json) output.result({ runs: [...readable.map(plain), ...unreadable] });
}

/** A run as programs read it. */
const plain = ({ config: _, ...run }: RunSummary): object => run;

const orders: Readonly<Record<RunsOptions["sort"], (a: RunSummary, b: RunSummary) => number>> = {
  when: (a, b) => b.created.localeCompare(a.created),
  name: () => 0,
  score: (a, b) =>
    (b.score?.value ?? Number.NEGATIVE_INFINITY) - (a.score?.value ?? Number.NEGATIVE_INFINITY),
  epochs: (a, b) => b.epochs - a.epochs,
  seconds: (a, b) => b.seconds - a.seconds,
  state: (a, b) => a.state.localeCompare(b.state),
};

const columns: readonly TableColumn<RunSummary>[] = [
  { title: "run", text: ({ name }) => name, importance: 0 },
  { title: "when", text: ({ created }) => localTime(created), importance: 6 },
  { title: "target", text: ({ target }) => target, importance: 4 },
  { title: "network", text: ({ settings }) => networkOf(settings), importance: 7 },
  {
    title: "epochs",
    text: ({ epochs, settings }) => `${epochs}/${settings.epochs}`,
    align: "right",
    importance: 3,
  },
  { title: "best", text: ({ bestEpoch }) => String(bestEpoch || "–"), align: "right", importance: 8 },
  { title: "test", text: ({ score, task }) => (score === null ? "–" : headline(score, task)), importance: 2 },
  { title: "time", text: ({ seconds }) => duration(seconds), align: "right", importance: 5 },
  { title: "state", text: ({ state }) => state, importance: 1 },
];

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `Nov 24 09:30`, here; of another year `Nov 24 2025`. */
function localTime(created: string): string {
  const at = new Date(created);
  if (Number.isNaN(at.getTime())) return "–";
  const two = (n: number): string => String(n).padStart(2, "0");
  const thisYear = at.getFullYear() === new Date().getFullYear();
  const time = thisYear ? `${two(at.getHours())}:${two(at.getMinutes())}` : String(at.getFullYear());
  return `${MONTHS[at.getMonth()]} ${two(at.getDate())} ${time}`;
}

/** `256×3 selu`, `64, 32 relu`, `linear`. */
function networkOf({ hidden, activation }: RunSummary["settings"]): string {
  if (hidden.length === 0) return "linear";
  const same = hidden.length > 1 && hidden.every((units) => units === hidden[0]);
  return `${same ? `${hidden[0]}×${hidden.length}` : hidden.join(", ")} ${activation}`;
}

const shares = new Set(["accuracy", "balancedAccuracy", "baseline"]);

/** What scores are called where a name alone does not say that they are means over the classes. */
const macroTitles: Readonly<Record<string, string>> = {
  precision: "macro precision",
  recall: "macro recall",
  f1: "macro f1",
};

function shown({ name, value }: Pick<Score, "name" | "value">, task: RunSummary["task"]): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return task === "classification" && shares.has(name) ? percent(value) : significant(value);
}

/** `96.2 % (93.1–98.0)`, `R² 0.512`. */
function headline({ value, low, high }: Score, task: Task): string {
  const text = namedScore(task, value);
  if (low === undefined || high === undefined) return text;
  const bound = (x: number): string => scoreText(task, x).replace(" %", "");
  return `${text} (${bound(low)}–${bound(high)})`;
}

async function compare(folders: readonly string[], output: Output, options: RunsOptions): Promise<void> {
  const compared: RunSummary[] = [];
  for (const folder of folders) compared.push(await summaryOf(folder));
  const choices = differences(compared);
  const scores = scoreRows(compared);
  const names = compared.map(({ name }) => name);
  for (const [title, rows] of [
    ["settings that differ", choices],
    ["on the test rows", scores],
  ] as const) {
    if (rows.length === 0) continue;
    const [head, ...lines] = tableLines(
      [
        { title, text: (row: readonly string[]) => row[0], importance: 0 },
        ...names.map((name, i) => ({
          title: name,
          text: (row: readonly string[]) => row[i + 1],
          align: "right" as const,
          importance: i + 1,
        })),
      ],
      rows,
      output.width,
    );
    output.say();
    output.say(output.style.dim(head));
    for (const line of lines) output.say(line);
  }
  if (choices.length === 0) output.say("  All settings are the same.");
  if (!sameTest(compared))
    output.warn(
      "The runs were not tested on the same rows, or not by the same weights: their scores can not be compared one to one.",
    );
  if (options.json) output.result({ runs: compared.map(plain) });
}

/** Choices of the runs that are not the same in all of them: a name, then what each run has. */
function differences(compared: readonly RunSummary[]): string[][] {
  const choices = compared.map(({ config, task, target }): Readonly<Record<string, unknown>> => {
    const { data, asked, settings, model, versions, engine } = config;
    return {
      data: data.file,
      sha256: data.sha256.slice(0, 12),
      rows: data.rows,
      test: data.test?.file ?? `${percent(data.testSize)} of the rows`,
      validationSize: data.validationSize,
      weights: asked.weights,
      target,
      task,
      columns: model.features.map(({ name }) => name),
      ...settings,
      chainrule: versions.chainrule,
      engine: engine.tier,
    };
  });
  const keys = [...new Set(choices.flatMap(Object.keys))];
  return keys.flatMap((key) => {
    const values = choices.map((choice) => choice[key]);
    const differ = new Set(values.map((value) => JSON.stringify(value))).size > 1;
    return differ ? [[key, ...values.map((value) => word(key, value))]] : [];
  });
}

function word(key: string, value: unknown): string {
  if (key === "columns") return counted((value as unknown[]).length, "column");
  if (value === undefined || value === null) return "–";
  return Array.isArray(value) ? value.join(", ") || "none" : String(value);
}

/** What a score is called beside others. That of the baseline is another one for each task. */
const titleOf = (name: string, task: Task): string =>
  name !== "baseline"
    ? (macroTitles[name] ?? name)
    : task === "classification"
      ? "accuracy of baseline"
      : "rmse of baseline";

/** Scores that any of the runs has, epochs and seconds. */
function scoreRows(compared: readonly RunSummary[]): string[][] {
  const titles = new Set(
    compared.flatMap(({ scores, task }) => scores.map(({ name }) => titleOf(name, task))),
  );
  const rows = [...titles].map((title) => [
    title,
    ...compared.map(({ scores, task }) => {
      const score = scores.find(({ name }) => titleOf(name, task) === title);
      return score === undefined ? "–" : shown(score, task);
    }),
  ]);
  return [
    ...rows,
    ["epochs", ...compared.map(({ epochs, settings }) => `${epochs}/${settings.epochs}`)],
    ["best epoch", ...compared.map(({ bestEpoch }) => String(bestEpoch || "–"))],
    ["time", ...compared.map(({ seconds }) => duration(seconds))],
    ["state", ...compared.map(({ state }) => state)],
  ];
}

/** Whether runs were tested on the same rows of the same file. */
function sameTest(compared: readonly RunSummary[]): boolean {
  const tests = compared.map(({ config: { data, asked, settings }, target }) =>
    data.test === null
      ? [target, asked.weights, data.sha256, data.testSize, data.validationSize, settings.seed].join()
      : [target, asked.weights, data.test.sha256].join(),
  );
  return new Set(tests).size === 1;
}
