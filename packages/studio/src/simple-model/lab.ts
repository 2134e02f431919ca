import { type Compiled, compile, manualSeed, type nn, noGrad, optim, type Tensor } from "chainrule";
import { type Trace, trace } from "chainrule/trace";
import type { Lesson, RowChoice } from "./lessons.ts";

/** An example at work: its network as it is after some steps, or its expression. */
export class Lab {
  readonly lesson: Lesson;
  readonly lr: number;
  /** The loss before each step that was taken, of all rows. */
  readonly losses: number[] = [];
  readonly #network: Network | null;

  /** @param lr η; by default the example's own */
  constructor(lesson: Lesson, lr = lesson.network?.lr ?? 0) {
    this.lesson = lesson;
    this.lr = lr;
    this.#network = lesson.network ? new Network(lesson.network, lr) : null;
  }

  /** So many steps by all rows; fewer where the loss is no longer finite. */
  run(steps: number): void {
    for (let i = 0; i < steps && this.isFinite; i++) this.losses.push(this.#network?.step() ?? Number.NaN);
  }

  get isFinite(): boolean {
    return this.losses.length === 0 || Number.isFinite(this.losses.at(-1));
  }

  /** The loss of all rows as it is now; of an expression, its result. */
  loss(): number {
    return this.#network?.loss() ?? this.trace(this.lesson.rows[0]).data.loss?.number ?? Number.NaN;
  }

  /** The forward and the backward pass of some rows, with the update that follows. */
  trace(choice: RowChoice): Trace {
    if (this.#network) return this.#network.trace(choice);
    const { expression } = this.lesson;
    if (!expression) throw new Error("A lesson has a network or an expression.");
    const { inputs, compute, loss, target, gradient, outputNames } = expression;
    const named = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
    return trace(compute(), named, { loss: loss?.(), target, gradient, names: { outputs: outputNames } });
  }

  /** Frees the compiled step. */
  dispose(): void {
    this.#network?.dispose();
  }
}

/** A network, its data, and its step of gradient descent as one program. */
class Network {
  readonly #told: NonNullable<Lesson["network"]>;
  readonly #model: nn.Module;
  readonly #lossFn: nn.Module | null;
  readonly #x: Tensor;
  readonly #y: Tensor | null;
  readonly #program: (() => Tensor) & Compiled;
  readonly #lr: number;

  constructor(told: NonNullable<Lesson["network"]>, lr: number) {
    this.#told = told;
    this.#lr = lr;
    manualSeed(told.seed);
    this.#model = told.model();
    this.#lossFn = told.loss?.() ?? null;
    const { x, y } = told.data();
    this.#x = x;
    this.#y = y;
    const learned = this.#model.parameters().filter(({ requiresGrad }) => requiresGrad);
    const optimizer = new optim.SGD(learned, { lr, momentum: told.momentum ?? 0 });
    this.#program = compile(() => {
      const loss = this.#risk();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
  }

  step(): number {
    return this.#program().item();
  }

  loss(): number {
    return noGrad(() => this.#risk().item());
  }

  trace({ start, count }: RowChoice): Trace {
    const rows = (of: Tensor): Tensor => of.narrow(0, start, Math.min(count, of.shape[0] - start));
    const { inputNames, outputNames } = this.#told;
    return trace(this.#model, rows(this.#x), {
      target: this.#y ? rows(this.#y) : undefined,
      loss: this.#lossFn ?? undefined,
      lr: this.#lr,
      names: { inputs: inputNames, outputs: outputNames },
    });
  }

  dispose(): void {
    this.#program.dispose();
  }

  #risk(): Tensor {
    const output = called(this.#model, this.#x);
    return this.#lossFn && this.#y ? called(this.#lossFn, output, this.#y) : output;
  }
}

/** A module of any arguments, called with tensors. */
const called = (module: nn.Module, ...inputs: readonly Tensor[]): Tensor =>
  (module as unknown as (...inputs: readonly Tensor[]) => Tensor)(...inputs);
