/** Running a function by a recorder, and what it did beside computing. */
import type { Graph } from "../core/graph.ts";
import { withInterpreter } from "../core/interpreter.ts";
import { modes } from "../core/modes.ts";
import type { Interpreter } from "../core/primitives.ts";
import { recording, setRecording } from "../core/recording.ts";
import { Tensor } from "../core/tensor.ts";
import { allocate } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { type Pattern, patternOf, rebuilt } from "./nest.ts";
import { checkArgument, checkResult } from "./others.ts";
import type { ArgumentGradient, GradientChange } from "./program.ts";
import { placed, RecordedStorage, refusal } from "./recorded.ts";
import { Recorder } from "./recorder.ts";
import { Session } from "./session.ts";

/** A function of any arguments. Tensors may stand in arrays and plain objects; everything else belongs to the signature. */
export type Compilable = (...args: never[]) => unknown;

/** What a function is called with. */
export interface Call {
  /** What `this` is in it. */
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** Calls a function as it is. */
export const plainly = (fn: Compilable, { self, args }: Call): unknown => fn.apply(self, args as never[]);

/** What was recorded, before a program is made of it. */
export interface Recorded {
  readonly call: Call;
  readonly session: Session;
  readonly graph: Graph;
  readonly patterns: readonly Pattern[];
  readonly tensors: readonly Tensor[];
  readonly result: Pattern;
  readonly gradients: readonly GradientChange[];
  readonly argumentGradients: readonly ArgumentGradient[];
  readonly grad: boolean;
}

/** Runs a function by a recorder. Afterwards either the program runs for the first time, or `session.fail()` undoes all. */
export function record(fn: Compilable, call: Call, keepGrads: boolean, host: Interpreter): Recorded {
  const tensors: Tensor[] = [];
  const patterns = call.args.map((arg, i) => {
    const pattern = patternOf(arg, tensors, "An argument of the compiled function");
    checkArgument(pattern, i);
    return pattern;
  });
  const recorder = new Recorder(host);
  const session = new Session(recorder);
  const grad = modes.grad;
  const outer = recording;
  try {
    setRecording(session);
    const recorded = withInterpreter(recorder, () => {
      const standIns: Tensor[] = [];
      const standIn = (): Tensor => {
        const given = tensors[standIns.length];
        const tensor = recorder.argument(standIns.length, given);
        standIns.push(tensor);
        return given.requiresGrad ? tensor.requiresGrad_() : tensor;
      };
      const args = patterns.map((pattern) => rebuilt(pattern, standIn));
      const output = plainly(fn, { self: call.self, args });
      if (output instanceof Promise) {
        // Its own complaint, such as about a value that was read, would come when nobody listens.
        output.catch(() => {});
        throw new ChainruleError(
          "record",
          "An async function was given to compile().",
          "Await before or after, and compile the part between that only computes.",
        );
      }
      const gradients = gradientChanges(session, keepGrads);
      const results: Tensor[] = [];
      const result = patternOf(output, results, "The result of the compiled function");
      checkResult(result);
      const argumentGradients = gradientsOfArguments(session, tensors, standIns, keepGrads, results);
      return { result, gradients, argumentGradients, graph: recorder.finish(results) };
    });
    return { call, session, patterns, tensors, grad, ...recorded };
  } catch (error) {
    setRecording(null);
    session.fail();
    throw error instanceof ChainruleError && error.code === "record" ? placed(error) : error;
  } finally {
    setRecording(outer);
    recorder.restoreVersions();
  }
}

/** Where the function left gradients, and a home for those that are to be kept. */
function gradientChanges(session: Session, keepGrads: boolean): GradientChange[] {
  const found: GradientChange[] = [];
  for (const tensor of session.changed.keys()) {
    // Tensors that were computed are gone after the call; arguments are others each time.
    if (tensor.storage instanceof RecordedStorage) continue;
    const gradient = tensor.grad;
    if (!(gradient?.storage instanceof RecordedStorage)) found.push({ tensor, after: gradient });
    else if (!keepGrads) found.push({ tensor, after: "dropped" });
    else {
      const { shape, dtype } = gradient;
      const kept = Tensor.over(allocate(dtype, gradient.numel), shape, dtype);
      session.recorder.assign(kept.storage, gradient);
      found.push({ tensor, after: kept });
    }
  }
  return found;
}

/** What becomes of the `grad` of arguments. Gradients that are kept are results of the program, after those of the function. */
function gradientsOfArguments(
  { changed, cleared }: Session,
  given: readonly Tensor[],
  standIns: readonly Tensor[],
  keepGrads: boolean,
  results: Tensor[],
): ArgumentGradient[] {
  return standIns.flatMap((standIn, index): ArgumentGradient[] => {
    if (!changed.has(standIn)) return [];
    const gradient = standIn.grad;
    if (gradient && !given[index].isLeaf) {
      throw refusal(
        "backward() inside of a compiled function reaches an argument that was computed outside, where it cannot go on.",
        "Compute the argument inside too, or pass it without its history: detach().",
      );
    }
    const clears = cleared.has(standIn);
    if (!gradient) return [{ index, clears, after: null }];
    if (!keepGrads) return [{ index, clears, after: "dropped" }];
    const { shape, dtype } = gradient;
    return [{ index, clears, after: { result: results.push(gradient) - 1, shape, dtype } }];
  });
}
