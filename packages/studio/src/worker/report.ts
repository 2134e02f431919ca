/** The report of a training, by the components that the page has. */
import type { TraceFile } from "chainrule/trace";
import type { Measured, Part } from "../protocol.ts";
import type { Picture, ReportData, ReportRow, Reproduction } from "../report/data.d.ts";
import { programOf } from "../screens/compare/program.ts";
import { shownNumber } from "./project/shown.ts";
import { outcomeOf, preparedOf, rowOf } from "./session/look.ts";
import { type Problem, partNames } from "./session/problem.ts";
import type { Session } from "./session/session.ts";
import { traceOf } from "./session/tracer.ts";
import type { Watch } from "./session/watch.ts";

export interface Reported {
  readonly session: Session;
  readonly measured: readonly Measured[];
  readonly watch: Watch;
  readonly seconds: number;
}

/** Of longer curves so many points are drawn. */
const MOST_POINTS = 400;

/** The report as one HTML file. What makes it is loaded when it is first asked for. */
export async function reportOf(reported: Reported): Promise<string> {
  const data = reportData(reported);
  const { reportHtml } = await import("../report/render.tsx");
  return reportHtml(data);
}

/** What the report tells. */
export function reportData({ session, measured, watch, seconds }: Reported): ReportData {
  const { problem, config } = session;
  const { told } = problem;
  // Rows that training never saw, where there are any.
  const part = partNames.findLast(
    (name) => problem.parts[name].rows > 0 && problem.parts[name].target !== null,
  );
  const outcome =
    part && problem.outputs === (told.outputNames.length || 1) ? outcomeOf(session, part) : null;
  const evaluation = problem.evaluate?.(session.model);
  return {
    title: told.title,
    facts: [
      ["Project", told.about],
      ["Target", told.target],
      ["Rows", partNames.map((name) => `${told.rows[name]} ${name}`).join(", ")],
      ["Hidden layers", config.hidden.join(", ") || "none"],
      ["Activation", config.activation],
      ["Weights", String(session.model.numParameters())],
      ["Optimizer", config.optimizer],
      ["Learning rate", shownNumber(session.lr)],
      ["Batch", config.batchSize === 0 ? "all rows" : String(config.batchSize)],
      ["Weight decay", String(config.weightDecay)],
      ["Dropout", String(config.dropout)],
      ["Seed", String(config.seed)],
      ["Steps", String(session.steps)],
      ["Seconds", seconds.toFixed(1)],
    ],
    target: told.target,
    scored: part ? `${told.rows[part]} ${part} rows` : "",
    ...(evaluation ?? {}),
    curves: curvesOf(measured, problem.task),
    ...(evaluation === undefined && outcome?.task === "classification"
      ? { confusion: { labels: told.outputNames, counts: outcome.confusion } }
      : {}),
    ...(evaluation === undefined && outcome?.task === "regression" && problem.outputs === 1
      ? { points: { truth: outcome.truth, predicted: outcome.predicted } }
      : {}),
    ...(told.trainable ? { health: { health: watch.now(), part: "training rows" } } : {}),
    rows: part ? rowsOf(session, part) : [],
    reproduce: reproduction(session),
    dropped: told.columns
      .filter(({ dropped }) => dropped !== "")
      .map(({ name, dropped }) => ({ name, detail: dropped })),
  };
}

function curvesOf(measured: readonly Measured[], task: Problem["task"]): Picture[] {
  if (measured.length < 2) return [];
  const stride = Math.ceil(measured.length / MOST_POINTS);
  const points = measured.filter((_, i) => i % stride === 0 || i === measured.length - 1);
  const x = points.map(({ step }) => step);
  const picture = (title: string, of: "loss" | "score"): Picture => {
    const training = points.map((point) => point.training[of]);
    const validation = points.map((point) => point.validation?.[of] ?? Number.NaN);
    const all = [...training, ...validation].filter(Number.isFinite);
    return {
      title,
      x: "step",
      y: of === "loss" ? "loss" : title,
      logY: of === "loss" && Math.min(...all) > 0 && Math.max(...all) > 30 * Math.min(...all),
      curves: [
        { label: "training", x, y: training },
        ...(validation.some(Number.isFinite) ? [{ label: "validation", x, y: validation }] : []),
      ],
    };
  };
  return [picture("Loss", "loss"), picture(task === "classification" ? "Accuracy" : "R²", "score")];
}

/** A row that was told well, one badly, and one that the model is least sure of, each to be stepped through. */
function rowsOf(session: Session, part: Part): ReportRow[] {
  const { problem } = session;
  const { rows, inputs } = problem.parts[part];
  const answers = problem.answers(session.outputs(inputs));
  const truth = problem.truth(part);
  if (problem.task === "regression") {
    if (problem.outputs > 1) return [];
    const distance = Array.from({ length: rows }, (_, row) => Math.abs(answers[row] - truth[row]));
    const order = distance.map((_, row) => row).sort((a, b) => distance[a] - distance[b]);
    const [near, far] = [order[0], order[order.length - 1]];
    return [
      reportRow(session, part, near, "near"),
      ...(far === near ? [] : [reportRow(session, part, far, "far")]),
    ];
  }
  const { outputs } = problem;
  const own = (row: number): Float64Array => answers.subarray(row * outputs, (row + 1) * outputs);
  const largest = (row: number): number => Math.max(...own(row));
  const isRight = (row: number): boolean => own(row)[truth[row]] === largest(row);
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => largest(b) - largest(a));
  const chosen: [number | undefined, ReportRow["verdict"]][] = [
    [order.find(isRight), "right"],
    [order.find((row) => !isRight(row)), "wrong"],
    [order.at(-1), "uncertain"],
  ];
  const seen = new Set<number>();
  return chosen.flatMap(([row, verdict]) => {
    if (row === undefined || seen.has(row)) return [];
    seen.add(row);
    return [reportRow(session, part, row, verdict)];
  });
}

function reportRow(session: Session, part: Part, row: number, verdict: ReportRow["verdict"]): ReportRow {
  const { problem } = session;
  const { cells, truth, predicted } = rowOf(session, part, row);
  const classes = problem.task === "classification" ? problem.told.outputNames : [];
  const answers = problem.answers(
    session.outputs(problem.parts[part].inputs.map((x) => x.narrow(0, row, 1))),
  );
  return {
    title: `Row ${row} of the ${part} rows`,
    verdict,
    truth,
    predicted,
    probabilities: classes
      .map((label, i) => ({ label, probability: answers[i] }))
      .sort((a, b) => b.probability - a.probability),
    cells,
    trace: traceFile(session, part, row),
  };
}

const traceFile = (session: Session, part: Part, row: number): TraceFile =>
  traceOf(session, { step: -1, rows: { kind: "row", part, row } }).toJSON();

function reproduction(session: Session): Reproduction {
  const { problem, config, steps } = session;
  const facts: [string, string][] = [
    ["Seed", String(config.seed)],
    ["Steps", String(steps)],
  ];
  const plain = problem.told.trainable && problem.parts.training.inputs.length === 1 && problem.plain(config);
  if (!plain) {
    return {
      commands: ["chainrule studio"],
      facts,
      note: "Open the same files, choose the settings above, and train as many steps.",
    };
  }
  const data = preparedOf(session, "training");
  const program = programOf({ project: problem.told, example: problem.example, config, data, steps });
  return {
    commands: program.text.trimEnd().split("\n"),
    facts,
    note: program.data
      ? `This program trains the same model, from the numbers in ${program.data.name}, which the app's Compare screen exports with it.`
      : "This program trains the same model.",
  };
}
