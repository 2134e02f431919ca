/**
 * Faults: what a kernel finds in the data that no program can go on with. The code notes it in memory and leaves its phase; the
 * segment stops at the next place where all threads agree on it; and the host makes an error of the note.
 */
import type { Kernel } from "../../../core/schedule.ts";
import { ChainruleError } from "../../../util/errors.ts";
import {
  block,
  type Expression,
  i32,
  i32Atomic,
  type ModuleBuilder,
  ret,
  type Statement,
} from "../assembler/index.ts";
import type { Heap } from "../heap.ts";
import { mostThreads } from "../threads/control.ts";
import type { Fault } from "./context.ts";

/** The word that says in which phase a fault was met, plus 1; a note of each thread follows: the fault's number and an index. */
const noteBytes = 8;
const firstNote = 8;

/** Bytes of the notes. */
export const faultBytes: number = firstNote + noteBytes * mostThreads;

/** A fault that the program may meet. */
interface Possible {
  readonly kernel: Kernel;
  readonly kind: Fault["kind"];
  readonly size: number;
}

/** The faults of a program. */
export class Faults {
  readonly #at: number;
  readonly #possible: Possible[] = [];
  readonly #thread;
  readonly #phase;

  /** @param at address of `faultBytes` bytes of zeros */
  constructor(module: ModuleBuilder, at: number) {
    this.#at = at;
    // Globals belong to an instance, and each thread has its own.
    this.#thread = module.global("thread", i32.const(0), { mutable: true });
    this.#phase = module.global("phase", i32.const(0), { mutable: true });
  }

  /** Whether the program can meet one. */
  get any(): boolean {
    return this.#possible.length > 0;
  }

  /** Says which thread runs. */
  enter(thread: Expression<"i32">): Statement {
    return this.#thread.set(thread);
  }

  /** Says which phase begins. */
  begin(phase: number): Statement {
    return this.#phase.set(phase);
  }

  /** Notes a fault and leaves the function. */
  note(kernel: Kernel, fault: Fault): Statement {
    const size = fault.kind === "index" ? fault.size : 0;
    const number = this.#possible.push({ kernel, kind: fault.kind, size });
    const note = i32.mul(this.#thread, noteBytes);
    const offset = this.#at + firstNote;
    return block(() => [
      i32.store(note, number, { offset }),
      i32.store(note, fault.kind === "index" ? fault.index : 0, { offset: offset + 4 }),
      i32Atomic.store(this.#at, i32.add(this.#phase, 1)),
      ret(),
    ]);
  }

  /**
   * Whether a fault was met up to a phase. After the barrier behind it, all threads find the same: a thread that is ahead may
   * have met one in the next phase already, which the others must reach too.
   */
  metBy(phase: number): Expression<"i32"> {
    return i32.ltU(i32.sub(i32Atomic.load(this.#at), 1), phase + 1);
  }

  /** The error for the fault that was met, whose note it clears. The first thread's: shares follow each other. */
  take(heap: Heap): ChainruleError {
    const words = heap.elements("int32", this.#at, faultBytes / 4);
    const first = firstNote / 4;
    let at = first;
    while (at < words.length - 2 && words[at] === 0) at += noteBytes / 4;
    const met = this.#possible[words[at] - 1];
    const index = words[at + 1];
    words.fill(0);
    return faultError(met, index);
  }
}

function faultError({ kernel, kind, size }: Possible, index: number): ChainruleError {
  const error =
    kind === "division"
      ? new ChainruleError(
          "argument",
          "A whole number was divided by zero.",
          'Convert to "float32", where the quotient is infinite.',
        )
      : new ChainruleError(
          "index",
          `Index ${index} is out of range for a dimension of size ${size}.`,
          size === 0 ? "The dimension is empty." : `Indices run from 0 to ${size - 1}.`,
        );
  return error.within(kernel.label);
}
