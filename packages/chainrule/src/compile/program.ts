/** A function recorded for one signature, with its program: what has to hold for it, and what one call does. */
import type { Program } from "../core/backend.ts";
import { modes } from "../core/modes.ts";
import { changes, type Structured } from "../core/recording.ts";
import type { Storage } from "../core/storage.ts";
import { type Spec, Tensor } from "../core/tensor.ts";
import type { TypedArray } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Inputs } from "./evaluate.ts";
import { allFit, type Pattern, rebuilt } from "./nest.ts";
import type { ClosedOver } from "./recorder.ts";
import type { FoundGradient, LiveNumbers } from "./session.ts";

/** What a recorded function depends on besides its arguments. */
export interface Guards {
  /** What `this` was. */
  readonly self: unknown;
  /** Whether derivatives were recorded around the call. */
  readonly grad: boolean;
  readonly found: readonly FoundGradient[];
  readonly closedOver: readonly ClosedOver[];
  /** The modes of the modules that were called. */
  readonly modes: ReadonlyMap<{ training: boolean }, boolean>;
  readonly structures: ReadonlyMap<Structured, string>;
}

/** What becomes of a tensor's `grad`. */
export interface GradientChange {
  readonly tensor: Tensor;
  /** What it holds afterwards; "dropped" when its gradient was not kept. */
  readonly after: Tensor | null | "dropped";
}

/** What becomes of the `grad` of an argument, a leaf. */
export interface ArgumentGradient {
  readonly index: number;
  /** Whether the function forgot what had been collected before. */
  readonly clears: boolean;
  /** What it collects: a result of the program; null for nothing, "dropped" when it was not kept. */
  readonly after: (Spec & { readonly result: number }) | null | "dropped";
}

export interface ProgramParts {
  readonly patterns: readonly Pattern[];
  readonly guards: Guards;
  readonly live: readonly LiveNumbers[];
  readonly program: Program;
  readonly result: Pattern;
  /** Storages that the program writes. */
  readonly written: readonly Storage[];
  readonly gradients: readonly GradientChange[];
  readonly argumentGradients: readonly ArgumentGradient[];
  /** What a run that stopped has met, as far as can be said. */
  readonly faultOf: (inputs: Inputs) => ChainruleError | undefined;
}

/** The mode that the function leaves a module in, where it is another one than before. */
type ModeChange = readonly [module: { training: boolean }, after: boolean];

/** How often {@link changes} counted when everything was last found to hold; never, at first. */
const unchecked = -1;

export class RecordedProgram {
  readonly #parts: ProgramParts;
  readonly #written: ReadonlySet<Storage>;
  readonly #storages: Storage[] = [];
  readonly #offsets: number[] = [];
  readonly #modeChanges: readonly ModeChange[];
  #checkedAt = unchecked;

  /** To be called when the function has just been recorded, and modules are in the modes that it left them in. */
  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.#modeChanges = Array.from(parts.guards.modes).flatMap(([module, before]) =>
      module.training === before ? [] : [[module, module.training] as const],
    );
    this.#written = new Set(parts.written);
  }

  /** Whether the program is the one for a call: puts the tensors of the arguments into `tensors`. */
  isFor(self: unknown, args: readonly unknown[], tensors: Tensor[]): boolean {
    const { patterns, guards } = this.#parts;
    return (
      guards.grad === modes.grad &&
      guards.self === self &&
      allFit(patterns, args, tensors) &&
      (this.#checkedAt === changes.count || holds(guards))
    );
  }

  /** What it was recorded for. */
  get patterns(): readonly Pattern[] {
    return this.#parts.patterns;
  }

  /** Whether it was recorded with other tensors than those that are there now: gradients, converted parameters. */
  isOutdated(): boolean {
    return !findsTensors(this.#parts.guards);
  }

  /** Runs it. The first run takes the host numbers that recording computed already. */
  run(tensors: readonly Tensor[], isFirst = false): unknown {
    const { live, program, result, guards, argumentGradients } = this.#parts;
    const restores =
      program.faults && !isFirst ? Array.from(guards.structures.keys(), (o) => o.snapshot()) : [];
    this.#bind(tensors);
    let elements: TypedArray[];
    try {
      if (live.length > 0) setNumbers(program.cells, live, isFirst);
      elements = program.run(this.#storages, this.#offsets);
    } catch (error) {
      for (const restore of restores) restore();
      throw this.#told(error, tensors);
    }
    for (const storage of this.#written) storage.version++;
    for (const [module, after] of this.#modeChanges) module.training = after;
    if (argumentGradients.length > 0)
      for (const change of argumentGradients) collect(tensors[change.index], change, elements);
    if (this.#checkedAt !== changes.count) this.#settle();
    return results(result, elements);
  }

  /** Frees the program's memory. */
  dispose(): void {
    this.#parts.program.dispose();
  }

  /** The fault that a program met in the words of eager code; other errors as they are. */
  #told(error: unknown, tensors: readonly Tensor[]): unknown {
    const { faultOf, program } = this.#parts;
    if (!(error instanceof ChainruleError) || (error.code !== "index" && error.code !== "argument"))
      return error;
    const elements = tensors.map(({ numel }, i) => {
      const offset = this.#offsets[i];
      return this.#storages[i].elements.subarray(offset, offset + numel);
    });
    return faultOf({ arguments: elements, cells: program.cells }) ?? error;
  }

  #bind(tensors: readonly Tensor[]): void {
    for (let i = 0; i < tensors.length; i++) {
      const given = tensors[i];
      // What the program writes it must not read as an argument at the same time.
      const x = given.isContiguous && !this.#written.has(given.storage) ? given : copied(given);
      this.#storages[i] = x.storage;
      this.#offsets[i] = x.offset;
    }
  }

  /** Brings gradients to where every run leaves them, and notes whether another run may follow without a check. */
  #settle(): void {
    const { gradients, guards } = this.#parts;
    for (const { tensor, after } of gradients) {
      if (after === "dropped") tensor.dropGrad();
      else tensor.grad = after;
    }
    this.#checkedAt = holds(guards) ? changes.count : unchecked;
  }
}

const copied = (x: Tensor): Tensor => Tensor.over(x.data.slice(), x.shape, x.dtype);

/** Whether everything is as it was when the function was recorded. */
function holds(guards: Guards): boolean {
  const { closedOver, modes: trained, structures } = guards;
  if (!findsTensors(guards)) return false;
  for (const { tensor, requiresGrad } of closedOver) if (tensor.requiresGrad !== requiresGrad) return false;
  for (const [module, training] of trained) if (module.training !== training) return false;
  for (const [owner, structure] of structures) if (owner.structure() !== structure) return false;
  return true;
}

/** Whether the same storages are where the function found them. */
function findsTensors({ found, closedOver }: Guards): boolean {
  for (const { tensor, storage } of closedOver) if (tensor.storage !== storage) return false;
  for (const { tensor, storage } of found) if (tensor.gradStorage !== storage) return false;
  return true;
}

/** Adds to what an argument has collected, as backward() would. */
function collect(x: Tensor, { clears, after }: ArgumentGradient, elements: readonly TypedArray[]): void {
  if (after === "dropped") x.dropGrad();
  else if (after === null) x.grad = null;
  else {
    const gradient = Tensor.over(elements[after.result], after.shape, after.dtype);
    const before = clears || x.gradStorage === undefined ? null : x.grad;
    x.grad = before ? before.add(gradient) : gradient;
  }
}

function setNumbers(cells: Float64Array, live: readonly LiveNumbers[], isFirst: boolean): void {
  let cell = 0;
  for (let i = 0; i < live.length; i++) {
    const { compute, names, first } = live[i];
    const numbers = isFirst ? first : compute();
    for (let k = 0; k < names.length; k++) cells[cell++] = numbers[names[k]];
  }
}

function results(pattern: Pattern, elements: readonly TypedArray[]): unknown {
  if (pattern.kind === "tensor") return Tensor.over(elements[0], pattern.shape, pattern.dtype);
  let i = 0;
  const next = (): Tensor => {
    const { shape, dtype } = shapes[i];
    return Tensor.over(elements[i++], shape, dtype);
  };
  const shapes = tensorsOf(pattern);
  return rebuilt(pattern, next);
}

/** The tensors of a pattern, in order. */
function tensorsOf(pattern: Pattern): Extract<Pattern, { kind: "tensor" }>[] {
  if (pattern.kind === "tensor") return [pattern];
  return pattern.kind === "other" ? [] : pattern.items.flatMap(tensorsOf);
}
