/**
 * What a recorder is told beside the primitives that run. The library reports here whatever a recorded step depends on, or
 * changes, outside of tensors: numbers of the host, gradients, modes. Nobody listens while code runs eagerly.
 */
import type { Operand } from "./op.ts";
import type { Generator } from "./random/generator.ts";
import type { Tensor } from "./tensor.ts";

/** A recorder at work. */
export interface Recording {
  /** Calls `compute` for the first run, and again before each later one; gives the program's inputs in place of the numbers. */
  live(compute: () => Readonly<Record<string, number>>): Readonly<Record<string, Operand>>;
  /** Runs `body` eagerly and unrecorded: what it makes outlives the recording. */
  outside<T>(body: () => T): T;
  /** Calls `restore` if the recording fails, so that the host state is what it was before. */
  undo(restore: () => void): void;
  /** The elements of a tensor are going to be read by the host. */
  valueRead(tensor: Tensor): void;
  /** The `grad` of a tensor is going to be read. */
  gradRead(tensor: Tensor): void;
  /** The `grad` of a tensor was assigned; `before` is what it held, undefined where it was dropped. */
  gradChanged(tensor: Tensor, before: Tensor | null | undefined): void;
  /** A module is called, whose code may depend on its mode, or is about to change its mode. */
  module(owner: { training: boolean }): void;
  /** A random generator is going to begin anew, or elsewhere in its stream. */
  seeded(generator: Generator): void;
  /** An optimizer takes a step. */
  optimizer(optimizer: Stepping): void;
}

/** An optimizer as recorders see it. */
export interface Stepping {
  /** All that chooses what a step does, rather than by which numbers: when it changes, the step has to be recorded anew. */
  structure(): string;
  /** Gives a function that undoes what steps from now on change on the host: counts, and state that they begin to keep. */
  snapshot(): () => void;
}

/** The recorder at work, if any. A live binding, read at each use. */
export let recording: Recording | null = null;

/** Begins to tell `next` instead of whoever was told so far, or nobody. */
export function setRecording(next: Recording | null): void {
  recording = next;
}

/** Runs `body` eagerly even while a recorder is at work: for what has to be made once and stay. */
export const outside = <T>(body: () => T): T => (recording ? recording.outside(body) : body());

/**
 * Counts changes of what compiled programs rely on and cannot see in their arguments: gradients assigned, modes switched,
 * parameters frozen or converted, groups added to an optimizer. While it stands still, nothing has to be looked at again.
 */
export const changes = { count: 0 };
