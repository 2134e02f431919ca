import type { FinishOptions, GivenSettings, SplitKind, TargetTransform, Task } from "chainrule/tables";
import type { TypeOverride } from "../sources/index.ts";
import type { InputFormat } from "../sources/input.ts";

/** How rows are cut, and what is measured on those that the model was not trained on. */
export interface CutOptions {
  readonly split?: SplitKind;
  readonly calibrationSize?: number;
  readonly calibrate?: "auto" | "always" | "never";
  readonly threshold?: number | "f1" | "youden";
}

/** What every command that trains is told; what is undefined follows from the data. */
export interface LearningOptions extends CutOptions, GivenSettings {
  readonly target: string;
  readonly task: Task | "auto";
  readonly validationSize: number;
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly weights?: string;
  readonly targetTransform?: TargetTransform;
  readonly missing: readonly string[];
  readonly types?: readonly TypeOverride[];
  /** A query that gives the table. */
  readonly sql?: string;
  /** What standard input holds. */
  readonly format?: InputFormat;
  readonly seed: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The options of `chainrule train`. */
export interface TrainOptions extends LearningOptions {
  readonly test?: string;
  readonly testSize: number;
  /** Take the learning rate that a range test finds. */
  readonly findLr?: boolean;
  /** Write event files for TensorBoard. */
  readonly tensorboard: boolean;
  /** Least seconds between two checkpoints. */
  readonly checkpointEvery: number;
  readonly out?: string;
}

/** What was asked of `train`, without where and how to say it. */
export type Asked = Omit<TrainOptions, "out" | "json" | "quiet" | "format">;

/** What completes a model, by the options. */
export const finishOf = ({ calibrate = "auto", threshold }: CutOptions): FinishOptions => ({
  calibrate: calibrate === "auto" ? "auto" : calibrate === "always",
  threshold,
});
