/**
 * The interpreter that computes nothing and writes down a graph. Writes in place become new values: for every storage it knows
 * the value that the storage holds at this point of the function.
 */
import type { Graph, Input, Source, Value, View } from "../core/graph.ts";
import { withInterpreter } from "../core/interpreter.ts";
import type { Operand } from "../core/op.ts";
import type { Binary, Draw, Interpreter, Reduction, Scan, Unary } from "../core/primitives.ts";
import type { Generator } from "../core/random.ts";
import { currentScope } from "../core/scope.ts";
import { type Storage, storagesMade } from "../core/storage.ts";
import { type Spec, Tensor } from "../core/tensor.ts";
import { isContiguous } from "../shape/shape.ts";
import { type Check, mayStop } from "./faults.ts";
import { leftover, RecordedStorage, recordedTensor, refusal } from "./recorded.ts";
import { wholeView } from "./views.ts";

const noShape: readonly number[] = [];

/** A tensor that the recorded function closes over, as the function left it. */
export interface ClosedOver {
  readonly tensor: Tensor;
  readonly storage: Storage;
  readonly requiresGrad: boolean;
}

export class Recorder implements Interpreter {
  readonly #eager: Interpreter;
  readonly #values: Value[] = [];
  /** What storages hold now. */
  readonly #held = new Map<Storage, Value>();
  /** What storages that existed before held at the beginning. */
  readonly #states = new Map<Storage, Value>();
  readonly #closedOver = new Set<Tensor>();
  readonly #views = new WeakSet<Tensor>();
  /** Versions of storages before their first write. */
  readonly #versions = new Map<Storage, number>();
  readonly #arguments = new Set<Storage>();
  /** Generators that the function made or seeded: each run would have to do so again. */
  readonly seeded = new Set<Generator>();
  /** What may stop the program, in the order of recording. */
  readonly checks: Check[] = [];
  /** Storages from this serial number on were made by the recorded function, unless they lie in one of these stretches. */
  readonly #first = storagesMade();
  readonly #outside: [from: number, to: number][] = [];
  #cells = 0;

  constructor(eager: Interpreter) {
    this.#eager = eager;
  }

  // ---- what the recorded function gets ---------------------------------------------------------------------------

  /** A tensor that stands for the argument tensor at a position. */
  argument(index: number, spec: Spec): Tensor {
    const tensor = this.#tensor(this.#add({ kind: "argument", index }, spec));
    this.#arguments.add(tensor.storage);
    return tensor;
  }

  /** A number without dimensions that the host sets before each run. Cells are counted from 0. */
  liveNumber(): Tensor {
    return this.#tensor(
      this.#add({ kind: "live", cell: this.#cells++ }, { shape: noShape, dtype: "float64" }),
    );
  }

  /** Runs `body` by the eager interpreter: what it makes exists before the program runs, and outlives it. */
  outside<T>(body: () => T): T {
    const from = storagesMade();
    try {
      return withInterpreter(this.#eager, body);
    } finally {
      this.#outside.push([from, storagesMade()]);
    }
  }

  // ---- what was recorded -----------------------------------------------------------------------------------------

  /** The graph of what was recorded, for the tensors that the function returned. */
  finish(results: readonly Tensor[]): Graph {
    const views = results.map((tensor) => this.viewNow(tensor));
    const effects = [...this.#states].flatMap(([storage, before]) => {
      const value = this.#held.get(storage) as Value;
      return value === before ? [] : [{ storage, value }];
    });
    return { values: this.#values, results: views, effects, cells: this.#cells };
  }

  /** Makes a storage that existed before hold, at the end, the elements of a tensor. */
  assign(storage: Storage, from: Tensor): void {
    const view = this.viewNow(from);
    const whole =
      isContiguous(view.shape, view.strides) && view.offset === 0 && from.storage.length === storage.length;
    const value = whole ? view.value : this.#add({ kind: "copy", x: view }, from);
    if (!this.#states.has(storage))
      this.#states.set(
        storage,
        this.#add({ kind: "state", storage }, { shape: [storage.length], dtype: storage.dtype }),
      );
    this.#held.set(storage, value);
  }

  /** Puts versions back: recording changed nothing yet. */
  restoreVersions(): void {
    for (const [storage, version] of this.#versions) storage.version = version;
  }

  /** The tensors that existed before, of which frozen or converted ones are to be noticed. */
  get closedOver(): readonly ClosedOver[] {
    return Array.from(this.#closedOver, (tensor) => {
      const { storage, requiresGrad } = tensor;
      return { tensor, storage, requiresGrad };
    });
  }

  /** Whether the elements of a storage are the same in each run: the function made it out of numbers, and left it alone. */
  knows(storage: Storage): boolean {
    const held = this.#held.get(storage);
    return this.#isOwn(storage) && (held === undefined || held.source.kind === "constant");
  }

  // ---- values and views ------------------------------------------------------------------------------------------

  #add(source: Source, { shape, dtype }: Spec): Value {
    const value: Value = { id: this.#values.length, shape, dtype, source, scope: currentScope() };
    this.#values.push(value);
    if (mayStop(value)) this.checks.push({ value, told: [] });
    return value;
  }

  #tensor(value: Value): Tensor {
    const tensor = recordedTensor(value);
    this.#held.set(tensor.storage, value);
    return tensor;
  }

  /** What a tensor shows now. */
  viewNow(x: Tensor): View {
    this.#note(x);
    return { value: this.#holding(x.storage), shape: x.shape, strides: x.strides, offset: x.offset };
  }

  /** Keeps a tensor in mind, unless the function made it. */
  #note(tensor: Tensor): void {
    if (tensor.storage instanceof RecordedStorage || this.#views.has(tensor)) return;
    if (!this.#isOwn(tensor.storage)) this.#closedOver.add(tensor);
  }

  #input(x: Operand): Input {
    return typeof x === "number" ? x : this.viewNow(x);
  }

  #holding(storage: Storage): Value {
    const known = this.#held.get(storage);
    if (known) return known;
    if (storage instanceof RecordedStorage) throw leftover();
    const spec = { shape: [storage.length], dtype: storage.dtype };
    if (this.#isOwn(storage)) {
      const made = this.#add({ kind: "constant", elements: storage.elements }, spec);
      this.#held.set(storage, made);
      return made;
    }
    const state = this.#add({ kind: "state", storage }, spec);
    this.#states.set(storage, state);
    this.#held.set(storage, state);
    return state;
  }

  /** Whether the recorded function made a storage itself, out of numbers: then each run makes it anew. */
  #isOwn({ serial }: Storage): boolean {
    return serial >= this.#first && !this.#outside.some(([from, to]) => serial >= from && serial < to);
  }

  /** The result of a primitive, or `into` once it is written there. */
  #result(source: Source, out: Spec, into: Tensor | undefined): Tensor {
    const value = this.#add(source, out);
    if (!into) return this.#tensor(value);
    const { storage } = into;
    if (this.#arguments.has(storage)) {
      throw refusal(
        "An argument of the compiled function is changed in place.",
        "Change a clone() of it, or return the changed tensor; state that a function changes is what it closes over.",
      );
    }
    this.#note(into);
    const base = this.#holding(storage);
    if (this.#states.has(storage) && !this.#versions.has(storage))
      this.#versions.set(storage, storage.version);
    const part = value.dtype === into.dtype ? value : this.#add({ kind: "copy", x: wholeView(value) }, into);
    const whole = into.offset === 0 && into.isContiguous && into.numel === storage.length;
    this.#held.set(
      storage,
      whole
        ? part
        : this.#add(
            { kind: "write", base, part: wholeView(part), strides: into.strides, offset: into.offset },
            { shape: [storage.length], dtype: storage.dtype },
          ),
    );
    return into;
  }

  // ---- primitives ------------------------------------------------------------------------------------------------

  unary(op: Unary, x: Tensor, out: Spec, into?: Tensor): Tensor {
    return this.#result({ kind: "unary", op, x: this.viewNow(x) }, out, into);
  }

  binary(op: Binary, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor {
    return this.#result({ kind: "binary", op, a: this.#input(a), b: this.#input(b) }, out, into);
  }

  addScaled(x: Operand, other: Operand, alpha: Operand, out: Spec, into?: Tensor): Tensor {
    const source = {
      kind: "addScaled",
      x: this.#input(x),
      other: this.#input(other),
      alpha: this.#input(alpha),
    } as const;
    return this.#result(source, out, into);
  }

  where(condition: Tensor, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor {
    const source = {
      kind: "where",
      condition: this.viewNow(condition),
      a: this.#input(a),
      b: this.#input(b),
    } as const;
    return this.#result(source, out, into);
  }

  copy(x: Operand, out: Spec, into?: Tensor): Tensor {
    return this.#result({ kind: "copy", x: this.#input(x) }, out, into);
  }

  reduce(op: Reduction, x: Tensor, dims: readonly number[], out: Spec): Tensor {
    return this.#tensor(this.#add({ kind: "reduce", op, x: this.viewNow(x), dims }, out));
  }

  scan(op: Scan, x: Tensor, dim: number, out: Spec): Tensor {
    return this.#tensor(this.#add({ kind: "scan", op, x: this.viewNow(x), dim }, out));
  }

  matmul(a: Tensor, b: Tensor, out: Spec): Tensor {
    return this.#tensor(this.#add({ kind: "matmul", a: this.viewNow(a), b: this.viewNow(b) }, out));
  }

  gather(x: Tensor, dim: number, index: Tensor, out: Spec): Tensor {
    return this.#tensor(
      this.#add({ kind: "gather", x: this.viewNow(x), dim, index: this.viewNow(index) }, out),
    );
  }

  scatter(mode: "add" | "set", x: Tensor, dim: number, index: Tensor, source: Operand, out: Spec): Tensor {
    const from = this.#input(source);
    return this.#tensor(
      this.#add(
        { kind: "scatter", mode, x: this.viewNow(x), dim, index: this.viewNow(index), source: from },
        out,
      ),
    );
  }

  argsort(x: Tensor, dim: number, descending: boolean, out: Spec): Tensor {
    return this.#tensor(this.#add({ kind: "argsort", x: this.viewNow(x), dim, descending }, out));
  }

  nonzero(): Tensor {
    throw refusal(
      "The shape of a result depends on values (positions that are not zero, selection by a mask), and a compiled program has fixed shapes.",
      "Use where() to keep the shape, or do this part outside of the compiled function.",
    );
  }

  random(draw: Draw, generator: Generator, out: Spec, into?: Tensor): Tensor {
    if (this.seeded.has(generator)) {
      throw refusal(
        "A random generator is seeded by the recorded function, which each run would have to do again.",
        "Seed it before the call; make generators outside of the compiled function.",
      );
    }
    const p = draw.kind === "bernoulli" ? this.#input(draw.p) : null;
    return this.#result({ kind: "random", draw, p, generator }, out, into);
  }

  view(x: Tensor, shape: readonly number[], strides: readonly number[], offset: number): Tensor {
    this.#note(x);
    const view = new Tensor(x.storage, shape, strides, offset);
    this.#views.add(view);
    return view;
  }
}
