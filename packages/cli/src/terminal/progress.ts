import { bestEpoch, followed, type Settings, type Task } from "chainrule/tables";
import type { EpochReport, FitResult } from "chainrule/train";
import { progressBar, sparkline } from "./blocks.ts";
import { counted, duration, padStart, significant, widthOfText } from "./format.ts";
import type { Output } from "./output.ts";
import { namedScore, scoreName, scoreText } from "./score.ts";

/** Milliseconds between two pictures of the line. */
const EVERY = 80;
const BAR = 10;
const CURVE = 8;
/** From this width on there is room for a word more. */
const WIDE = 90;

export interface ProgressOptions {
  readonly epochs: number;
  /** Training rows, which each epoch goes through once. */
  readonly rows: number;
  /** It tells which score is shown beside the loss. */
  readonly task: Task;
  /** What tells which epoch is the best. */
  readonly keepBest: Settings["keepBest"];
  /** Epochs that were done before, by a process that was ended. */
  readonly history: readonly EpochReport[];
}

/**
 * Training as it goes: one line that is rewritten where the terminal can do that; elsewhere about ten plain lines.
 */
export class Progress {
  private readonly output: Output;
  private readonly options: ProgressOptions;
  private readonly begun = performance.now();
  private readonly lineEvery: number;
  /** Logarithms of the validation losses, of which the first is often much larger than all others. */
  private readonly losses: number[] = [];
  private shown = 0;
  private last: EpochReport | undefined;
  private best: EpochReport | undefined;

  constructor(output: Output, options: ProgressOptions) {
    this.output = output;
    this.options = options;
    this.lineEvery = Math.ceil(options.epochs / 10);
    for (const report of options.history) this.add(report);
  }

  /** Within an epoch: how far it is, from 0 to 1. */
  batch(epoch: number, part: number): void {
    const now = performance.now();
    if (!this.output.live || now - this.shown < EVERY) return;
    this.shown = now;
    this.output.setStatus(this.line(epoch - 1 + part));
  }

  epoch(report: EpochReport): void {
    this.add(report);
    if (this.output.live) this.batch(report.epoch + 1, 0);
    else if (report.epoch === 1 || report.epoch % this.lineEvery === 0) this.output.say(this.plain(report));
  }

  /** What training came to, in two lines that stay. */
  end({ epochs, best, stopped }: FitResult): void {
    const how =
      stopped === "signal" ? ", stopped by Ctrl-C" : stopped === "patience" ? ", no longer improving" : "";
    const { history, rows } = this.options;
    const mine = epochs - history.length;
    const done = counted(mine, history.length > 0 ? "more epoch" : "epoch");
    const rate = mine > 0 ? `, ${rateOf(mine * rows, this.seconds)}` : "";
    this.output.say(`  ${done} in ${duration(this.seconds)}${rate}${how}`);
    if (!this.best || !best) return;
    const { task } = this.options;
    const reached = `${scoreName(task)} ${scoreText(task, this.metricOf(this.best))}`;
    const reasons = {
      loss: `which had the lowest validation loss: ${reached}`,
      score: `which had the best validation ${reached}`,
      last: `the last, with a validation ${reached}`,
    };
    this.output.say(`  kept epoch ${best.epoch}, ${reasons[this.options.keepBest]}`);
  }

  /** Takes the line away, whatever happened. */
  clear(): void {
    this.output.clearStatus();
  }

  private add(report: EpochReport): void {
    this.last = report;
    this.losses.push(Math.log(report.validationLoss ?? report.loss));
    const { keepBest, task } = this.options;
    this.best = bestEpoch(this.best ? [this.best, report] : [report], keepBest, task);
  }

  /** Since this process began. */
  private get seconds(): number {
    return (performance.now() - this.begun) / 1000;
  }

  private plain(report: EpochReport): string {
    const loss = `loss ${fixedLoss(report.loss)}`;
    const score = `validation ${padStart(this.scoreOf(report), 6)}`;
    return `  epoch ${this.count(report.epoch)}  ${loss}  ${score}  ${duration(this.seconds)}`;
  }

  private count(epoch: number): string {
    const { epochs } = this.options;
    return `${padStart(String(epoch), String(epochs).length)}/${epochs}`;
  }

  private line(done: number): string {
    const { style, unicode, width } = this.output;
    const { epochs, history, rows } = this.options;
    const { last, best } = this;
    const [filled, empty] = progressBar(done / epochs, BAR, unicode);
    const bar = style.green(filled) + style.dim(empty);
    const count = this.count(Math.min(epochs, Math.floor(done) + 1));
    const mine = done - history.length;
    const known = this.seconds >= 0.5 && mine > 0;
    const left = duration((this.seconds / mine) * (epochs - done));
    // From left to right, with the importance: a narrow terminal loses first what matters least.
    const parts: [importance: number, text: string][] = [
      [4, bar],
      [0, width >= WIDE ? `epoch ${count}` : count],
      [1, last ? `loss ${fixedLoss(last.loss)}` : ""],
      [2, last ? `val ${padStart(this.scoreOf(last), 6)}` : ""],
      [5, best ? style.dim(`best ${padStart(String(best.epoch), String(epochs).length)}`) : ""],
      [6, last ? style.cyan(sparkline(this.losses, CURVE, unicode)) : ""],
      [7, known ? style.dim(rateOf(mine * rows, this.seconds)) : ""],
      [3, known ? `${left} left` : ""],
    ];
    let used = 1;
    const fitting = new Set(
      parts
        .toSorted((a, b) => a[0] - b[0])
        .filter(([, text]) => {
          if (text === "" || used + widthOfText(text) + 2 >= width) return false;
          used += widthOfText(text) + 2;
          return true;
        }),
    );
    return `  ${parts
      .filter((part) => fitting.has(part))
      .map(([, text]) => text)
      .join("  ")}`;
  }

  private scoreOf(report: EpochReport): string {
    return namedScore(this.options.task, this.metricOf(report));
  }

  private metricOf({ metrics }: EpochReport): number | null {
    return metrics[followed(this.options.task)] ?? null;
  }
}

/** Of one width as long as it is an ordinary loss, so that the line does not jump. */
const fixedLoss = (loss: number): string => (loss < 100 ? loss.toFixed(4) : significant(loss));

/** `940 rows/s`, `12.3k rows/s`. */
function rateOf(rows: number, seconds: number): string {
  const rate = rows / seconds;
  return `${rate < 10_000 ? Math.round(rate).toLocaleString("en-US") : `${(rate / 1000).toFixed(1)}k`} rows/s`;
}
