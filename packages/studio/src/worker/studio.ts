/** Everything behind the page: what is open, its training, its trace. A plain class, which `main.ts` offers to the page. */
import { defaultGenerator } from "chainrule";
import type { Table } from "chainrule/tables";
import type { ElementRef, Explained, Health, Quantity, Trace, TraceData } from "chainrule/trace";
import type { CircuitExample } from "../examples/index.ts";
import {
  type Boundary,
  type ColumnChoice,
  type Edit,
  type ExampleName,
  idle,
  type Opened,
  type OpenFile,
  type Outcome,
  type Part,
  type PreparedData,
  type Progress,
  type Project,
  type Response,
  type RowPreview,
  type RunSummary,
  type StudioWorker,
  type TraceRequest,
  type TrainingConfig,
} from "../protocol.ts";
import { type Opening, openExampleBy, openFilesBy, openTarget, waitingTable } from "./open.ts";
import { type Fetch, fetchBundled } from "./project/bundled.ts";
import { circuitProject, circuitRow } from "./project/circuit.ts";
import { type OpenModel, trainedWith } from "./project/run.ts";
import { reportOf } from "./report.ts";
import { curveOf, Runs } from "./runs.ts";
import { refusal } from "./sentence.ts";
import { checkedConfig } from "./session/config.ts";
import { boundaryOf, outcomeOf, preparedOf, responseOf, rowOf } from "./session/look.ts";
import type { Problem } from "./session/problem.ts";
import { type Kept, Session } from "./session/session.ts";
import { checkEdits, traceOf, traceOfCircuit } from "./session/tracer.ts";
import { Trainer } from "./session/trainer.ts";
import { faultAt, type Sample, Watch } from "./session/watch.ts";

/** A network with its training. */
interface Open {
  readonly problem: Problem;
  readonly session: Session;
  readonly trainer: Trainer;
  readonly watch: Watch;
  /** Milliseconds of training, and since when it runs. */
  readonly time: Stopwatch;
}

/** The methods of `StudioWorker`, of which those that wait give promises. */
type Answers = {
  readonly [K in keyof StudioWorker]: (
    ...args: Parameters<StudioWorker[K]>
  ) => ReturnType<StudioWorker[K]> | Promise<ReturnType<StudioWorker[K]>>;
};

export class Studio implements Answers {
  readonly #fetch: Fetch;
  readonly #runs = new Runs();
  #open: Open | null = null;
  #circuit: CircuitExample | null = null;
  #waiting: Table | null = null;
  /** The model that is open, where it is one that a table can be laid beside. */
  #model: OpenModel | null = null;
  #trace: { readonly first: Trace; now: Trace } | null = null;
  #listener: ((progress: Progress) => void) | null = null;
  #watching = false;
  #pace = 0;
  /** Openings come one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(fetchFile: Fetch = fetchBundled) {
    this.#fetch = fetchFile;
  }

  // ---- opening -----------------------------------------------------------------------------------------------------

  openExample(name: ExampleName, config: Partial<TrainingConfig> = {}): Promise<Opened> {
    return this.#next(async () => this.#take(await openExampleBy(name, config, this.#fetch)));
  }

  openFiles(files: readonly OpenFile[]): Promise<Opened> {
    return this.#next(async () => this.#take(await openFilesBy(files, this.#model, this.#fetch)));
  }

  chooseTarget(target: string, choice: ColumnChoice = {}): Promise<Opened> {
    return this.#next(async () => {
      if (this.#waiting === null)
        throw refusal("argument", "There is no table that waits for its target.", "Open a table first.");
      return this.#take(openTarget(this.#waiting, target, choice));
    });
  }

  configure(config: TrainingConfig): Project {
    const { problem } = this.#network();
    return this.#begin(problem, checkedConfig(config, problem.config));
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** What was opened takes the place of what was open. Until that has worked, nothing changes. */
  #take(opening: Opening): Opened {
    if (opening.kind === "table") {
      const waiting = waitingTable(opening.table);
      this.#waiting = opening.table;
      return waiting;
    }
    if (opening.kind === "circuit") {
      const project = circuitProject(opening.circuit);
      this.#close();
      this.#circuit = opening.circuit;
      this.#announce();
      return { state: "open", project };
    }
    this.#pace = opening.problem.told.pace;
    const project = this.#begin(opening.problem, opening.config);
    const { model } = opening;
    this.#model = model;
    if (model?.history)
      this.#runs.addOpened({ ...model, trainedWith: trainedWith(model) }, model.history, opening.problem);
    this.#waiting = null;
    return { state: "open", project };
  }

  #begin(problem: Problem, config: TrainingConfig, kept?: Kept): Project {
    const draws = defaultGenerator.getState();
    let open: Open;
    try {
      open = this.#opened(new Session(problem, config, kept));
    } catch (error) {
      defaultGenerator.setState(draws);
      throw error;
    }
    const model = this.#model;
    this.#close();
    this.#model = model;
    this.#open = open;
    this.#announce();
    return { ...problem.told, config };
  }

  #opened(session: Session): Open {
    const watch = new Watch(session);
    watch.on = this.#watching;
    const time = new Stopwatch();
    const trainer = new Trainer(session, this.#pace, {
      say: (progress) => {
        time.follow(progress.running);
        this.#listener?.(progress);
      },
      between: (one) => watch.between(one),
      faultAt,
      forgot: (step) => watch.forget(step),
    });
    return { problem: session.problem, session, trainer, watch, time };
  }

  #close(): void {
    this.#open?.trainer.dispose();
    this.#open = null;
    this.#circuit = null;
    this.#model = null;
    this.#trace = null;
  }

  /** Tells the listener how it stands, after the answer to the page's call, which comes first. */
  #announce(): void {
    const { trainer } = this.#open ?? {};
    setTimeout(() => {
      if (this.#open?.trainer !== trainer) return;
      if (trainer) trainer.begin();
      else this.#listener?.(idle());
    }, 0);
  }

  #network(): Open {
    if (this.#open !== null) return this.#open;
    throw this.#circuit
      ? refusal(
          "argument",
          "An expression has nothing to learn from.",
          "Follow it in Trace, or open an example with data.",
        )
      : refusal("argument", "Nothing is open.", "Open an example, a table or a run first.");
  }

  // ---- training ----------------------------------------------------------------------------------------------------

  run(): void {
    this.#network().trainer.run();
  }

  pause(): void {
    this.#open?.trainer.pause();
  }

  step(): void {
    this.#network().trainer.step();
  }

  rewind(step: number): Promise<void> {
    return this.#network().trainer.rewind(step);
  }

  setRate(lr: number): void {
    this.#network().trainer.setRate(lr);
  }

  setPace(stepsPerSecond: number): void {
    this.#network().trainer.setPace(stepsPerSecond);
    this.#pace = stepsPerSecond;
  }

  listen(listener: (progress: Progress) => void): void {
    this.#listener = listener;
    if (this.#open) this.#open.trainer.tellAll();
    else listener(idle());
  }

  // ---- looking -----------------------------------------------------------------------------------------------------

  boundary(x: number, y: number, size: number, row?: { part: Part; row: number }): Boundary {
    return boundaryOf(this.#network().session, x, y, size, row);
  }

  response(x: number, size: number): Response {
    return responseOf(this.#network().session, x, size);
  }

  outcome(part: Part): Outcome {
    return outcomeOf(this.#network().session, part);
  }

  preparedData(part: Part): PreparedData {
    return preparedOf(this.#network().session, part);
  }

  row(part: Part, row: number): RowPreview {
    return this.#circuit ? circuitRow(this.#circuit) : rowOf(this.#network().session, part, row);
  }

  health(): Health {
    return this.#network().watch.now();
  }

  watchHealth(on: boolean): void {
    this.#watching = on;
    if (this.#open) this.#open.watch.on = on;
  }

  healthHistory(after = -1): readonly Sample[] {
    return this.#open?.watch.after(after) ?? [];
  }

  // ---- the trace ---------------------------------------------------------------------------------------------------

  trace(request: TraceRequest): TraceData {
    const first = this.#traceOf(request);
    this.#trace = { first, now: first };
    return first.data;
  }

  #traceOf(request: TraceRequest): Trace {
    return this.#circuit ? traceOfCircuit(this.#circuit, request) : traceOf(this.#network().session, request);
  }

  traceRead(value: number, of: Quantity, range?: { start: number; count: number }): Float64Array {
    return this.#traced().now.read(value, of, range);
  }

  traceExplain(ref: ElementRef, options?: { terms?: number; numeric?: boolean }): Explained {
    return this.#traced().now.explain(ref, options);
  }

  traceJacobian(
    result: number,
    input: number,
    row?: number,
  ): { rows: number; columns: number; data: Float64Array } {
    return this.#traced().now.jacobian(result, input, row);
  }

  traceEdit(edits: readonly Edit[]): TraceData {
    const trace = this.#traced();
    checkEdits(edits);
    trace.now = edits.length === 0 ? trace.first : trace.first.edit(edits);
    return trace.now.data;
  }

  #traced(): { readonly first: Trace; now: Trace } {
    if (this.#trace !== null) return this.#trace;
    throw refusal("argument", "No trace is open.", "Choose a row or a batch to trace first.");
  }

  // ---- keeping -----------------------------------------------------------------------------------------------------

  keepRun(name: string): RunSummary {
    const { problem, session, trainer, time } = this.#network();
    const now = trainer.measure?.take();
    const measured = trainer.measure?.taken ?? [];
    const summary: RunSummary = {
      id: this.#runs.newId(),
      name,
      config: session.config,
      steps: session.steps,
      weights: session.model.numParameters(),
      score: (now?.validation ?? now?.training)?.score ?? Number.NaN,
      loss: (now?.validation ?? now?.training)?.loss ?? Number.NaN,
      seconds: time.seconds,
      curve: curveOf(measured),
    };
    this.#runs.add({ summary, problem, kept: session.keep() });
    return summary;
  }

  runs(): readonly RunSummary[] {
    return this.#runs.summaries;
  }

  openRun(id: string): Project {
    const { problem, kept, summary } = this.#runs.named(id);
    return this.#begin(
      problem,
      kept ? { ...problem.config, ...summary.config } : problem.config,
      kept ?? undefined,
    );
  }

  dropRun(id: string): void {
    this.#runs.drop(id);
  }

  modelFile(): { readonly name: string; readonly bytes: Uint8Array } {
    const { problem, session } = this.#network();
    return {
      name: `${fileStem(problem.told.title)}.safetensors`,
      bytes: problem.file(session.model, session.config),
    };
  }

  traceFile(request: TraceRequest): { readonly name: string; readonly json: string } {
    const title = this.#circuit?.title ?? this.#network().problem.told.title;
    return { name: `${fileStem(title)}-trace.json`, json: JSON.stringify(this.#traceOf(request).toJSON()) };
  }

  async report(): Promise<{ readonly name: string; readonly html: string }> {
    const { problem, session, trainer, watch, time } = this.#network();
    const html = await reportOf({
      session,
      measured: trainer.measure?.taken ?? [],
      watch,
      seconds: time.seconds,
    });
    return { name: `${fileStem(problem.told.title)}-report.html`, html };
  }

  /** Stops everything and frees what it took. */
  dispose(): void {
    this.#close();
  }
}

/** A name for files: letters, numbers and hyphens. */
const fileStem = (title: string): string =>
  title
    .replace(/\.\w+$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40) || "model";

/** How long training ran. */
class Stopwatch {
  #total = 0;
  #since: number | null = null;

  follow(running: boolean): void {
    if (running) this.#since ??= performance.now();
    else if (this.#since !== null) {
      this.#total += performance.now() - this.#since;
      this.#since = null;
    }
  }

  get seconds(): number {
    return (this.#total + (this.#since === null ? 0 : performance.now() - this.#since)) / 1000;
  }
}
