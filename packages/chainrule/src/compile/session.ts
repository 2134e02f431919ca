/** What happens outside of tensors while a function is recorded: host numbers, gradients, modes. */
import type { Operand } from "../core/op.ts";
import type { Generator } from "../core/random.ts";
import { type Recording, type Structured, setRecording, type Telling } from "../core/recording.ts";
import type { Storage } from "../core/storage.ts";
import type { Tensor } from "../core/tensor.ts";
import { unknownValue } from "./recorded.ts";
import type { Recorder } from "./recorder.ts";

type Numbers = Readonly<Record<string, number>>;

/** Numbers that the host computes before each run, and the cells that they go to. */
export interface LiveNumbers {
  readonly compute: () => Numbers;
  readonly names: readonly string[];
  /** What `compute` gave while recording, for the first run. */
  readonly first: Numbers;
}

/** What the function found in a tensor's `grad` when it began. */
export interface FoundGradient {
  readonly tensor: Tensor;
  /** Where it lay; null when there was none, undefined when it was dropped. */
  readonly storage: Storage | null | undefined;
}

export class Session implements Recording {
  readonly recorder: Recorder;
  readonly liveNumbers: LiveNumbers[] = [];
  readonly found: FoundGradient[] = [];
  /** The gradients before the first change, by tensor. */
  readonly changed = new Map<Tensor, Tensor | null | undefined>();
  /** Tensors whose gradient the function forgot before it changed it otherwise. */
  readonly cleared = new Set<Tensor>();
  /** The modes of modules when the function began. */
  readonly modes = new Map<{ training: boolean }, boolean>();
  readonly structures = new Map<Structured, string>();
  readonly #undo: (() => void)[] = [];

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  live(compute: () => Numbers): Readonly<Record<string, Operand>> {
    const first = compute();
    const names = Object.keys(first);
    this.liveNumbers.push({ compute, names, first });
    return Object.fromEntries(names.map((name) => [name, this.recorder.liveNumber()]));
  }

  outside<T>(body: () => T): T {
    setRecording(null);
    try {
      return this.recorder.outside(body);
    } finally {
      setRecording(this);
    }
  }

  telling<T>(telling: Telling, body: () => T, about?: Tensor): T {
    const { checks } = this.recorder;
    const first = checks.length;
    const view = about ? this.recorder.viewNow(about) : null;
    const result = body();
    for (let i = first; i < checks.length; i++) checks[i].told.push({ telling, about: view });
    return result;
  }

  undo(restore: () => void): void {
    this.#undo.push(restore);
  }

  valueRead(tensor: Tensor, reader: string): void {
    if (!this.recorder.knows(tensor.storage)) throw unknownValue(reader);
  }

  seeded(generator: Generator): void {
    if (this.recorder.seeded.has(generator)) return;
    this.recorder.seeded.add(generator);
    const state = generator.getState();
    this.undo(() => generator.setState(state));
  }

  gradRead(tensor: Tensor): void {
    if (this.changed.has(tensor) || this.found.some((known) => known.tensor === tensor)) return;
    this.found.push({ tensor, storage: tensor.gradStorage });
  }

  gradChanged(tensor: Tensor, before: Tensor | null | undefined): void {
    if (this.changed.has(tensor)) return;
    this.changed.set(tensor, before);
    if (tensor.gradStorage === null) this.cleared.add(tensor);
  }

  module(owner: { training: boolean }): void {
    if (this.modes.has(owner)) return;
    this.modes.set(owner, false); // known from here on: looking at its mode tells us again
    this.modes.set(owner, owner.training);
  }

  structure(owner: Structured): void {
    this.structures.set(owner, owner.structure());
    this.undo(owner.snapshot());
  }

  /** Undoes everything that recording changed outside of tensors, last things first. */
  fail(): void {
    for (const restore of this.#undo.reverse()) restore();
    for (const [tensor, before] of this.changed) {
      if (before === undefined) tensor.dropGrad();
      else tensor.grad = before;
    }
  }
}
