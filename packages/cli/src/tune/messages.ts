import type { Plan, Settings } from "chainrule/tables";
import type { EpochReport } from "chainrule/train";

/** What the search and its workers say to each other: plain data that goes from thread to thread. */

/** What a worker is made with. */
export interface WorkerStart {
  /** The plan without its test rows: a search does not see them. */
  readonly plan: Plan;
}

/** Training of a trial up to an epoch, from its checkpoint where there is one. */
export interface TrainTrial {
  readonly kind: "train";
  readonly settings: Settings;
  /** Complete epochs to come to. */
  readonly epochs: number;
  /** The file of the checkpoint, which is written anew. */
  readonly checkpoint: string;
}

export type ToWorker = TrainTrial | { readonly kind: "stop" };

/** How a trial stands at the end of a rung. */
export interface TrialState {
  readonly epochs: number;
  readonly bestEpoch: number;
  /** How good the kept epoch is, as `meritOf` says; null where training failed. */
  readonly score: number | null;
  /** Accuracy or R² of the validation rows, and their loss, at the best epoch. */
  readonly metric: number | null;
  readonly loss: number | null;
  /** Seconds of all its epochs. */
  readonly seconds: number;
  /** Why training failed. */
  readonly error?: string;
}

export type FromWorker =
  | { readonly kind: "epoch"; readonly report: EpochReport }
  | { readonly kind: "done"; readonly state: TrialState }
  /** Stopped within the rung; what was trained is in the checkpoint. */
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly error: Failure };

/** An error in its parts: its class is lost between threads. */
export interface Failure {
  readonly code: string | null;
  readonly problem: string;
  readonly remedy: string;
}
