import { useEffect, useState } from "preact/hooks";
import { formatCount, formatNumber, formatPercent } from "../../parts/number.ts";
import type { Project } from "../../protocol.ts";
import { curve, progress, project } from "../../state/studio.ts";

/** How often a training that runs is spoken of, ms. */
const PACE = 6000;

/** A sentence on where training is, for screen readers: when it starts and stops, after each single step, and now and then between. */
export function Spoken() {
  const [sentence, setSentence] = useState("");
  const running = progress.value?.running ?? false;
  const still = running ? -1 : (progress.value?.step ?? 0);
  useEffect(() => {
    const say = (): void => setSentence(sentenceOf());
    // After a burst of single steps, the last one is spoken.
    const soon = setTimeout(say, 300);
    const often = running ? setInterval(say, PACE) : 0;
    return () => {
      clearTimeout(soon);
      clearInterval(often);
    };
  }, [running, still]);
  return (
    <p class="unseen" aria-live="polite">
      {sentence}
    </p>
  );
}

function sentenceOf(): string {
  const [now, open] = [progress.peek(), project.peek()];
  if (!now || !open) return "";
  const { losses, measured } = curve.peek();
  const last = losses[losses.length - 1];
  const score = measured[measured.length - 1];
  return [
    `${now.running ? "Training" : "Paused"} at step ${formatCount(now.step)}.`,
    last === undefined ? "" : `Loss of the last step ${formatNumber(last)}.`,
    score ? `${scoreWords(open)} ${formatScore(open, score.training.score)} on the training rows.` : "",
    now.fault ? `${now.fault.problem} ${now.fault.remedy}` : "",
  ].join(" ");
}

export const scoreWords = ({ task }: Pick<Project, "task">): string =>
  task === "classification" ? "Accuracy" : "R²";
export const formatScore = ({ task }: Pick<Project, "task">, score: number): string =>
  // R² of a single row is none.
  task === "classification" ? formatPercent(score) : Number.isNaN(score) ? "–" : formatNumber(score);
