/** The programs of the documentation: the code blocks of a page, and the examples in the comments of a source file. */

/** A program of a page or a comment. Lines keep their places, so that what goes wrong can name its line. */
export interface Program {
  readonly file: string;
  /** Its lines, each with its number in the file, from 1. */
  readonly lines: readonly Line[];
}

export interface Line {
  readonly number: number;
  readonly text: string;
}

/**
 * The programs of a page: its `ts` blocks are one program, read from top to bottom; `<!-- fresh -->` before a block begins a new one,
 * and `<!-- not run: reason -->` leaves a block out.
 */
export function programsOfPage(file: string, text: string): Program[] {
  const programs: Line[][] = [[]];
  let block: Line[] | undefined;
  let before = "";
  for (const [at, line] of text.split("\n").entries()) {
    if (block === undefined) {
      if (/^```ts\b/.test(line)) {
        block = [];
        if (/^<!-- fresh -->/.test(before)) programs.push([]);
        // What is left out is read nevertheless, and forgotten.
        if (!/^<!-- not run: .+ -->/.test(before)) block = programs.at(-1) as Line[];
      } else if (line.trim() !== "") before = line;
    } else if (/^```\s*$/.test(line)) {
      block = undefined;
      before = "";
    } else block.push({ number: at + 1, text: line });
  }
  return programs.filter((lines) => lines.length > 0).map((lines) => ({ file, lines }));
}

/** The examples of a source file: what stands after `@example` in its documentation comments. */
export function programsOfSource(file: string, text: string): Program[] {
  const programs: Program[] = [];
  let lines: Line[] | undefined;
  let inside = false;
  const end = () => {
    const code = lines?.filter(({ text }) => !/^```/.test(text)) ?? [];
    if (code.some(({ text }) => text.trim() !== "")) programs.push({ file, lines: code });
    lines = undefined;
  };
  for (const [at, line] of text.split("\n").entries()) {
    if (/^\s*\/\*\*/.test(line)) inside = true;
    if (!inside) continue;
    const content = line.replace(/^\s*\*\/.*|\s*\*\/.*$/, "").replace(/^\s*\/?\*+ ?/, "");
    if (/^@\w+/.test(content)) {
      end();
      if (/^@example\b/.test(content)) lines = [];
    } else lines?.push({ number: at + 1, text: content });
    if (line.includes("*/")) {
      end();
      inside = false;
    }
  }
  return programs;
}
