/** What a run wrote down of its training. */
import type { RunSummary } from "../../protocol.ts";
import type { RunConfig } from "./run.ts";

/** Of a run's files: how its training went. */
export interface RunHistory {
  readonly curve: RunSummary["curve"];
  readonly steps: number;
  readonly seconds: number;
  readonly score: number;
  readonly loss: number;
}

const MOST_EPOCHS = 10_000;
/** Larger files than any training writes are not looked at. */
const MOST_BYTES = 16 << 20;

const numberOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;

/** Lines of JSON objects. One that was cut off is none. */
function recordsIn(bytes: Uint8Array | undefined): Record<string, unknown>[] {
  if (bytes === undefined || bytes.length > MOST_BYTES) return [];
  const lines = new TextDecoder().decode(bytes).split("\n").slice(0, MOST_EPOCHS);
  return lines.flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return typeof parsed === "object" && parsed !== null ? [parsed as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}

/** The history of a run; null where it has none that can be read. It is extra: what is wrong with it stops nobody. */
export function historyOf(
  { settings, trainingRows }: RunConfig,
  history: Uint8Array | undefined,
  scores: Uint8Array | undefined,
): RunHistory | null {
  const epochs = recordsIn(history).filter(
    ({ epoch, loss }) => numberOf(epoch) > 0 && !Number.isNaN(numberOf(loss)),
  );
  if (epochs.length === 0) return null;
  const batch = numberOf(settings.batchSize);
  const perEpoch = batch > 0 && trainingRows > 0 ? Math.ceil(trainingRows / batch) : 1;
  const validation = epochs.map(({ validationLoss }) => numberOf(validationLoss));
  const test = scoresIn(scores);
  return {
    curve: {
      steps: epochs.map(({ epoch }) => numberOf(epoch) * perEpoch),
      training: epochs.map(({ loss }) => numberOf(loss)),
      validation: validation.some(Number.isFinite) ? validation : [],
    },
    steps: epochs.length * perEpoch,
    seconds: epochs.reduce((sum, { seconds }) => sum + (numberOf(seconds) || 0), 0),
    score: numberOf(test.accuracy ?? test.r2),
    loss: validation.at(-1) ?? Number.NaN,
  };
}

function scoresIn(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined || bytes.length > MOST_BYTES) return {};
  try {
    const parsed = JSON.parse(new TextDecoder().decode(bytes)) as { test?: unknown } | null;
    return (parsed?.test ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
