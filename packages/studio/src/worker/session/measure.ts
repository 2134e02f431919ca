/** The risk and the score of a training's parts, measured between steps. */
import { type Compiled, compile, grad, metrics, noGrad, type Tensor, tensor } from "chainrule";
import type { Measured } from "../../protocol.ts";
import type { PartData } from "./problem.ts";
import { forward, lossOf, rowsAt, type Session } from "./session.ts";

/** Of a larger part so many rows are measured, spaced evenly. */
const MOST_ROWS = 4096;
/** Of more measurements every second one is forgotten. */
const MOST_TAKEN = 4000;

/** Outputs and loss of some rows, and ‖∇L‖² of those of training. */
type Compute = (() => Tensor[]) & Compiled;

/** A part with the program that computes outputs and loss for it. */
interface Measurable {
  readonly part: PartData;
  readonly compute: Compute;
}

export class Measure {
  readonly #session: Session;
  readonly #training: Measurable;
  readonly #validation: Measurable | null;
  #taken: Measured[] = [];

  constructor(session: Session) {
    const { training, validation } = session.problem.parts;
    this.#session = session;
    this.#training = this.#measurable(training, true);
    this.#validation = validation.rows > 0 && validation.target ? this.#measurable(validation, false) : null;
  }

  #measurable(whole: PartData, slopes: boolean): Measurable {
    const part = everyNth(whole, MOST_ROWS);
    const { model, loss: lossModule } = this.#session;
    const learned = model.parameters().filter((p) => p.requiresGrad);
    const compute = compile(() => {
      const output = forward(model, part.inputs);
      const loss = lossOf(lossModule, output, part.target as Tensor);
      if (!slopes) return [output, loss];
      const squares = grad(loss, learned).map((slope) => slope.square().sum());
      return [output, loss, squares.reduce((sum, square) => sum.add(square))];
    });
    return { part, compute };
  }

  /** What was measured so far. */
  get taken(): readonly Measured[] {
    return this.#taken;
  }

  /** Measures the present state. */
  take(): Measured {
    const { steps } = this.#session;
    const known = this.#taken.at(-1);
    if (known?.step === steps) return known;
    const training = this.#session.evaluating(() => this.#training.compute());
    const validation = this.#session.evaluating(() => noGrad(() => this.#validation?.compute()));
    const measured: Measured = {
      step: steps,
      training: this.#told(this.#training, training),
      validation: this.#validation && validation ? this.#told(this.#validation, validation) : null,
      gradientNorm: Math.sqrt(training[2].data[0]),
    };
    this.#taken.push(measured);
    if (this.#taken.length > MOST_TAKEN) this.#taken = this.#taken.filter((_, i) => i % 2 === 0);
    return measured;
  }

  #told({ part }: Measurable, [output, loss]: readonly Tensor[]): Measured["training"] {
    return { loss: loss.data[0], score: this.#score(output, part.target as Tensor) };
  }

  #score(output: Tensor, target: Tensor): number {
    if (output.data.some(Number.isNaN)) return Number.NaN;
    if (this.#session.problem.task === "classification") return metrics.accuracy(output, target);
    return target.shape[0] < 2 ? Number.NaN : metrics.r2(output, target);
  }

  /** Forgets what was measured after a step. */
  cut(step: number): void {
    this.#taken = this.#taken.filter((measured) => measured.step <= step);
  }

  dispose(): void {
    this.#training.compute.dispose();
    this.#validation?.compute.dispose();
  }
}

/** At most `most` rows of a part, spaced evenly. */
export function everyNth(part: PartData, most: number): PartData {
  if (part.rows <= most) return part;
  const rows = Int32Array.from({ length: most }, (_, i) => Math.floor((i * part.rows) / most));
  return noGrad(() => rowsAt(part, tensor(rows)));
}
