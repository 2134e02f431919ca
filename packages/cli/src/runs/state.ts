import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceWhole } from "./folder.ts";
import { holderOf } from "./lock.ts";
import { names } from "./names.ts";

/** `state.json` of a run: how far it came, as the process that trains it last said. */
export interface RunState {
  /** A run that says "running" without a process that trains it has crashed. */
  readonly state: "running" | "stopped" | "failed" | "done";
  /** When that was said. */
  readonly at: string;
  /** Why a run failed. */
  readonly error?: string;
}

/** How a run stands, to whoever looks at it. */
export type Standing = RunState["state"] | "crashed";

export const stateText = (state: RunState["state"], error?: string): string =>
  `${JSON.stringify({ state, at: new Date().toISOString(), ...(error === undefined ? {} : { error }) })}\n`;

export const writeState = (folder: string, state: RunState["state"], error?: string): Promise<void> =>
  replaceWhole(join(folder, names.state), stateText(state, error));

/** How a run stands. Without a file that says it, it crashed. */
export async function standingOf(folder: string): Promise<Standing> {
  if ((await holderOf(folder)) !== null) return "running";
  const state = await stateOf(folder);
  return state === null || state === "running" ? "crashed" : state;
}

/** What the state's file says; null where there is none, or none that is whole. */
export async function stateOf(folder: string): Promise<RunState["state"] | null> {
  try {
    const { state } = JSON.parse(await readFile(join(folder, names.state), "utf8")) as Partial<RunState>;
    return ["running", "stopped", "failed", "done"].includes(state as string)
      ? (state as RunState["state"])
      : null;
  } catch {
    return null;
  }
}
