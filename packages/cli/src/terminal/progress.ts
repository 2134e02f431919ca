import type { EpochReport, FitResult } from "chainrule/train";
import { counted, duration, padStart, percent, significant, widthOfText } from "./format.ts";
import type { Output } from "./output.ts";

/** Milliseconds between two pictures of the line. */
const EVERY = 80;
const BAR = 16;

/**
 * Training as it goes: one line that is rewritten where the terminal can do that; elsewhere about ten plain lines.
 */
export class Progress {
  private readonly output: Output;
  private readonly epochs: number;
  private readonly score: string;
  private readonly begun = performance.now();
  private readonly lineEvery: number;
  private shown = 0;
  private last: EpochReport | undefined;
  private best: EpochReport | undefined;

  /** @param score the metric to show beside the loss: "accuracy" or "r2" */
  constructor(output: Output, epochs: number, score: "accuracy" | "r2") {
    this.output = output;
    this.epochs = epochs;
    this.score = score;
    this.lineEvery = Math.ceil(epochs / 10);
  }

  /** Within an epoch: how far it is, from 0 to 1. */
  batch(epoch: number, part: number): void {
    const now = performance.now();
    if (!this.output.live || now - this.shown < EVERY) return;
    this.shown = now;
    this.output.setStatus(this.line(epoch - 1 + part));
  }

  epoch(report: EpochReport): void {
    this.last = report;
    if (this.best === undefined || (report.validationLoss ?? 0) < (this.best.validationLoss ?? 0))
      this.best = report;
    if (this.output.live) this.batch(report.epoch + 1, 0);
    else if (report.epoch === 1 || report.epoch % this.lineEvery === 0) this.output.say(this.plain(report));
  }

  /** What training came to, in two lines that stay; nothing where it came to nothing. */
  end({ epochs, best, stopped }: FitResult): void {
    const kept = this.best;
    if (!kept || !best) return;
    const how =
      stopped === "signal" ? ", stopped by Ctrl-C" : stopped === "patience" ? ", no longer improving" : "";
    const seconds = duration((performance.now() - this.begun) / 1000);
    const score = this.scoreOf(kept);
    const reached = this.score === "accuracy" ? `accuracy ${score}` : score;
    this.output.say(`  ${counted(epochs, "epoch")} in ${seconds}${how}`);
    this.output.say(`  kept epoch ${best.epoch}, which had the lowest validation loss: ${reached}`);
  }

  /** Takes the line away, whatever happened. */
  clear(): void {
    this.output.clearStatus();
  }

  private plain(report: EpochReport): string {
    const seconds = (performance.now() - this.begun) / 1000;
    const count = `${padStart(String(report.epoch), String(this.epochs).length)}/${this.epochs}`;
    return `  epoch ${count}  ${this.figures(report).join("  ")}  ${duration(seconds)}`;
  }

  private line(done: number): string {
    const { style, width } = this.output;
    const epoch = Math.min(this.epochs, Math.floor(done) + 1);
    const filled = Math.round((BAR * done) / this.epochs);
    const bar = style.green("━".repeat(filled)) + style.dim("━".repeat(BAR - filled));
    const count = `epoch ${padStart(String(epoch), String(this.epochs).length)}/${this.epochs}`;
    const parts = [count, ...(this.last ? this.figures(this.last) : []), this.timeLeft(done)];
    // What is last is least: a narrow terminal loses it first, and the bar before everything.
    let used = 0;
    const fitting = parts.filter((part) => {
      used += widthOfText(part) + 2;
      return used < width - 1;
    });
    const withBar = used + BAR + 2 < width - 1;
    return `  ${withBar ? `${bar}  ` : ""}${fitting.join("  ")}`;
  }

  private figures(report: EpochReport): string[] {
    return [`loss ${fixedLoss(report.loss)}`, `validation ${padStart(this.scoreOf(report), 6)}`];
  }

  private scoreOf(report: EpochReport): string {
    const score = report.metrics[this.score];
    return this.score === "accuracy" ? percent(score) : `R² ${score.toFixed(3)}`;
  }

  private timeLeft(done: number): string {
    const seconds = (performance.now() - this.begun) / 1000;
    if (seconds < 0.5 || done <= 0) return "";
    return `${duration((seconds / done) * (this.epochs - done))} left`;
  }
}

/** Of one width as long as it is an ordinary loss, so that the line does not jump. */
const fixedLoss = (loss: number): string => (loss < 100 ? loss.toFixed(4) : significant(loss));
