/**
 * Where the user is, kept in the address after `#`, so that back, forward and links work. It names an example, its settings, a step
 * and a selection; never data. Rows that a user typed live in the history's entry, not in the address.
 */
import { type Signal, signal } from "@preact/signals";
import {
  activationNames,
  type ExampleName,
  exampleNames,
  optimizerNames,
  type Part,
  type TraceRows,
  type TrainingConfig,
} from "../protocol.ts";

export const screens = ["open", "trace", "train", "health", "compare"] as const;
export type Screen = (typeof screens)[number];

export interface Route {
  readonly screen: Screen;
  readonly example: ExampleName | null;
  /** The settings that differ from the example's own. */
  readonly config: Partial<TrainingConfig>;
  /** The step of training that is looked at; null for the present one. */
  readonly step: number | null;
  readonly rows: TraceRows | null;
  /** What Trace points at, in its own words. */
  readonly cursor: string | null;
}

const nowhere: Route = { screen: "open", example: null, config: {}, step: null, rows: null, cursor: null };

const parts: readonly Part[] = ["training", "validation", "test"];

/** The longest chain of hidden layers, and the widest, that an address may ask for. */
const MOST_LAYERS = 12;
const MOST_UNITS = 4096;

/** The part of an address after `#`. */
export function hashOf(route: Route): string {
  const words = new URLSearchParams();
  const { config, rows } = route;
  const put = (name: string, value: string | number | null | undefined) => {
    if (value !== null && value !== undefined) words.set(name, String(value));
  };
  put("ex", route.example);
  put("hidden", config.hidden && (config.hidden.join("-") || "none"));
  put("act", config.activation);
  put("opt", config.optimizer);
  put("lr", config.lr);
  put("batch", config.batchSize);
  put("decay", config.weightDecay);
  put("drop", config.dropout);
  put("seed", config.seed);
  put("step", route.step);
  if (rows?.kind === "row") put("row", `${rows.part}:${rows.row}`);
  if (rows?.kind === "batch") put("row", `batch:${rows.step}`);
  put("at", route.cursor);
  const query = words.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  return `#/${route.screen}${query === "" ? "" : `?${query}`}`;
}

/** Reads an address. What it does not understand is left out. */
export function parseHash(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const words = new URLSearchParams(query);
  const oneOf = <T extends string>(all: readonly T[], text: string | null): T | undefined =>
    all.find((name) => name === text);
  const number = (name: string, least: number, most: number, whole = false): number | undefined => {
    const text = words.get(name);
    if (text === null || text.trim() === "") return undefined;
    const value = Number(text);
    return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
  };
  const config: Partial<Record<keyof TrainingConfig, unknown>> = {
    hidden: hiddenOf(words.get("hidden")),
    activation: oneOf(activationNames, words.get("act")),
    optimizer: oneOf(optimizerNames, words.get("opt")),
    lr: number("lr", 0, 1e6),
    batchSize: number("batch", 0, 1e9, true),
    weightDecay: number("decay", 0, 1e6),
    dropout: number("drop", 0, 0.99),
    seed: number("seed", 0, Number.MAX_SAFE_INTEGER, true),
  };
  for (const name of Object.keys(config) as (keyof TrainingConfig)[])
    if (config[name] === undefined) delete config[name];
  return {
    screen: oneOf(screens, path) ?? "open",
    example: oneOf(exampleNames, words.get("ex")) ?? null,
    config: config as Partial<TrainingConfig>,
    step: number("step", 0, 1e9, true) ?? null,
    rows: rowsOf(words.get("row")),
    cursor: words.get("at")?.slice(0, 100) ?? null,
  };
}

function hiddenOf(text: string | null): number[] | undefined {
  if (text === null) return undefined;
  if (text === "none") return [];
  const widths = text.split("-").map(Number);
  const fine = widths.every((n) => Number.isInteger(n) && n >= 1 && n <= MOST_UNITS);
  return fine && widths.length <= MOST_LAYERS ? widths : undefined;
}

function rowsOf(text: string | null): TraceRows | null {
  const [kind = "", place = ""] = (text ?? "").split(":");
  const n = Number(place);
  if (!/^\d{1,9}$/.test(place)) return null;
  if (kind === "batch") return { kind: "batch", step: n };
  const part = parts.find((name) => name === kind);
  return part ? { kind: "row", part, row: n } : null;
}

/** The present place. Change it by `go`. */
export const route: Signal<Route> = signal(here());

function here(): Route {
  if (typeof location === "undefined") return nowhere;
  const typed = (history.state as { rows?: TraceRows } | null)?.rows;
  const found = parseHash(location.hash);
  return typed ? { ...found, rows: typed } : found;
}

/**
 * Goes to another place: what is not named stays as it is.
 *
 * @param options - `replace` puts it in the place of the present entry of the history: for scrubbing, where no one wants to go back
 * through each position
 */
export function go(change: Partial<Route>, options: { replace?: boolean } = {}): void {
  const next = { ...route.peek(), ...change };
  const state = next.rows?.kind === "typed" ? { rows: next.rows } : null;
  const hash = hashOf(next);
  const same = hash === hashOf(route.peek());
  route.value = next;
  if (options.replace || same) replaceSoon(state, hash);
  else {
    replaceNow();
    history.pushState(state, "", hash);
  }
}

/** Browsers slow pages down that write their address more than about three times a second, as scrubbing would. */
let waiting: { state: unknown; hash: string } | null = null;
let lastWrite = 0;
const QUIET = 300;

function replaceSoon(state: unknown, hash: string): void {
  const idle = waiting === null;
  waiting = { state, hash };
  if (!idle) return;
  const rest = lastWrite + QUIET - performance.now();
  if (rest <= 0) replaceNow();
  else setTimeout(replaceNow, rest);
}

function replaceNow(): void {
  if (waiting === null) return;
  history.replaceState(waiting.state, "", waiting.hash);
  waiting = null;
  lastWrite = performance.now();
}

/** Listens to back, forward and addresses that are typed. Called once, by the page. */
export function followAddress(): void {
  addEventListener("popstate", () => {
    waiting = null;
    route.value = here();
  });
  addEventListener("pagehide", replaceNow);
}
