/** The health of a training: now, and sampled while it is watched. */
import type { nn, Tensor } from "chainrule";
import { firstNotFinite, type Health, health } from "chainrule/trace";
import type { Progress } from "../../protocol.ts";
import { refusal } from "../sentence.ts";
import { everyNth } from "./measure.ts";
import type { PartData } from "./problem.ts";
import { lossOf, type Session } from "./session.ts";

/** Rows that are looked at. */
const ROWS = 256;
/** Milliseconds between two samples while training runs, and the share of the time that they may take. */
const SAMPLE = 250;
const SAMPLE_SHARE = 0.1;
/** Of a longer history every second sample is forgotten. */
const MOST_SAMPLES = 120;

export interface Sample {
  readonly step: number;
  readonly health: Health;
}

export class Watch {
  on = false;
  readonly #session: Session;
  readonly #rows: PartData;
  #history: Sample[] = [];
  #last = Number.NEGATIVE_INFINITY;
  #cost = 0;

  constructor(session: Session) {
    this.#session = session;
    const { training } = session.problem.parts;
    this.#rows = everyNth(training, ROWS);
  }

  /** The samples after a step. */
  after(step: number): readonly Sample[] {
    return this.#history.filter((sample) => sample.step > step);
  }

  /** The health now. The last update is found by repeating it. */
  now(): Health {
    const known = this.#history.at(-1);
    const { steps } = this.#session;
    if (known?.step === steps) return known.health;
    const before =
      steps > 0 ? this.#session.at(steps - 1, () => parametersOf(this.#session.model)) : undefined;
    return this.#take(before);
  }

  /** Called between slices of training: takes a sample when one is due, by `one` step whose update is known. */
  between(one: () => boolean): void {
    const start = performance.now();
    if (!this.on || start - this.#last < Math.max(SAMPLE, this.#cost / SAMPLE_SHARE)) return;
    const before = parametersOf(this.#session.model);
    if (one()) this.#take(before);
    this.#last = performance.now();
    this.#cost = this.#last - start;
  }

  /** Forgets the samples after a step. */
  forget(step: number): void {
    this.#history = this.#history.filter((sample) => sample.step <= step);
  }

  #take(previous: Readonly<Record<string, Tensor>> | undefined): Health {
    const { model, loss, steps } = this.#session;
    const { inputs, target } = this.#rows;
    if (target === null) throw refusal("data", "There is no data to look at.", "Open a project with data.");
    const found = health(model, inputs, { target, loss: (y, t) => lossOf(loss, y, t), previous });
    this.#history = [...this.#history.filter(({ step }) => step < steps), { step: steps, health: found }];
    if (this.#history.length > MOST_SAMPLES) this.#history = this.#history.filter((_, i) => i % 2 === 0);
    return found;
  }
}

const parametersOf = (model: nn.Module): Record<string, Tensor> =>
  Object.fromEntries(model.namedParameters().map(([path, p]) => [path, p.detach().clone()]));

/** What is wrong at the next step, whose loss is not finite. */
export function faultAt(session: Session): NonNullable<Progress["fault"]> {
  const { model, loss } = session;
  const stopped = `Training stopped: the loss of step ${session.steps.toLocaleString("en-US")} is not finite.`;
  const found = session.beforeNext(({ inputs, target }) =>
    firstNotFinite(model, inputs, { target: target as Tensor, loss: (y, t) => lossOf(loss, y, t) }),
  );
  if (found === null) {
    return { problem: stopped, remedy: "Lower the learning rate, and go back to where the loss still fell." };
  }
  const where = found.layer === null ? found.tensor : `${found.tensor} in ${found.layer}`;
  return {
    problem: `${stopped} The first tensor that is not finite is ${where}: ${found.problem}`,
    remedy: found.remedy,
  };
}
