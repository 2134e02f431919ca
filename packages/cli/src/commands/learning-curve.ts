import { writeFile } from "node:fs/promises";
import { type LearningCurve, learningCurve } from "chainrule/tables";
import { Interrupted, type Io } from "../io.ts";
import { finishOf } from "../options/split.ts";
import { chart } from "../report/charts.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { expandPaths } from "../sources/paths.ts";
import { readTableToTrain } from "../sources/plan.ts";
import { clip, counted, percent, significant } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";
import { plotLines } from "../terminal/plot.ts";
import { isUnicode } from "../terminal/style.ts";
import { type LearningOptions, sayReading } from "./train.ts";

export interface LearningCurveCommandOptions extends LearningOptions {
  readonly sizes?: readonly number[];
  readonly seeds: number;
  readonly testSize: number;
  readonly out?: string;
}

/** `chainrule learning-curve DATA --target COLUMN`: the score against the number of training rows, as a picture. */
export async function learningCurveCommand(
  paths: readonly string[],
  options: LearningCurveCommandOptions,
  io: Io,
): Promise<void> {
  const output = new Output(io, options);
  const { out } = options;
  const files = await expandPaths(paths);
  if (out !== undefined) await checkFile(out, ...files);
  const { table, plan } = await readTableToTrain({ files, sql: options.sql }, options, sayReading(output));
  output.clearStatus();
  const { calibrate: _, ...rest } = options;
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort(new Interrupted()));
  output.setStatus("  training on the first rows …");
  let curve: LearningCurve;
  try {
    curve = await learningCurve(table, {
      ...rest,
      ...plan,
      ...finishOf(options),
      signal: abort.signal,
      onPoint: ({ rows, seed }) =>
        output.setStatus(
          `  ${counted(rows, "row")}, seed ${seed - options.seed + 1} of ${options.seeds} done …`,
        ),
    });
  } finally {
    output.clearStatus();
    release();
  }
  sayCurve(output, curve, table.source, isUnicode(io.env));
  if (out !== undefined) {
    const svg = curveSvg(curve, table.source);
    await writeWhole(out, (draft) => writeFile(draft, svg));
    output.say();
    output.say(`  Picture written to ${out}`);
  }
  if (options.json) output.result(curve);
}

const HEIGHT = 12;

function sayCurve(output: Output, curve: LearningCurve, source: string, unicode: boolean): void {
  const { points, seeds, testRows, target } = curve;
  const { bold, cyan, dim, yellow } = output.style;
  const text = textOf(curve);
  const x = points.map(({ rows }) => rows);
  const edge = (sign: 1 | -1) => ({
    x,
    y: points.map(({ test }) => test.mean + sign * test.sd),
    points: true,
    paint: cyan,
  });
  const all = points.flatMap(({ test, training }) => [
    test.mean - test.sd,
    test.mean + test.sd,
    training.mean,
  ]);
  // No more than all rows are told right.
  const most = curve.score === "accuracy" ? 1 : Number.POSITIVE_INFINITY;
  output.say();
  output.say(
    `  ${bold(nameOf(curve))} of ${clip(target)} against training rows of ${source}  ${dim(`${counted(testRows, "test row")}, ${counted(seeds, "seed")}`)}`,
  );
  output.say();
  const lines = plotLines(
    [
      { x, y: points.map(({ test }) => test.mean), paint: cyan },
      { x, y: points.map(({ training }) => training.mean), points: true, paint: yellow },
      edge(1),
      edge(-1),
    ],
    {
      width: output.width - 2,
      height: HEIGHT,
      unicode,
      logX: true,
      range: [Math.min(...all), Math.min(most, Math.max(...all))],
      labelX: (rows) => Math.round(rows).toLocaleString("en-US"),
      labelY: text,
    },
  );
  for (const line of lines) output.say(`  ${line}`);
  output.say(`  ${cyan("test, ± standard deviation")}   ${yellow("training")}`);
  output.say();
  for (const { rows, test, training } of points) {
    output.fact(
      rows.toLocaleString("en-US"),
      `test ${text(test.mean)} ± ${text(test.sd)}, training ${text(training.mean)}`,
    );
  }
}

const nameOf = ({ score }: LearningCurve): string => (score === "accuracy" ? "Accuracy" : "R²");

const textOf =
  ({ score }: LearningCurve) =>
  (value: number): string =>
    score === "accuracy" ? percent(value) : significant(value, 3);

/** The curve as an SVG file of its own. */
function curveSvg(curve: LearningCurve, source: string): string {
  const { points } = curve;
  const x = points.map(({ rows }) => Math.log2(rows));
  const line = (part: "test" | "training") => ({
    label: part,
    x,
    y: points.map((point) => point[part].mean),
    low: points.map((point) => point[part].mean - point[part].sd),
    high: points.map((point) => point[part].mean + point[part].sd),
    points: true,
  });
  return `${chart([line("test"), line("training")], {
    x: `training rows of ${source}`,
    y: `${nameOf(curve)} of ${curve.target}, ± standard deviation of ${counted(curve.seeds, "seed")}`,
    labelX: (at) => Math.round(2 ** at).toLocaleString("en-US"),
    alone: true,
  })}\n`;
}
