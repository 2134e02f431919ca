/**
 * Runs the code of the documentation, and holds every result that it states to what is computed: the `ts` blocks of pages and the
 * examples in the comments of the library. `npm run docs:code` runs all of them, `npm run docs:code -- FILE…` those of some files.
 * Types are checked as well. What a program may say of its values stands in code-blocks/rewrite.ts.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Program, programsOfPage, programsOfSource } from "./code-blocks/blocks.ts";
import { origins } from "./code-blocks/imports.ts";
import { reads, shown } from "./code-blocks/matches.ts";
import { moduleOf } from "./code-blocks/rewrite.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const named = process.argv.slice(2).map((file) => relative(root, file) || file);
const files =
  named.length > 0
    ? named
    : globSync(["README.md", "docs/*.md", "packages/*/README.md", "packages/chainrule/src/**/*.ts"], {
        cwd: root,
      })
        .filter((file) => !file.endsWith(".test.ts"))
        .sort();

const programs = files.flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8");
  return file.endsWith(".md") ? programsOfPage(file, text) : programsOfSource(file, text);
});

// Modules lie in the checkout, where they find the packages, and run in a folder of their own with the bundled tables.
const modules = mkdtempSync(join(root, "docs", ".code-"));
const folder = mkdtempSync(join(tmpdir(), "chainrule-code-"));
/** What is wrong, by program. */
const failures = new Map<Program | string, string[]>();
const fail = (program: Program | string, text: string): void =>
  void failures.set(program, [...(failures.get(program) ?? []), text]);
const place = (program: Program, line?: number): string =>
  `${program.file}:${line ?? program.lines[0].number}`;

try {
  for (const file of globSync("packages/cli/data/*.csv", { cwd: root }))
    cpSync(join(root, file), join(folder, file.split("/").at(-1) as string));
  if (programs.some(({ lines }) => lines.some(({ text }) => text.includes("penguins-1")))) makeRun();
  const from = await origins();
  const fileOf = programs.map((program, at) => {
    const file = join(modules, `${at}.ts`);
    writeFileSync(file, moduleOf(program, from));
    return file;
  });
  checkTypes();
  process.chdir(folder);
  await runAll(fileOf);
} finally {
  rmSync(modules, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

for (const texts of failures.values()) console.error(`${texts.join("\n")}\n`);
console.log(
  `${programs.length - failures.size} passed, ${failures.size} failed: programs of ${files.length} files of the documentation`,
);
process.exit(failures.size === 0 ? 0 : 1);

/** The run that pages speak of, and its types, as docs/tables.md makes them. */
function makeRun(): void {
  const types = join(modules, "penguins.ts");
  for (const words of [
    ["train", "penguins.csv", "--target", "species"],
    ["types", "runs/penguins-1", "--out", types],
  ]) {
    const args = ["--conditions=@chainrule/source", join(root, "packages/cli/src/main.ts"), ...words];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }
}

function checkTypes(): void {
  writeFileSync(
    join(modules, "checks.d.ts"),
    `declare function __is(line: number, said: string, value: unknown): void;
declare function __prints(line: number, said: string, ...values: unknown[]): void;
declare function __throws(line: number, said: string, run: () => Promise<void>): Promise<void>;\n`,
  );
  writeFileSync(
    join(modules, "tsconfig.json"),
    JSON.stringify({
      extends: "../../tsconfig.base.json",
      compilerOptions: { noEmit: true, noUnusedLocals: false, noUnusedParameters: false, types: ["node"] },
      include: ["*.ts"],
    }),
  );
  const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", modules, "--pretty", "false"], {
    encoding: "utf8",
  });
  for (const line of stdout.split("\n")) {
    const [, at, row, said] = /(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const program = programs[Number(at)];
    if (said === undefined || program === undefined) {
      if (/error TS/.test(line)) fail("types", line);
      continue;
    }
    fail(program, `${place(program, program.lines[Number(row) - 2]?.number)}: ${said}`);
  }
}

async function runAll(fileOf: readonly string[]): Promise<void> {
  const { manualSeed } = await import("chainrule");
  const printed = console.log;
  for (const [at, program] of programs.entries()) {
    const say = (line: number, text: string): void => fail(program, `${place(program, line)}: ${text}`);
    const is = (line: number, said: string, actual: string): void => {
      if (!reads(said, actual)) say(line, `the page says\n  ${said}\nand it is\n  ${actual}`);
    };
    Object.assign(globalThis, {
      __is: (line: number, said: string, value: unknown) => is(line, said, shown(value)),
      __prints: (line: number, said: string, ...values: unknown[]) =>
        is(line, said, values.map((value) => (typeof value === "string" ? value : shown(value))).join(" ")),
      async __throws(line: number, said: string, run: () => Promise<void>) {
        const error = await run().then(
          () => undefined,
          (thrown: unknown) => thrown as { code?: string; message?: string },
        );
        const text = `${error?.code ?? ""}: ${error?.message ?? error}`;
        if (error === undefined) say(line, "the page says that this throws, and it does not");
        else if (!reads(`…${said}…`, text))
          say(line, `the page says\n  ${said}\nand the error is\n  ${text}`);
      },
    });
    // Examples are to be the same alone and in a row.
    manualSeed(0);
    console.log = () => {};
    try {
      await import(pathToFileURL(fileOf[at]).href);
    } catch (thrown) {
      const error = thrown as Error;
      const row = new RegExp(`[\\\\/]${at}\\.ts:(\\d+)`).exec(error.stack ?? "")?.[1];
      say(program.lines[Number(row) - 2]?.number ?? program.lines[0].number, `${error.message ?? error}`);
    } finally {
      console.log = printed;
    }
  }
}
