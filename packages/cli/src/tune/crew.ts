import { Worker } from "node:worker_threads";
import { ChainruleError, type ErrorCode } from "chainrule";
import type { Column, Plan, Table } from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import type { Failure, FromWorker, ToWorker, TrainTrial, TrialState } from "./messages.ts";

/** The worker's program beside this file: the source, or what it was compiled to. */
const program = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
const execArgv = import.meta.url.endsWith(".ts") ? ["--conditions=@chainrule/source"] : [];

/** A worker that trains trials, one at a time. */
export class Trainer {
  readonly #worker: Worker;

  constructor(plan: Plan) {
    this.#worker = new Worker(program, {
      workerData: { plan },
      // Options of the process that are not for workers would be refused.
      execArgv,
      name: "chainrule-tune",
    });
    // Errors are those of the job at hand; without one there is nobody to tell.
    this.#worker.on("error", () => {});
  }

  /**
   * Trains a trial up to the end of a rung.
   *
   * @param onEpoch is told of each epoch
   * @returns null when it was stopped
   */
  train(job: Omit<TrainTrial, "kind">, onEpoch: (report: EpochReport) => void): Promise<TrialState | null> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const onMessage = (message: FromWorker): void => {
        if (message.kind === "epoch") {
          onEpoch(message.report);
          return;
        }
        release();
        if (message.kind === "done") resolve(message.state);
        else if (message.kind === "stopped") resolve(null);
        else reject(errorOf(message.error));
      };
      const onError = (error: unknown): void => {
        release();
        reject(error);
      };
      const onExit = (code: number): void => onError(new Error(`a worker ended with code ${code}`));
      const release = (): void => {
        worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      };
      worker.on("message", onMessage).on("error", onError).on("exit", onExit);
      this.#say({ kind: "train", ...job });
    });
  }

  /** Ends the training at hand after its step; it is saved. */
  stop(): void {
    this.#say({ kind: "stop" });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

function errorOf({ code, problem, remedy }: Failure): Error {
  return code === null ? new Error(problem) : new ChainruleError(code as ErrorCode, problem, remedy);
}

/**
 * A plan for workers: without its test rows, which a search must not see, and with its columns in memory that threads share, so that
 * there is one copy however many there are.
 */
export function planForWorkers(plan: Plan): Plan {
  const nothing = new Int32Array(0);
  const table = { ...plan.table, columns: plan.table.columns.map(sharedColumn) } satisfies Table;
  return {
    ...plan,
    table,
    split: { ...plan.split, calibration: nothing, test: nothing },
    test: { table, rows: nothing },
  };
}

function sharedColumn(column: Column): Column {
  if (column.type === "text") {
    const codes = new Int32Array(new SharedArrayBuffer(column.codes.byteLength));
    codes.set(column.codes);
    return { ...column, codes };
  }
  const values = new Float64Array(new SharedArrayBuffer(column.values.byteLength));
  values.set(column.values);
  return { ...column, values };
}
