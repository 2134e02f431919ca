import type { Backend, Program } from "../core/backend.ts";
import type { Graph } from "../core/graph.ts";
import { modes } from "../core/modes.ts";
import type { Interpreter } from "../core/primitives.ts";
import { recording } from "../core/recording.ts";
import type { Schedule } from "../core/schedule.ts";
import type { Tensor } from "../core/tensor.ts";
import { check } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { shown } from "../util/wording.ts";
import { explain } from "./explain.ts";
import { findFault } from "./faults.ts";
import { stateNames } from "./names.ts";
import { RecordedProgram } from "./program.ts";
import { type Call, type Compilable, plainly, type Recorded, record } from "./record.ts";
import { tooMany } from "./signatures.ts";

export type { Compilable } from "./record.ts";

/** What `compile` can be told. */
export interface CompileOptions {
  /**
   * Leave the gradients that the function computes in `grad`: tensors of the program's own, which its next run writes again. Default
   * false: reading one afterwards is an error.
   */
  keepGrads?: boolean;
  /** Give the same bits on every machine and engine, by slower instructions. Default false. */
  strict?: boolean;
}

/** What a compiled function has besides being called. */
export interface Compiled {
  /** Frees the memory of all its programs now, rather than when they are collected. It may be called again afterwards. */
  dispose(): void;
}

/** Signatures that one function may have before it is clear that one of them changes at each call. */
const mostPrograms = 64;

/** Programs that are kept in case the tensors come back that they were recorded with, such as gradients. */
const mostOutdated = 16;

/** What it takes to make programs. */
export interface Compiler {
  readonly backend: Backend;
  /** Runs what the backend has no kernels for, and what a recorded function does outside. */
  readonly host: Interpreter;
  lower(graph: Graph, options: CompileOptions): Schedule;
}

/** Runs functions as they are where the backend cannot work, and says so once. */
class Uncompiled {
  #said = false;

  run(fn: Compilable, call: Call, reason: string): unknown {
    if (!this.#said) console.warn(`compile() runs functions uncompiled, and slower: ${reason}`);
    this.#said = true;
    return plainly(fn, call);
  }
}

/** The programs of one function. */
class Programs {
  readonly #fn: Compilable;
  readonly #options: CompileOptions;
  readonly #compiler: Compiler;
  readonly #uncompiled: Uncompiled;
  /** In the order of their last use, but for the one that is used now. */
  readonly #programs: RecordedProgram[] = [];
  #last: RecordedProgram | undefined;

  constructor(fn: Compilable, options: CompileOptions, compiler: Compiler, uncompiled: Uncompiled) {
    this.#fn = fn;
    this.#options = options;
    this.#compiler = compiler;
    this.#uncompiled = uncompiled;
  }

  call(self: unknown, args: readonly unknown[]): unknown {
    // Inside another recording it is part of that program; an observer wants to see every op.
    if (recording || modes.observer) return plainly(this.#fn, { self, args });
    const tensors: Tensor[] = [];
    const last = this.#last;
    if (last?.isFor(self, args, tensors)) return last.run(tensors);
    for (let i = this.#programs.length - 1; i >= 0; i--) {
      const program = this.#programs[i];
      tensors.length = 0;
      if (program === last || !program.isFor(self, args, tensors)) continue;
      this.#programs.splice(i, 1);
      this.#programs.push(program);
      this.#last = program;
      return program.run(tensors);
    }
    return this.#first({ self, args });
  }

  dispose(): void {
    for (const program of this.#programs) program.dispose();
    this.#programs.length = 0;
    this.#last = undefined;
  }

  /** Records the function for a new signature, and runs it. */
  #first(call: Call): unknown {
    this.#forget();
    if (this.#programs.length >= mostPrograms) {
      throw tooMany(
        this.#fn.name,
        this.#programs.map(({ patterns }) => patterns),
      );
    }
    const { backend, host, lower } = this.#compiler;
    if (backend.missing !== undefined) return this.#uncompiled.run(this.#fn, call, backend.missing);
    const recorded = record(this.#fn, call, this.#options.keepGrads ?? false, host);
    try {
      const program = programOf(backend, lower(recorded.graph, this.#options));
      if (program) return this.#begin(program, recorded);
    } catch (error) {
      recorded.session.fail();
      throw error;
    }
    recorded.session.fail();
    return this.#uncompiled.run(this.#fn, call, backend.missing ?? "");
  }

  /** Lets go of programs that wait for tensors which are no longer there, the longest unused first. */
  #forget(): void {
    const outdated = this.#programs.filter((program) => program.isOutdated());
    for (const program of outdated.slice(0, Math.max(0, outdated.length - mostOutdated))) {
      program.dispose();
      this.#programs.splice(this.#programs.indexOf(program), 1);
      if (this.#last === program) this.#last = undefined;
    }
  }

  /** Runs a new program, and keeps it. */
  #begin(program: Program, recorded: Recorded): unknown {
    const { session, graph, tensors, grad } = recorded;
    const { closedOver, checks } = session.recorder;
    const made = new RecordedProgram({
      ...recorded,
      guards: {
        self: recorded.call.self,
        grad,
        found: session.found,
        closedOver,
        modes: session.modes,
        structures: session.structures,
      },
      live: session.liveNumbers,
      program,
      written: graph.effects.map(({ storage }) => storage),
      faultOf: (inputs) => findFault(checks, inputs, this.#compiler.host),
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

const names: OptionNames<CompileOptions> = { keepGrads: 0, strict: 0 };

/** Refuses what compile() cannot be made with, for callers without types. */
function checkCall(fn: unknown, options: object): void {
  check(
    typeof fn === "function",
    "argument",
    () => `compile() was given ${shown(fn)}.`,
    () => "Give it a function of tensors.",
  );
  checkOptions("compile()", options, names);
  for (const [name, value] of Object.entries(options)) {
    check(
      value === undefined || typeof value === "boolean",
      "argument",
      () => `The option ${name} of compile() is ${shown(value)}.`,
      () => "Give true or false.",
    );
  }
}

/** Makes `compile` for a backend. */
export function compileWith(compiler: Compiler) {
  const uncompiled = new Uncompiled();
  /** What compiled functions were made of. */
  const sources = new WeakMap<Compilable, readonly [fn: Compilable, options: CompileOptions]>();

  function compile<F extends Compilable>(fn: F, options: CompileOptions = {}): F & Compiled {
    checkCall(fn, options);
    const programs = new Programs(fn, options, compiler, uncompiled);
    const call = function (this: unknown, ...args: unknown[]): unknown {
      return programs.call(this, args);
    };
    Object.defineProperty(call, "name", { value: fn.name, configurable: true });
    const compiled = Object.assign(call, {
      dispose: () => programs.dispose(),
      toString: () => `compile(${fn.name || "a function"})`,
    }) as unknown as F & Compiled;
    sources.set(compiled, [fn, options]);
    return compiled;
  }

  /**
   * What a compiled function would run for these arguments, as a text to print: records it and changes nothing. Give the compiled
   * function itself to see the program that its options make.
   *
   * @throws ChainruleError `record`, as `compile`
   */
  compile.explain = <F extends Compilable>(fn: F, ...args: Parameters<F>): string => {
    const [source, options] = sources.get(fn) ?? [fn, {}];
    checkCall(source, options);
    const { session, graph } = record(
      source,
      { self: undefined, args },
      options.keepGrads ?? false,
      compiler.host,
    );
    const names = stateNames(session, graph);
    session.fail();
    const schedule = compiler.lower(graph, options);
    const program = programOf(compiler.backend, schedule);
    try {
      return explain(schedule, program?.describe(), names);
    } finally {
      program?.dispose();
    }
  };
  return compile;
}
