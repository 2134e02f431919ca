/**
 * What a recorder is told beside the primitives that run. The library reports here whatever a recorded step depends on, or
 * changes, outside of tensors: numbers of the host, gradients, modes. Nobody listens while code runs eagerly.
 */
import type { ChainruleError } from "../util/errors.ts";
import type { Operand } from "./op.ts";
import type { Generator } from "./random/generator.ts";
import type { Tensor } from "./tensor.ts";

/**
 * What becomes of an error on its way out: it is told in other words, or where it happened. `about` is the tensor that it was
 * recorded with, as it was when the error came.
 */
export type Telling = (error: ChainruleError, about?: Tensor) => ChainruleError;

/** A recorder at work. */
export interface Recording {
  /** Calls `compute` for the first run, and again before each later one; gives the program's inputs in place of the numbers. */
  live(compute: () => Readonly<Record<string, number>>): Readonly<Record<string, Operand>>;
  /** Runs `body` eagerly and unrecorded: what it makes outlives the recording. */
  outside<T>(body: () => T): T;
  /** Runs `body`; where the program later stops at what it records there, `telling` sees the error, as a handler would around it. */
  telling<T>(telling: Telling, body: () => T, about?: Tensor): T;
  /** Calls `restore` if the recording fails, so that the host state is what it was before. */
  undo(restore: () => void): void;
  /** The elements of a tensor are going to be read by the host, by a method such as `item()`. */
  valueRead(tensor: Tensor, reader: string): void;
  /** The `grad` of a tensor is going to be read. */
  gradRead(tensor: Tensor): void;
  /** The `grad` of a tensor was assigned; `before` is what it held, undefined where it was dropped. */
  gradChanged(tensor: Tensor, before: Tensor | null | undefined): void;
  /** A module is called, whose code may depend on its mode, or is about to change its mode. */
  module(owner: { training: boolean }): void;
  /** A random generator is going to begin anew, or elsewhere in its stream. */
  seeded(generator: Generator): void;
  /** An optimizer takes a step, or a layer runs, by options that may change. */
  structure(owner: Structured): void;
}

/** An optimizer, or a layer with options that may change, as recorders see it. */
export interface Structured {
  /** All that chooses what a step does, rather than by which numbers: when it changes, the step has to be recorded anew. */
  structure(): string;
  /** Gives a function that undoes what steps from now on change on the host: counts, and state that they begin to keep. */
  snapshot(): () => void;
  /** The tensors that it keeps for parameters, each with its name and its parameter. */
  remembered?(): Iterable<readonly [name: string, parameter: Tensor, tensor: Tensor]>;
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
