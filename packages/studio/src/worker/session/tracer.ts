/** The open trace: of a session's model at some step and rows, or of a circuit. */
import { noGrad, type Tensor, tensor } from "chainrule";
import { type Trace, trace } from "chainrule/trace";
import type { CircuitExample } from "../../examples/index.ts";
import type { Edit, TraceRequest, TraceRows } from "../../protocol.ts";
import { typedNumbers } from "../project/typed.ts";
import { refusal } from "../sentence.ts";
import { checkRow, oneRow } from "./look.ts";
import { everyNth } from "./measure.ts";
import type { PartData, Problem } from "./problem.ts";
import type { Session } from "./session.ts";

/** A batch of more rows is traced by so many of them, spaced evenly. */
const MOST_ROWS = 2048;

/** @throws ChainruleError `index` for a step that was not done yet, or a row that there is not */
export function traceOf(session: Session, { step, rows }: TraceRequest): Trace {
  const at = step === -1 ? session.steps : step;
  checkStep(session, at);
  if (rows.kind === "batch") {
    const seen = rows.step === -1 ? at : rows.step;
    checkStep(session, seen);
    if (seen === at)
      return session.at(at, () => session.beforeNext((batch) => traced(session, batch, "train")));
    const batch = session.at(seen, () => session.beforeNext(copyOf));
    return session.at(at, () => traced(session, batch, "train"));
  }
  const data = rowsFor(session.problem, rows);
  return session.at(at, () => traced(session, data, "eval"));
}

function checkStep(session: Session, step: number): void {
  if (Number.isInteger(step) && step >= 0 && step <= session.steps) return;
  throw refusal(
    "index",
    `Step ${step.toLocaleString("en-US")} was not done yet: training stands before step ${session.steps.toLocaleString("en-US")}.`,
    "Train on, or choose an earlier step.",
  );
}

const copyOf = ({ rows, inputs, target }: PartData): PartData => ({
  rows,
  inputs: noGrad(() => inputs.map((x) => x.detach().clone())),
  target: target?.detach().clone() ?? null,
});

function rowsFor(problem: Problem, rows: Exclude<TraceRows, { kind: "batch" }>): PartData {
  if (rows.kind === "typed") return problem.typed(rows.inputs, rows.target);
  checkRow(problem, rows.part, rows.row);
  const { target } = problem.parts[rows.part];
  return {
    rows: 1,
    inputs: oneRow(problem, rows.part, rows.row),
    target: target?.narrow(0, rows.row, 1) ?? null,
  };
}

function traced(session: Session, data: PartData, mode: "train" | "eval"): Trace {
  const { inputs, target } = everyNth(data, MOST_ROWS);
  const { model, loss, config, problem } = session;
  const { inputNames, outputNames } = problem.told;
  // w ← w − η ∂ℓ/∂w is how plain gradient descent moves, and no other optimizer.
  const plain = config.optimizer === "sgd" && config.weightDecay === 0;
  return trace(model, inputs, {
    ...(target === null ? {} : { target, loss }),
    ...(plain && target !== null ? { lr: session.lr } : {}),
    mode,
    names: { inputs: inputNames, outputs: outputNames },
  });
}

/** A circuit's own numbers, or typed ones in the order of its inputs. */
export function traceOfCircuit(circuit: CircuitExample, { rows }: TraceRequest): Trace {
  const given = circuit.inputs.map(({ value }) => value);
  const inputs = rows.kind === "typed" ? withNumbers(circuit, given, rows.inputs) : given;
  const { loss, target, gradient } = circuit;
  const named = Object.fromEntries(circuit.inputs.map(({ name }, i) => [name, inputs[i]]));
  return trace(circuit.compute(), named, {
    ...(loss && target ? { target, loss: loss() } : {}),
    ...(gradient ? { gradient } : {}),
    names: { inputs: circuitNames(circuit), outputs: circuit.outputNames },
  });
}

/** A name for each number of a circuit's inputs: `x`, or `A₁₂` as A 1, 2. */
export const circuitNames = ({ inputs }: CircuitExample): string[] =>
  inputs.flatMap(({ name, value }) => {
    if (value.numel === 1) return [name];
    const columns = value.shape[value.ndim - 1];
    return Array.from({ length: value.numel }, (_, i) => {
      const place = value.shape[0] === 1 ? "" : `${Math.floor(i / columns) + 1}, `;
      return `${name} ${place}${(i % columns) + 1}`;
    });
  });

function withNumbers(circuit: CircuitExample, given: readonly Tensor[], typed: readonly number[]): Tensor[] {
  const numbers = typedNumbers(typed, circuitNames(circuit));
  let at = 0;
  return given.map((x) => {
    const own = numbers.slice(at, at + x.numel);
    at += x.numel;
    return tensor(own, { dtype: "float64" }).reshape(x.shape);
  });
}

/** @throws ChainruleError `argument` for a change that is none */
export function checkEdits(edits: readonly Edit[]): void {
  const odd = edits.find(({ number }) => !Number.isFinite(number));
  if (odd) throw refusal("argument", `The number is ${odd.number}.`, "Give a finite number.");
}
