import type { TypedArray } from "../shape/dtype.ts";
import type { Schedule } from "./schedule.ts";
import type { Storage } from "./storage.ts";

/** Turns schedules into programs. */
export interface Backend {
  readonly name: string;
  /** Why it cannot work here, as one sentence; undefined when it can. */
  readonly missing: string | undefined;
  /**
   * Makes a program. State storages move into the backend's memory here, and are seen by eager code as before.
   *
   * @throws ChainruleError `backend` when memory or the engine does not suffice; nothing is changed then.
   */
  compile(schedule: Schedule): Program;
}

/** A compiled function. */
export interface Program {
  /** Live numbers, set before each run. Ask for them each time: memory may move. */
  readonly cells: Float64Array;
  /** Whether a run can end in a fault. */
  readonly faults: boolean;
  /**
   * Runs once. Storages of arguments are contiguous, of the recorded dtype, and at least of the recorded length, counted from
   * the offsets given. Gives the elements of each result, copied.
   *
   * @throws ChainruleError at a fault: `index`, `argument`
   */
  run(storages: readonly Storage[], offsets: readonly number[]): TypedArray[];
  /** What it is made of, for people. */
  describe(): ProgramDescription;
  /** Frees its memory; running it afterwards is an error. */
  dispose(): void;
}

export interface ProgramDescription {
  readonly tier: string;
  readonly threads: number;
  /** Bytes of the arena, of packed copies and of scratch memory. */
  readonly bytes: number;
  /** Bytes of WebAssembly. */
  readonly code: number;
  /** For each kernel of the schedule: on how many threads it runs, and the estimated time in microseconds. */
  readonly kernels: readonly { readonly threads: number; readonly microseconds: number }[];
}
