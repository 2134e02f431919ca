/** States of a training to go back to. */
import { defaultGenerator, type nn, noGrad, type optim, Tensor, zerosLike } from "chainrule";
import type { BatchesState } from "./batches.ts";

type State = ReturnType<optim.Optimizer<optim.CommonOptions>["stateDict"]>;

/** Everything that the step `step` and all later ones depend on. */
export interface Moment {
  readonly step: number;
  readonly tensors: readonly Tensor[];
  readonly optimizer: State;
  readonly draws: Uint8Array;
  readonly batches: BatchesState;
}

/** What a moment is taken of. */
export interface Parts {
  readonly model: nn.Module;
  readonly optimizer: Pick<optim.Optimizer<optim.CommonOptions>, "stateDict" | "loadStateDict">;
  readonly batches: { state: BatchesState };
}

const live = (model: nn.Module): Tensor[] => [...model.parameters(), ...model.buffers()];

/** A copy of plain data, its tensors too. */
function copied<T>(value: T): T {
  if (value instanceof Tensor) return value.detach().clone() as Tensor & T;
  if (Array.isArray(value)) return value.map(copied) as T & unknown[];
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copied(entry)])) as T;
}

/** A state of an optimizer with zeros in the place of all that it remembers. */
export const zeroed = (state: State["state"]): State["state"] =>
  Object.fromEntries(
    Object.entries(state).map(([key, remembered]) => [
      key,
      Object.fromEntries(
        Object.entries(remembered).map(([name, value]) => [
          name,
          value instanceof Tensor ? zerosLike(value) : 0,
        ]),
      ) as State["state"][number],
    ]),
  );

export const momentOf = ({ model, optimizer, batches }: Parts, step: number): Moment => ({
  step,
  tensors: live(model).map((t) => t.detach().clone()),
  optimizer: copied(optimizer.stateDict()),
  draws: defaultGenerator.getState(),
  batches: batches.state,
});

/** Puts a moment back, in place. */
export function restoreMoment({ model, optimizer, batches }: Parts, moment: Moment): void {
  noGrad(() => live(model).forEach((t, i) => void t.copy_(moment.tensors[i])));
  optimizer.loadStateDict(moment.optimizer);
  defaultGenerator.setState(moment.draws);
  batches.state = moment.batches;
}

function bytesOf({ tensors, optimizer, draws, batches }: Moment): number {
  let numbers = tensors.reduce((sum, t) => sum + t.data.byteLength, 0);
  for (const state of Object.values(optimizer.state))
    for (const value of Object.values(state)) if (value instanceof Tensor) numbers += value.data.byteLength;
  return numbers + draws.byteLength + (batches.order?.byteLength ?? 0);
}

/** So many bytes of moments are kept, and so many moments. */
const MOST_BYTES = 64 << 20;
const MOST_MOMENTS = 1024;

/**
 * Moments at equal distances, which double whenever there are too many: any step is then reached by repeating few others. The first
 * moment always stays.
 */
export class Moments {
  #every = 32;
  #bytes = 0;
  readonly #kept: Moment[] = [];

  /** Whether the state before a step is to be kept. */
  isDue(step: number): boolean {
    return step % this.#every === 0 && step > (this.#kept.at(-1)?.step ?? -1);
  }

  add(moment: Moment): void {
    this.#kept.push(moment);
    this.#bytes += bytesOf(moment);
    while (this.#kept.length > 2 && (this.#bytes > MOST_BYTES || this.#kept.length > MOST_MOMENTS)) {
      this.#every *= 2;
      this.#drop((step) => step > 0 && step % this.#every !== 0);
    }
    // Two that are too large for the limit leave the first, from which every step can be repeated.
    if (this.#bytes <= MOST_BYTES) return;
    this.#every = Number.POSITIVE_INFINITY;
    this.#drop((at) => at > 0);
  }

  /** Puts a first moment in the place of the one that is there. */
  begin(moment: Moment): void {
    this.#kept.length = 0;
    this.#bytes = 0;
    this.add(moment);
  }

  /** The last moment at or before a step. */
  before(step: number): Moment {
    return this.#kept.findLast((moment) => moment.step <= step) ?? this.#kept[0];
  }

  /** Forgets the moments after a step. */
  cut(step: number): void {
    this.#drop((at) => at > step);
  }

  /** About `most` of those before a step, the first among them. */
  some(most: number, step: number): Moment[] {
    const earlier = this.#kept.filter((moment) => moment.step < step);
    const stride = Math.ceil(earlier.length / most);
    return earlier.filter((_, i) => i % stride === 0);
  }

  /** The memory that they take. */
  get bytes(): number {
    return this.#bytes;
  }

  #drop(unwanted: (step: number) => boolean): void {
    const rest = this.#kept.filter(({ step }) => !unwanted(step));
    this.#kept.splice(0, this.#kept.length, ...rest);
    this.#bytes = rest.reduce((sum, moment) => sum + bytesOf(moment), 0);
  }
}
