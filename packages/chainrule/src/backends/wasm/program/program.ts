/** A compiled function: its code, its memory, and what happens at a run. */
import type { Program, ProgramDescription } from "../../../core/backend.ts";
import type { Buffer, HostKernel, Schedule } from "../../../core/schedule.ts";
import type { Storage } from "../../../core/storage.ts";
import { allocate, bytesPerElement, type TypedArray } from "../../../shape/dtype.ts";
import { ChainruleError } from "../../../util/errors.ts";
import type { Heap } from "../heap.ts";
import { getNumThreads } from "../threads/count.ts";
import { Pace } from "../threads/pace.ts";
import { type Pool, poolOf, type Segment } from "../threads/pool.ts";
import { programFlags, type TierDescription, warmUpCalls, withFlags } from "../tiers.ts";
import { type Argument, argumentsOf, fewElements } from "./arguments.ts";
import { type Code, imports, writeCode } from "./code.ts";
import { describeProgram } from "./describe.ts";
import type { EmitKernel } from "./emit.ts";
import { ProgramMemory } from "./memory.ts";
import type { Stage } from "./plan.ts";
import { Resources } from "./resources.ts";
import { stops } from "./segments.ts";

/** What a run does in order. */
type Action =
  | { readonly kind: "host"; readonly kernel: HostKernel }
  | {
      readonly kind: "segment";
      readonly index: number;
      readonly entry: Segment;
      /** Undefined where workers are not worth it. */
      readonly pace: Pace | undefined;
    };

/** Gives back what programs hold that were forgotten without `dispose()`. */
const forgotten = new FinalizationRegistry<Resources>((resources) => resources.release());

/** What it takes to make a program. */
export interface ProgramOptions {
  readonly heap: Heap;
  readonly tier: TierDescription;
  readonly emit: EmitKernel;
}

/** A program of one WebAssembly module over the heap. */
export class WasmProgram implements Program {
  readonly #schedule: Schedule;
  readonly #tier: TierDescription;
  readonly #resources: Resources;
  readonly #memory: ProgramMemory;
  readonly #arguments: readonly (readonly [position: number, argument: Argument])[];
  readonly #code: Code;
  readonly #module: WebAssembly.Module;
  readonly #actions: readonly Action[];
  #cells: Float64Array;
  /** Why it runs no more. */
  #ended: ChainruleError | undefined;

  /** @throws ChainruleError `backend` when memory or the engine does not suffice */
  constructor(schedule: Schedule, { heap, tier, emit }: ProgramOptions) {
    this.#schedule = schedule;
    this.#tier = tier;
    this.#resources = new Resources(heap);
    try {
      this.#memory = new ProgramMemory(schedule, this.#resources);
      this.#code = writeCode(schedule, this.#memory, tier, emit, Math.max(2, getNumThreads()));
      this.#arguments = argumentsOf(schedule, this.#memory, this.#resources);
      this.#cells = heap.elements("float64", this.#memory.cells, schedule.cells);
      [this.#module, this.#actions] = this.#instantiate();
    } catch (error) {
      this.#resources.release();
      throw error;
    }
    forgotten.register(this, this.#resources, this);
    // Workers start while the caller prepares the first run.
    const pool = this.#code.stages.some((stage) => stage.kind === "segment" && stage.threaded)
      ? poolOf(heap)
      : undefined;
    if (pool) this.#resources.numberIn(pool, this.#module);
  }

  get faults(): boolean {
    return this.#code.faults.any;
  }

  get cells(): Float64Array {
    const { cells } = this.#schedule;
    // Growth of an unshared memory detaches the array, which then has no length.
    if (this.#cells.length !== cells) {
      this.#cells = this.#memory.heap.elements("float64", this.#memory.cells, cells);
    }
    return this.#cells;
  }

  run(storages: readonly Storage[], offsets: readonly number[]): TypedArray[] {
    if (this.#ended) throw this.#ended;
    for (const [position, argument] of this.#arguments) {
      argument.set(storages[position], offsets[position]);
    }
    for (const action of this.#actions) {
      if (action.kind === "host") action.kernel.run((buffer) => this.#elements(buffer));
      else this.#runSegment(action);
    }
    const { results } = this.#schedule;
    const copies = new Array<TypedArray>(results.length);
    for (let i = 0; i < results.length; i++) copies[i] = this.#copyOut(results[i].buffer);
    return copies;
  }

  describe(): ProgramDescription {
    return describeProgram(this.#schedule, this.#code, this.#tier, this.#resources);
  }

  dispose(): void {
    this.#ended = new ChainruleError(
      "backend",
      "The program was disposed of.",
      "Compile the function again.",
    );
    forgotten.unregister(this);
    this.#resources.release();
  }

  /** Compiles the module, and calls its functions: the engine compiles a function when it is called, under the flags then on. */
  #instantiate(): [WebAssembly.Module, Action[]] {
    try {
      return withFlags(programFlags(this.#tier), () => {
        const module = new WebAssembly.Module(this.#code.binary);
        const memory = { [imports.memory]: this.#memory.heap.memory };
        const { exports } = new WebAssembly.Instance(module, { [imports.module]: memory });
        return [module, actionsOf(this.#code.stages, exports as Readonly<Record<string, Segment>>)];
      });
    } catch (cause) {
      throw new ChainruleError(
        "backend",
        `The engine refuses the compiled program (${String(cause)}).`,
        "Run it eagerly.",
        { cause },
      );
    }
  }

  #runSegment({ index, entry, pace }: Extract<Action, { kind: "segment" }>): void {
    const pool = pace ? poolOf(this.#memory.heap) : undefined;
    let stop: number;
    try {
      stop = pool && pace ? this.#runTimed(pool, index, entry, pace) : entry(0, 1, 0);
    } catch (error) {
      throw this.#fail(`A compiled program failed (${String(error)}).`);
    }
    if (pool?.broken) throw this.#fail(pool.broken);
    if (stop === stops.fault) throw this.#code.faults.take(this.#memory.heap);
  }

  /** Runs a segment on the threads that were fastest of late. */
  #runTimed(pool: Pool, index: number, entry: Segment, pace: Pace): number {
    const number = this.#resources.numberIn(pool, this.#module);
    if (!pool.settled) return entry(0, 1, 0);
    const start = performance.now();
    const stop = pace.threaded ? pool.run(number, index, entry) : entry(0, 1, 0);
    pace.took(performance.now() - start);
    return stop;
  }

  /** Ends the program in the middle of a run: what it was changing is half done. */
  #fail(problem: string): ChainruleError {
    this.#ended = new ChainruleError(
      "broken",
      `${problem} What the program was changing is unusable.`,
      "Restore it from a checkpoint and compile again; setNumThreads(1) does without workers.",
    );
    return this.#ended;
  }

  #elements(buffer: Buffer): TypedArray {
    return this.#memory.heap.elements(buffer.dtype, this.#memory.address(buffer), buffer.length);
  }

  #copyOut(buffer: Buffer): TypedArray {
    const { dtype, length } = buffer;
    const all = this.#memory.heap.view(dtype);
    const start = this.#memory.address(buffer) / bytesPerElement(dtype);
    if (length > fewElements) return all.slice(start, start + length);
    const copy = allocate(dtype, length);
    for (let i = 0; i < length; i++) copy[i] = all[start + i];
    return copy;
  }
}

/** The stages with the functions that run them, each called for the first times without doing anything. */
function actionsOf(stages: readonly Stage[], segments: Readonly<Record<string, Segment>>): Action[] {
  let index = 0;
  return stages.map((stage) => {
    if (stage.kind === "host") return stage;
    const entry = segments[`segment${index}`];
    for (let call = 0; call < warmUpCalls; call++) entry(0, 0, 0);
    return { kind: "segment", index: index++, entry, pace: stage.threaded ? new Pace() : undefined };
  });
}
