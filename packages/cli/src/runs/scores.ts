import { join } from "node:path";
import { ChainruleError } from "chainrule";
import type { CalibrationReport, PlanEvaluation, Scores } from "chainrule/tables";
import { readJson } from "./files.ts";
import { names } from "./names.ts";

/** `scores.json` of a run. */
export interface RunScores {
  readonly test: Scores;
  readonly baselines: PlanEvaluation["baselines"];
  readonly risk: PlanEvaluation["risk"];
  readonly coverage: PlanEvaluation["coverage"];
  readonly calibration: CalibrationReport | null;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly stopped: string;
  readonly seconds: number;
}

/**
 * The scores of a run that came to its end.
 *
 * @throws ChainruleError `file` where they can not be read
 */
export async function readScores(folder: string): Promise<RunScores> {
  const path = join(folder, names.scores);
  const remedy = `\`chainrule resume ${folder}\` makes them again.`;
  const absent = (cause: unknown): ChainruleError =>
    new ChainruleError("file", `${path} does not exist.`, remedy, { cause });
  const scores = (await readJson(path, { remedy, absent })) as Partial<
    Record<keyof RunScores, unknown>
  > | null;
  const numbers = [scores?.epochs, scores?.bestEpoch, scores?.seconds];
  if (isScores(scores?.test) && numbers.every(Number.isFinite)) return scores as unknown as RunScores;
  throw new ChainruleError("file", `${path} holds no scores.`, remedy);
}

/** Whether there is what scores are told by. */
function isScores(value: unknown): value is Scores {
  const { task, accuracy, r2 } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (task === "classification") return typeof accuracy === "number";
  return task === "regression" && (r2 === null || typeof r2 === "number");
}
