import type { Backend, Program } from "../core/backend.ts";
import type { Graph } from "../core/graph.ts";
import { withInterpreter } from "../core/interpreter.ts";
import { modes } from "../core/modes.ts";
import type { Interpreter } from "../core/primitives.ts";
import { recording, setRecording } from "../core/recording.ts";
import type { Schedule } from "../core/schedule.ts";
import { Tensor } from "../core/tensor.ts";
import { allocate } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { explain } from "./explain.ts";
import { type Pattern, patternOf, rebuilt } from "./nest.ts";
import { type GradientChange, RecordedProgram } from "./program.ts";
import { RecordedStorage } from "./recorded.ts";
import { Recorder } from "./recorder.ts";
import { Session } from "./session.ts";

export interface CompileOptions {
  /**
   * Leave the gradients that the function computes in `grad`: tensors of the program's own, which its next run writes again. Default
   * false: reading one afterwards is an error.
   */
  keepGrads?: boolean;
  /** Give the same bits on every machine and engine, by slower instructions. Default false. */
  strict?: boolean;
}

/** A function of any arguments. Tensors may stand in arrays and plain objects; everything else belongs to the signature. */
export type Compilable = (...args: never[]) => unknown;

/** What a compiled function has besides being called. */
export interface Compiled {
  /** Frees the memory of all its programs now, rather than when they are collected. It may be called again afterwards. */
  dispose(): void;
}

/** Signatures that one function may have before it is clear that one of them changes at each call. */
const mostPrograms = 64;

/** What it takes to make programs. */
export interface Compiler {
  readonly backend: Backend;
  /** Runs what the backend has no kernels for, and what a recorded function does outside. */
  readonly host: Interpreter;
  lower(graph: Graph, options: CompileOptions): Schedule;
}

/** What was recorded, before a program is made of it. */
interface Recorded {
  readonly session: Session;
  readonly graph: Graph;
  readonly patterns: readonly Pattern[];
  readonly tensors: readonly Tensor[];
  readonly result: Pattern;
  readonly gradients: readonly GradientChange[];
  readonly grad: boolean;
}

/** Runs functions as they are where the backend cannot work, and says so once. */
class Uncompiled {
  #said = false;

  run(fn: Compilable, args: readonly unknown[], reason: string): unknown {
    if (!this.#said) console.warn(`compile() runs functions uncompiled, and slower: ${reason}`);
    this.#said = true;
    return fn(...(args as never[]));
  }
}

/** The programs of one function. */
class Programs {
  readonly #fn: Compilable;
  readonly #options: CompileOptions;
  readonly #compiler: Compiler;
  readonly #uncompiled: Uncompiled;
  readonly #programs: RecordedProgram[] = [];
  #last: RecordedProgram | undefined;

  constructor(fn: Compilable, options: CompileOptions, compiler: Compiler, uncompiled: Uncompiled) {
    this.#fn = fn;
    this.#options = options;
    this.#compiler = compiler;
    this.#uncompiled = uncompiled;
  }

  call(args: readonly unknown[]): unknown {
    // Inside another recording it is part of that program; an observer wants to see every op.
    if (recording || modes.observer) return this.#fn(...(args as never[]));
    const tensors: Tensor[] = [];
    const last = this.#last;
    if (last?.isFor(args, tensors)) return last.run(tensors);
    for (const program of this.#programs) {
      tensors.length = 0;
      if (program === last || !program.isFor(args, tensors)) continue;
      this.#last = program;
      return program.run(tensors);
    }
    return this.#first(args);
  }

  dispose(): void {
    for (const program of this.#programs) program.dispose();
    this.#programs.length = 0;
    this.#last = undefined;
  }

  /** Records the function for a new signature, and runs it. */
  #first(args: readonly unknown[]): unknown {
    if (this.#programs.length >= mostPrograms) {
      throw new ChainruleError(
        "record",
        `A compiled function was called with ${mostPrograms} signatures: shapes, dtypes, numbers, modes.`,
        "Pass what changes at each call as a tensor, keep shapes equal (dropLast), and make no new model or optimizer inside.",
      );
    }
    const { backend, lower } = this.#compiler;
    if (backend.missing !== undefined) return this.#uncompiled.run(this.#fn, args, backend.missing);
    const recorded = record(this.#fn, args, this.#options, this.#compiler.host);
    try {
      const program = programOf(backend, lower(recorded.graph, this.#options));
      if (program) return this.#begin(program, recorded);
    } catch (error) {
      recorded.session.fail();
      throw error;
    }
    recorded.session.fail();
    return this.#uncompiled.run(this.#fn, args, backend.missing ?? "");
  }

  /** Runs a new program, and keeps it. */
  #begin(program: Program, recorded: Recorded): unknown {
    const { session, graph, patterns, tensors, result, gradients, grad } = recorded;
    const made = new RecordedProgram({
      patterns,
      guards: {
        grad,
        found: session.found,
        closedOver: session.recorder.closedOver,
        modes: session.modes,
        optimizers: session.optimizers,
      },
      live: session.liveNumbers,
      program,
      result,
      written: graph.effects.map(({ storage }) => storage),
      gradients,
    });
    let output: unknown;
    try {
      output = made.run(tensors, true);
    } catch (error) {
      made.dispose();
      throw error;
    }
    this.#programs.push(made);
    this.#last = made;
    return output;
  }
}

/** A program; undefined where the backend cannot work, which it may find out just now. */
function programOf(backend: Backend, schedule: Schedule): Program | undefined {
  if (backend.missing !== undefined) return undefined;
  try {
    return backend.compile(schedule);
  } catch (error) {
    if (backend.missing !== undefined) return undefined;
    throw error;
  }
}

/** Runs a function by a recorder. Afterwards either the program runs for the first time, or `session.fail()` undoes all. */
function record(
  fn: Compilable,
  args: readonly unknown[],
  { keepGrads = false }: CompileOptions,
  host: Interpreter,
): Recorded {
  const tensors: Tensor[] = [];
  const patterns = args.map((arg) => patternOf(arg, tensors));
  const recorder = new Recorder(host);
  const session = new Session(recorder);
  const grad = modes.grad;
  const outer = recording;
  try {
    setRecording(session);
    const [graph, result, gradients] = withInterpreter(recorder, () => {
      let index = 0;
      const standIn = (): Tensor => {
        const { requiresGrad } = tensors[index];
        const tensor = recorder.argument(index, tensors[index++]);
        return requiresGrad ? tensor.requiresGrad_() : tensor;
      };
      const output = fn(...(patterns.map((pattern) => rebuilt(pattern, standIn)) as never[]));
      if (output instanceof Promise) {
        // Its own complaint, such as about a value that was read, would come when nobody listens.
        output.catch(() => {});
        throw new ChainruleError(
          "record",
          "An async function was given to compile().",
          "Await before or after, and compile the part between that only computes.",
        );
      }
      const changes = gradientChanges(session, keepGrads);
      const results: Tensor[] = [];
      const pattern = patternOf(output, results);
      return [recorder.finish(results), pattern, changes] as const;
    });
    return { session, graph, patterns, tensors, result, gradients, grad };
  } catch (error) {
    setRecording(null);
    session.fail();
    throw error;
  } finally {
    setRecording(outer);
    recorder.restoreVersions();
  }
}

/** Where the function left gradients, and a home for those that are to be kept. */
function gradientChanges(session: Session, keepGrads: boolean): GradientChange[] {
  const found: GradientChange[] = [];
  for (const tensor of session.changed.keys()) {
    // Tensors that were computed, and arguments, are gone after the call.
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

/** Makes `compile` for a backend. */
export function compileWith(compiler: Compiler) {
  const uncompiled = new Uncompiled();
  function compile<F extends Compilable>(fn: F, options: CompileOptions = {}): F & Compiled {
    if (typeof fn !== "function") {
      throw new ChainruleError(
        "argument",
        `compile() was given ${String(fn)}.`,
        "Give it a function of tensors.",
      );
    }
    const programs = new Programs(fn, options, compiler, uncompiled);
    const call = (...args: unknown[]): unknown => programs.call(args);
    return Object.assign(call, { dispose: () => programs.dispose() }) as unknown as F & Compiled;
  }
  /** What a compiled function would run for these arguments, in words: records it and changes nothing. */
  compile.explain = <F extends Compilable>(fn: F, ...args: Parameters<F>): string => {
    const { session, graph } = record(fn, args, {}, compiler.host);
    session.fail();
    const schedule = compiler.lower(graph, {});
    const program = programOf(compiler.backend, schedule);
    try {
      return explain(schedule, program?.describe());
    } finally {
      program?.dispose();
    }
  };
  return compile;
}
