import { writeFile } from "node:fs/promises";
import { type LearningCurve, learningCurve, planOptionsIn, settingsIn } from "chainrule/tables";
import { Interrupted, type Io } from "../io.ts";
import { finishOf, type LearningOptions } from "../runs/asked.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { dataFrom } from "../sources/paths.ts";
import { readTableToTrain } from "../sources/plan.ts";
import { clip, counted } from "../terminal/format.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { legendSign, plotLines } from "../terminal/plot.ts";
import { scoreText, scoreTitle } from "../terminal/score.ts";

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
  const data = await dataFrom(paths, options, io);
  if (out !== undefined) await checkFile(out, ...data.files);
  const { table, plan } = await readTableToTrain(data, options, sayReading(output));
  output.clearStatus();
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort(new Interrupted()));
  output.setStatus("  training on the first rows …");
  let curve: LearningCurve;
  try {
    curve = await learningCurve(table, {
      ...planOptionsIn(options),
      ...settingsIn(options),
      ...plan,
      sizes: options.sizes,
      seeds: options.seeds,
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
  sayCurve(output, curve, table.source);
  if (out !== undefined) {
    const svg = await curveSvg(curve, table.source);
    await writeWhole(out, (draft) => writeFile(draft, svg));
    output.say();
    output.say(`  Picture written to ${out}`);
  }
  if (options.json) output.result(curve);
}

const HEIGHT = 12;

function sayCurve(output: Output, curve: LearningCurve, source: string): void {
  const { points, seeds, testRows, target } = curve;
  const { bold, cyan, dim, yellow } = output.style;
  const text = (value: number): string => scoreText(curve.task, value);
  const x = points.map(({ rows }) => rows);
  const all = points.flatMap(({ test, training }) => [
    test.mean - test.sd,
    test.mean + test.sd,
    training.mean,
  ]);
  // No more than all rows are told right.
  const most = curve.task === "classification" ? 1 : Number.POSITIVE_INFINITY;
  output.say();
  output.say(
    `  ${bold(scoreTitle(curve.task))} of ${clip(target)} against training rows of ${source}  ${dim(`${counted(testRows, "test row")}, ${counted(seeds, "seed")}`)}`,
  );
  output.say();
  const edges = [1, -1].flatMap((sign) => points.map(({ test }) => test.mean + sign * test.sd));
  const series = [
    { label: "test", x, y: points.map(({ test }) => test.mean), paint: cyan },
    {
      label: "training",
      x,
      y: points.map(({ training }) => training.mean),
      points: true,
      sign: "×",
      paint: yellow,
    },
    { label: "test ± standard deviation", x: [...x, ...x], y: edges, points: true, sign: "│", paint: cyan },
  ];
  const lines = plotLines(series, {
    width: output.width - 2,
    height: HEIGHT,
    unicode: output.unicode,
    logX: true,
    range: [Math.min(...all), Math.min(most, Math.max(...all))],
    labelX: (rows) => Math.round(rows).toLocaleString("en-US"),
    labelY: text,
  });
  for (const line of lines) output.say(`  ${line}`);
  const legend = series.map((one, i) => one.paint(`${legendSign(one, i, output.unicode)} ${one.label}`));
  output.say(`  ${legend.join("   ")}`);
  output.say();
  for (const { rows, test, training } of points) {
    output.fact(
      rows.toLocaleString("en-US"),
      `test ${text(test.mean)} ± ${text(test.sd)}, training ${text(training.mean)}`,
    );
  }
}

/** The curve as an SVG file of its own. */
async function curveSvg(curve: LearningCurve, source: string): Promise<string> {
  const { chartSvg } = await import("@chainrule/studio/report");
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
  return `${chartSvg([line("test"), line("training")], {
    x: `training rows of ${source}`,
    y: `${scoreTitle(curve.task)} of ${curve.target}, ± standard deviation of ${counted(curve.seeds, "seed")}`,
    labelX: (at) => Math.round(2 ** at).toLocaleString("en-US"),
  })}\n`;
}
