import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import type { TrainingOptimizer } from "../../train/index.ts";

/**
 * The share of the highest value at a moment t of training, 0 ≤ t ≤ 1.
 *
 * "coslog4": ½ (1 − cos(2π log₂(1 + 15 t))): four waves, each as long as all before it together, from 0 to 0 (RealMLP, arXiv
 * 2407.04491).
 */
export const courses = {
  coslog4: (t) => 0.5 * (1 - Math.cos(2 * Math.PI * Math.log2(1 + 15 * t))),
  /** Up along a line over the first tenth, then down along a cosine. Not from zero: the first step should do something. */
  "one-cycle": (t) => (t < 0.1 ? 0.1 + 9 * t : cosine((t - 0.1) / 0.9)),
  cosine: (t) => cosine(t),
  /** Whole for the first half, then down along a cosine. */
  "flat-cosine": (t) => (t < 0.5 ? 1 : cosine(2 * t - 1)),
  /** Cosines of lengths 1, 2, 4 and 8. */
  "warm-restarts": (t) =>
    cosine(Math.min(1, (15 * t + 1) / 2 ** Math.min(3, Math.floor(Math.log2(15 * t + 1))) - 1)),
  /** Eight triangles. */
  cyclic: (t) => 1 - Math.abs(((8 * t) % 1) * 2 - 1),
  linear: (t) => 1 - t,
  polynomial: (t) => (1 - t) ** 2,
  /** To a hundredth. */
  exponential: (t) => 0.01 ** t,
  /** A tenth after each third. */
  step: (t) => 0.1 ** Math.min(2, Math.floor(3 * t)),
  constant: () => 1,
} as const satisfies Record<string, (t: number) => number>;

const cosine = (t: number): number => 0.5 * (1 + Math.cos(Math.PI * t));

export type CourseName = keyof typeof courses;
/** How learning rates go over a training: one of {@link scheduleNames}. */
export type ScheduleName = CourseName | "plateau";
export const courseNames = Object.keys(courses) as CourseName[];
/**
 * How learning rates go over a training, as shares of `lr` at a share t of it:
 *
 * - "coslog4": ½ (1 − cos(2π log₂(1 + 15 t))), four waves, each as long as all before it together (RealMLP, arXiv 2407.04491)
 * - "one-cycle": up from a tenth along a line over the first tenth, then down along a cosine
 * - "cosine": ½ (1 + cos(π t))
 * - "flat-cosine": whole for the first half, then down along a cosine
 * - "warm-restarts": cosines of lengths 1, 2, 4 and 8
 * - "cyclic": eight triangles
 * - "linear": 1 − t
 * - "polynomial": (1 − t)²
 * - "exponential": 0.01ᵗ
 * - "step": a tenth after each third
 * - "constant": 1
 * - "plateau": a fifth of what it was whenever the validation loss has not fallen for a tenth of the epochs (at least two)
 */
export const scheduleNames: readonly ScheduleName[] = [...courseNames, "plateau"];

/** How dropout and weight decay go over a training: as they are, or whole for the first half and then down to nothing along a cosine. */
export const fadeNames = ["constant", "flat-cosine"] as const;
/** One of {@link fadeNames}. */
export type FadeName = (typeof fadeNames)[number];

export interface CourseOptions {
  readonly schedule: ScheduleName;
  readonly weightDecaySchedule: FadeName;
  readonly dropoutSchedule: FadeName;
}

interface Rated {
  lr: number;
  weightDecay: number;
}

/**
 * Sets learning rates (not those of "plateau"), weight decays and dropout by the share of training that is done, as `fit` wants it
 * for `anneal`. What they are when this is called is their highest.
 */
export function courseOf(
  optimizer: TrainingOptimizer,
  network: nn.Module,
  { schedule, weightDecaySchedule, dropoutSchedule }: CourseOptions,
): (progress: number) => void {
  const groups = optimizer.paramGroups as unknown as Rated[];
  const highest = groups.map(({ lr, weightDecay }) => ({ lr, weightDecay }));
  const dropouts = network.modules().filter((layer) => layer instanceof nn.Dropout);
  const shares = dropouts.map(({ p }) => p);
  // Never quite 0, which would be another program.
  const fade = (name: FadeName, t: number): number => Math.max(1e-9, courses[name](t));
  return (t) => {
    groups.forEach((group, i) => {
      if (schedule !== "plateau") group.lr = highest[i].lr * courses[schedule](t);
      group.weightDecay = highest[i].weightDecay * fade(weightDecaySchedule, t);
    });
    dropouts.forEach((layer, i) => {
      layer.p = shares[i] * fade(dropoutSchedule, t);
    });
  };
}

/** Lowers all rates to a fifth when the validation loss has not fallen for a tenth of the epochs. To be stepped after each epoch. */
export const plateau = (optimizer: TrainingOptimizer, epochs: number): optim.ReduceLROnPlateau =>
  new optim.ReduceLROnPlateau(optimizer, { factor: 0.2, patience: Math.max(2, Math.round(epochs / 10)) });
