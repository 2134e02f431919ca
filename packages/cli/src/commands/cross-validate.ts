import {
  type CrossValidation,
  crossValidate,
  type FoldScores,
  headline,
  planOptionsIn,
  settingsIn,
} from "chainrule/tables";
import { Interrupted, type Io } from "../io.ts";
import { finishOf, type LearningOptions } from "../runs/asked.ts";
import { dataFrom } from "../sources/paths.ts";
import { readTableToTrain } from "../sources/plan.ts";
import { clip, counted, percent, significant } from "../terminal/format.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { type TableColumn, tableLines } from "../terminal/table.ts";

export interface CrossValidateOptions extends LearningOptions {
  readonly folds: number;
  readonly repeats: number;
}

/** `chainrule cross-validate DATA --target COLUMN`: a line for each fold, and mean ± standard deviation of each score. */
export async function crossValidateCommand(
  paths: readonly string[],
  options: CrossValidateOptions,
  io: Io,
): Promise<void> {
  const output = new Output(io, options);
  const { table, plan } = await readTableToTrain(
    await dataFrom(paths, options, io),
    options,
    sayReading(output),
  );
  output.clearStatus();
  const { folds, repeats } = options;
  const total = folds * repeats;
  output.say();
  output.fact("data", `${output.style.bold(table.source)}: ${counted(table.rows, "row")}`);
  output.fact("target", output.style.bold(clip(options.target)));
  output.fact("folds", `${folds}${repeats > 1 ? `, dealt ${repeats} times` : ""}`);
  output.say();
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort(new Interrupted()));
  let done = 0;
  const status = (): void => output.setStatus(`  fold ${done + 1} of ${total} …`);
  status();
  try {
    const found = await crossValidate(table, {
      ...planOptionsIn(options),
      ...settingsIn(options),
      ...plan,
      ...finishOf(options),
      folds,
      repeats,
      signal: abort.signal,
      onFold: () => {
        done++;
        if (done < total) status();
      },
    });
    output.clearStatus();
    sayFolds(output, found, repeats);
    if (options.json) output.result(short(found));
  } finally {
    output.clearStatus();
    release();
  }
}

function sayFolds(output: Output, { folds, summary, task }: CrossValidation, repeats: number): void {
  const shown = task === "classification" ? classColumns : numberColumns;
  const columns: TableColumn<FoldScores>[] = [
    {
      title: "fold",
      text: ({ repeat, fold }) => (repeats > 1 ? `${repeat}.${fold}` : String(fold)),
      align: "right",
      importance: 0,
    },
    { title: "train", text: ({ rows }) => String(rows.training), align: "right", importance: 8 },
    { title: "test", text: ({ rows }) => String(rows.test), align: "right", importance: 7 },
    { title: "best epoch", text: ({ bestEpoch }) => String(bestEpoch), align: "right", importance: 9 },
    ...shown.map(
      ({ name, title, text }, i): TableColumn<FoldScores> => ({
        title,
        text: ({ scores }) => text((scores as unknown as Record<string, number | null>)[name] ?? Number.NaN),
        align: "right",
        importance: i + 1,
      }),
    ),
  ];
  const { bold, dim } = output.style;
  const [head, ...lines] = tableLines(columns, folds, output.width);
  output.say(dim(head));
  for (const line of lines) output.say(line);
  output.say();
  shown.forEach(({ name, title, text }, i) => {
    const figures = summary[name];
    if (figures === undefined) return;
    const line = `${text(figures.mean)} ± ${text(figures.sd)}`;
    output.fact(title, i === 0 ? `${bold(line)}  ${dim("mean ± standard deviation over the folds")}` : line);
  });
}

interface ShownScore {
  readonly name: string;
  readonly title: string;
  readonly text: (value: number) => string;
}

const share = (value: number): string => (Number.isFinite(value) ? percent(value) : "–");
const three = (value: number): string => significant(value, 3);

const classColumns: readonly ShownScore[] = [
  { name: "accuracy", title: "accuracy", text: share },
  { name: "balancedAccuracy", title: "balanced", text: share },
  { name: "f1", title: "macro F1", text: three },
  { name: "rocAuc", title: "ROC AUC", text: three },
  { name: "logLoss", title: "log loss", text: three },
];

const numberColumns: readonly ShownScore[] = [
  { name: "r2", title: "R²", text: three },
  { name: "rmse", title: "RMSE", text: three },
  { name: "mae", title: "MAE", text: three },
];

/** For programs, without what is large. */
const short = ({ folds, ...rest }: CrossValidation): object => ({
  ...rest,
  folds: folds.map(({ scores, ...fold }) => ({ ...fold, scores: headline(scores) })),
});
