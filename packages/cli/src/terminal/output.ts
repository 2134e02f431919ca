import type { Io, OutputStream } from "../io.ts";
import { counted, padEnd, wrap } from "./format.ts";
import { isLive, isUnicode, type Style, styleFor, widthOf } from "./style.ts";

export interface OutputOptions {
  /** The result goes to standard output as JSON, and what is for people to standard error. */
  readonly json?: boolean;
  /** Say nothing to people. */
  readonly quiet?: boolean;
}

/** The width of the names at the left of a command's heading. */
const LABEL = 10;

/** What a command says: lines for people on one stream, the result for programs on standard output. */
export class Output {
  readonly style: Style;
  readonly width: number;
  /** Whether the line at the bottom can be rewritten. */
  readonly live: boolean;
  /** Whether signs beyond ASCII can be printed. */
  readonly unicode: boolean;
  private readonly human: OutputStream;
  private readonly io: Io;
  private readonly quiet: boolean;
  private status = "";

  constructor(io: Io, { json = false, quiet = false }: OutputOptions = {}) {
    this.io = io;
    this.quiet = quiet;
    this.human = json ? io.stderr : io.stdout;
    this.style = styleFor(this.human, io.env);
    this.width = widthOf(this.human, io.env);
    this.unicode = isUnicode(io.env);
    this.live = !quiet && isLive(this.human, io.env);
  }

  /** A line for people. */
  say(line = ""): void {
    if (this.quiet) return;
    this.clearStatus();
    this.human.write(`${line}\n`);
  }

  /** A name and what it is, indented, in as many lines as it takes. */
  fact(name: string, text: string): void {
    const lines = wrap(text, this.width - LABEL - 3);
    lines.forEach((line, i) => {
      this.say(`  ${this.style.dim(padEnd(i === 0 ? name : "", LABEL))} ${line}`);
    });
  }

  /** Something that the user should know, though all goes on. */
  warn(text: string): void {
    for (const [i, line] of wrap(text, this.width - 4).entries())
      this.say(this.style.yellow(`  ${i === 0 ? "! " : "  "}${line}`));
  }

  /** Rewrites the line, or lines, at the bottom of a terminal; elsewhere it does nothing. */
  setStatus(text: string): void {
    if (!this.live || text === this.status) return;
    const lines = text.split("\n").map((line) => `${line}\x1b[K`);
    this.human.write(`${this.toStatus()}${lines.join("\n")}`);
    this.status = text;
  }

  clearStatus(): void {
    if (this.status === "") return;
    this.human.write(`${this.toStatus()}\x1b[K`);
    this.status = "";
  }

  /** Goes to the beginning of the status, and takes away what is below its first line. */
  private toStatus(): string {
    const below = this.status.split("\n").length - 1;
    return below === 0 ? "\r" : `\x1b[${below}A\r\x1b[J`;
  }

  /** The result for programs: one line of JSON on standard output. */
  result(value: unknown): void {
    this.io.stdout.write(`${JSON.stringify(value)}\n`);
  }
}

/** Says how far reading is. */
export const sayReading =
  (output: Output) =>
  (rows: number): void =>
    output.setStatus(`  reading … ${counted(rows, "row")}`);
