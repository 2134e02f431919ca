/** Standard input as a table: what it can hold, and the files in which it is kept. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";

/** What standard input can hold; it may be compressed. */
export const inputFormats = ["csv", "tsv", "json", "ndjson"] as const;
export type InputFormat = (typeof inputFormats)[number];

/** Files that hold what came from standard input, each in a folder of its own, while a command runs. */
const kept = new Set<string>();

/** Whether a file holds what came from standard input. */
export const isStandardInput = (path: string): boolean => kept.has(path);

export function keep(path: string): void {
  if (kept.size === 0) process.on("exit", removeKept);
  kept.add(path);
}

/** Removes the files when a command is done, or with the process where that ends before. */
export function removeKept(): void {
  for (const path of kept) rmSync(dirname(path), { recursive: true, force: true });
  kept.clear();
  process.off("exit", removeKept);
}
