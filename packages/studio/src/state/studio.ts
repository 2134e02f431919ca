/** What is open and how its training goes: signals that screens read, and actions that they call. Actions never throw: they set `failure`. */
import { batch, signal } from "@preact/signals";
import { proxy, type Remote, transfer } from "comlink";
import { formatCount } from "../parts/number.ts";
import type {
  ColumnChoice,
  ExampleName,
  Opened,
  Progress,
  Project,
  StudioWorker,
  TrainingConfig,
} from "../protocol.ts";
import { type Curve, CurveStore, emptyCurve } from "./curve.ts";
import { type Failure, failureOf } from "./failure.ts";
import { go, type Route, route, type Screen } from "./route.ts";
import { lateWorker } from "./worker.ts";

/** A table whose target is still to be chosen. */
export type AwaitingTarget = Extract<Opened, { state: "target" }>;

export const project = signal<Project | null>(null);
export const awaitingTarget = signal<AwaitingTarget | null>(null);
export const progress = signal<Progress | null>(null);
export const curve = signal<Curve>(emptyCurve);
export const failure = signal<Failure | null>(null);
/** What is being done right now, such as "Opening digits"; empty when idle. */
export const busy = signal("");
/** True once the Worker has died, until `restart`. */
export const dead = signal(false);
/** Goes up with each thing that is opened or set up anew: results that were asked for under an older number are not shown. */
export const generation = signal(0);

/** The Worker. Another one after `restart`, so never keep it in a variable. */
export let worker: Remote<StudioWorker> = start();

const store = new CurveStore();
let listening = false;
let terminate: () => void;
/** Opens again what is open, after the Worker was lost. */
let reopen: (() => Promise<void>) | null = null;

function start(): Remote<StudioWorker> {
  const made = lateWorker(workerDied);
  terminate = made.terminate;
  listening = false;
  return made.remote;
}

function workerDied(reason: string): void {
  terminate();
  batch(() => {
    dead.value = true;
    busy.value = "";
    progress.value = progress.value && { ...progress.value, running: false };
    failure.value = {
      problem: `The computation stopped unexpectedly${reason ? ` (${reason})` : ""}.`,
      remedy: "Start it again: what was open is opened anew, training starts from its beginning.",
    };
  });
}

/** Runs an action that says what it does while it lasts. Gives undefined where it failed. */
async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T | undefined> {
  busy.value = doing;
  try {
    const result = await work();
    failure.value = null;
    return result;
  } catch (error) {
    failure.value = failureOf(error);
    return undefined;
  } finally {
    if (busy.value === doing) busy.value = "";
  }
}

/** Counts calls that open something: of two, the later one counts. */
let openings = 0;

/** @param to - the step to go to before it is shown, so that screens never ask for a step that is still to come */
async function openBy(
  doing: string,
  call: () => Promise<Opened>,
  to: number | null = null,
): Promise<Opened | undefined> {
  const opening = ++openings;
  const opened = await attempt(doing, async () => {
    await listen();
    return call();
  });
  if (opened === undefined || opening !== openings) return undefined;
  if (opened.state === "target") awaitingTarget.value = opened;
  else if (to === null || !opened.project.trainable) show(opened.project);
  else {
    show(null);
    await rewind(to);
    if (opening !== openings) return undefined;
    project.value = opened.project;
  }
  return opened;
}

function show(opened: Project | null): void {
  batch(() => {
    store.clear();
    project.value = opened;
    awaitingTarget.value = null;
    curve.value = emptyCurve;
    generation.value++;
  });
}

async function listen(): Promise<void> {
  if (listening) return;
  listening = true;
  await worker.listen(proxy(heard));
}

function heard(said: Progress): void {
  batch(() => {
    curve.value = store.add(said);
    progress.value = said;
  });
}

/** Opens an example and, unless told otherwise, goes to where it is presented. */
export async function openExample(name: ExampleName, screen?: Screen): Promise<void> {
  reopen = () => openRoute();
  const opened = await openBy("Opening the example", () => worker.openExample(name));
  if (opened?.state !== "open") return;
  goOpened({ screen: screen ?? "open", example: name, config: {} });
}

/** Opens what the address names: an example with its settings, at its step. */
export async function openRoute(): Promise<void> {
  const { example, config, step } = route.value;
  if (example === null) return;
  reopen = () => openRoute();
  await openBy("Opening the example", () => worker.openExample(example, config), step);
}

/** A file, or what a server sent for one, with its path. */
export interface SourceFile {
  /** With the folder it came in, such as `digits-1/config.json`. */
  readonly path: string;
  readonly blob: Blob;
}

/** Opens files that were dropped or chosen: a table, a model, or the files of a run. */
export async function openFiles(files: readonly SourceFile[]): Promise<void> {
  reopen = () => openFiles(files);
  const opened = await openBy("Reading", async () => {
    refuseHuge(files);
    const read = await Promise.all(files.map(bytesOf));
    return worker.openFiles(
      transfer(
        read,
        read.map(({ bytes }) => bytes.buffer),
      ),
    );
  });
  if (opened === undefined) return;
  goOpened({ screen: "open", example: null, config: {} });
}

/** What a page can hold in memory, with room for what is computed from it. */
const MOST_BYTES = 512e6;
const MOST_FILES = 2000;

function refuseHuge(files: readonly SourceFile[]): void {
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const problem =
    files.length > MOST_FILES
      ? `These are ${formatCount(files.length)} files: more than ${formatCount(MOST_FILES)} are not opened at once.`
      : bytes > MOST_BYTES
        ? `These files are ${formatCount(Math.round(bytes / 1e6))} MB: more than a page can hold.`
        : null;
  if (problem !== null) {
    throw {
      problem,
      remedy:
        "Choose the one table, model or run folder; large tables are for the command line: chainrule train FILE.",
    } satisfies Failure;
  }
}

const bytesOf = async ({ path, blob }: SourceFile) => ({
  path,
  bytes: new Uint8Array(await blob.arrayBuffer()),
});

/** Goes on with the table that waits for its target. */
export async function chooseTarget(target: string, choice: ColumnChoice = {}): Promise<void> {
  const before = reopen;
  await openBy("Preparing the table", () => worker.chooseTarget(target, choice));
  reopen = async () => {
    await before?.();
    if (awaitingTarget.value) await chooseTarget(target, choice);
  };
}

/** Starts training anew with these settings. */
export async function configure(config: TrainingConfig): Promise<void> {
  const before = project.value?.config;
  const changed = await attempt("Starting anew", () => worker.configure(config));
  if (changed === undefined) return;
  show(changed);
  goOpened({ config: { ...route.value.config, ...differing(before, config) }, rows: route.value.rows });
}

/** The settings that are others than before: those that the address has to name. */
function differing(before: TrainingConfig | undefined, after: TrainingConfig): Partial<TrainingConfig> {
  const names = Object.keys(after) as (keyof TrainingConfig)[];
  const changed = names.filter((name) => String(after[name]) !== String(before?.[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name]]));
}

/** Opens a training that was kept for the comparison, as it was kept. */
export async function openRun(id: string): Promise<void> {
  const before = project.value?.config;
  const kept = await attempt("Opening the run", () => worker.openRun(id));
  if (kept === undefined) return;
  show(kept);
  const config = { ...route.value.config, ...differing(before, kept.config) };
  goOpened({ config: kept.kind === "example" ? config : {} });
}

/** Opens a run that was kept for the comparison, as it was. `place` is the example and settings that the address then names. */
export async function openKept(id: string, place: Pick<Route, "example" | "config">): Promise<void> {
  const opened = await openBy("Opening the run", async () => ({
    state: "open",
    project: await worker.openRun(id),
  }));
  if (opened !== undefined) goOpened({ screen: "train", ...place });
}

export const run = (): Promise<void> => act(() => worker.run());
export const pause = (): Promise<void> => act(() => worker.pause());
/** One step of training. */
export const step = (): Promise<void> => act(() => worker.step());
/** Back, or forth, to the state before a step. */
export const rewind = (to: number): Promise<void> =>
  act(() => worker.rewind(to), `Going to step ${formatCount(to)}`);
/** Another learning rate from the next step on. */
export const setRate = (lr: number): Promise<void> => act(() => worker.setRate(lr));
/** So many steps a second from now on; 0 for as many as there can be. */
export const setPace = (stepsPerSecond: number): Promise<void> => act(() => worker.setPace(stepsPerSecond));

async function act(call: () => Promise<void>, doing = ""): Promise<void> {
  await attempt(doing, call);
}

/** Starts the Worker again after it died, and opens what was open. */
export async function restart(): Promise<void> {
  terminate();
  batch(() => {
    worker = start();
    store.clear();
    dead.value = false;
    failure.value = null;
    project.value = null;
    awaitingTarget.value = null;
    progress.value = null;
    curve.value = emptyCurve;
    generation.value++;
  });
  await reopen?.();
}

/** The example and settings that are open, as the address has them; null where no example is. */
let openedAs: Pick<Route, "example" | "config"> | null = null;
const keyOf = ({ example, config }: Pick<Route, "example" | "config">): string =>
  JSON.stringify([example, config]);

/** Writes into the address what has been opened. */
function goOpened(change: Partial<Route>): void {
  const next = { ...route.value, step: null, rows: null, cursor: null, ...change };
  openedAs = next.example === null ? null : { example: next.example, config: next.config };
  go(next);
}

/** Opens what the address names whenever it names another example, or other settings: at the start, by back and forward, by a link. */
export function followRoute(): () => void {
  return route.subscribe((place) => {
    if (openedAs !== null && keyOf(place) === keyOf(openedAs)) return;
    if (place.example !== null) {
      openedAs = { example: place.example, config: place.config };
      void openRoute();
    } else if (openedAs !== null) {
      // Back to where nothing was open yet: what is open stays so, and the address says it.
      go(openedAs, { replace: true });
    }
  });
}

/**
 * Opens the run that the page is served with, if it is: `chainrule studio RUN` says so in a meta element, so that a plain site asks for
 * nothing.
 */
export async function openServed(): Promise<void> {
  const index = document.querySelector<HTMLMetaElement>('meta[name="chainrule-run"]')?.content;
  if (!index || route.value.example !== null) return;
  const files = await attempt("Reading the run", async () => {
    const { name, files: listed } = (await (await answerOf(index)).json()) as {
      name: string;
      files: { path: string }[];
    };
    const folder = index.slice(0, index.lastIndexOf("/"));
    return Promise.all(
      listed.map(async ({ path }) => {
        const url = `${folder}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
        // A run is called as its folder is.
        return {
          path: listed.length > 1 ? `${name}/${path}` : path,
          blob: await (await answerOf(url)).blob(),
        };
      }),
    );
  });
  if (files) await openFiles(files);
}

async function answerOf(url: string): Promise<Response> {
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok) return answer;
  throw {
    problem: `The server did not hand out ${url}${answer ? ` (${answer.status})` : ""}.`,
    remedy: "Look whether `chainrule studio` still runs, and load the page again.",
  } satisfies Failure;
}
