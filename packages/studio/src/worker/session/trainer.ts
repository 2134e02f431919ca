/** Runs a session in slices, so that messages are answered in between, and tells how it goes. */
import type { Measured, Progress } from "../../protocol.ts";
import { plainError, refusal } from "../sentence.ts";
import { Measure } from "./measure.ts";
import { cannotTrain, type Session } from "./session.ts";

/** Milliseconds of steps between two looks at the messages. */
const SLICE = 12;
/** Milliseconds between two reports of progress. */
const REPORT = 50;
/** Milliseconds between two measurements of the risk, and the share of the time that they may take. */
const MEASURE = 500;
const MEASURE_SHARE = 0.05;
/** The last step: the losses of all steps are kept, here and in the page. */
const FURTHEST = 10_000_000;

/** Lets messages that wait be answered. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

interface TrainerHooks {
  /** Told of every report. */
  readonly say: (progress: Progress) => void;
  /** Called between slices while training runs, with what does one step: for what is watched. */
  readonly between?: (one: () => boolean) => void;
  /** What is wrong at a step whose loss is not finite. */
  readonly faultAt: (session: Session) => Progress["fault"];
  /** Told when steps after this one are forgotten. */
  readonly forgot?: (step: number) => void;
}

export class Trainer {
  readonly session: Session;
  readonly measure: Measure | null;
  readonly #hooks: TrainerHooks;
  /** Goes up whenever someone decides what happens next: a loop that finds another number ends. */
  #turn = 0;
  #running = false;
  #told = 0;
  #toldMeasured = 0;
  #rewound = false;
  #fault: Progress["fault"] = null;
  #speed = 0;
  #lastMeasure = Number.NEGATIVE_INFINITY;
  #measureCost = 0;

  constructor(session: Session, hooks: TrainerHooks) {
    this.session = session;
    this.#hooks = hooks;
    this.measure = session.problem.told.trainable ? new Measure(session) : null;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Says how it stands, with everything from the first step on: for a listener that is new. */
  tellAll(): void {
    this.#told = 0;
    this.#toldMeasured = 0;
    if (!this.#running) this.#takeMeasure();
    this.#say();
  }

  /** Says how it stands, and makes ready for the first step. */
  begin(): void {
    try {
      this.tellAll();
      if (!this.#running) this.session.warm();
    } catch (error) {
      // Nobody waits for this call.
      this.#fail(error);
      this.#say();
    }
  }

  /** Starts training, which goes on until `pause`, a fault, or the end of the trainer. */
  run(): void {
    this.#checkTrainable();
    if (this.#running) return;
    this.#begin();
    void this.#loop(++this.#turn, FURTHEST);
  }

  #checkTrainable(): void {
    if (!this.session.problem.told.trainable) throw cannotTrain();
    if (this.session.steps < FURTHEST) return;
    throw refusal(
      "argument",
      `Training has come to step ${FURTHEST.toLocaleString("en-US")}, the last one that is kept here.`,
      "Go back, or start anew with other settings.",
    );
  }

  pause(): void {
    this.#turn++;
    if (this.#running) this.#rest();
  }

  /** One step. */
  step(): void {
    this.#checkTrainable();
    this.pause();
    this.#fault = null;
    this.#one();
    this.#rest();
  }

  /** To the state before a step. Steps that were not done yet are done. */
  async rewind(step: number): Promise<void> {
    if (!this.session.problem.told.trainable) throw cannotTrain();
    if (!Number.isInteger(step) || step < 0 || step > FURTHEST) {
      throw refusal("argument", `There is no step ${step}.`, `Give a whole number from 0 to ${FURTHEST}.`);
    }
    this.pause();
    this.#fault = null;
    if (step < this.session.steps) this.#back(step);
    if (step === this.session.steps) return this.#rest();
    this.#begin();
    await this.#loop(++this.#turn, step);
  }

  setRate(lr: number): void {
    this.session.lr = lr;
    this.#say();
  }

  /** Ends everything, and frees what it took. */
  dispose(): void {
    this.#turn++;
    this.#running = false;
    this.measure?.dispose();
    this.session.dispose();
  }

  #back(step: number): void {
    const now = this.session.back(step);
    this.measure?.cut(now);
    this.#told = Math.min(this.#told, now);
    this.#toldMeasured = Math.min(this.#toldMeasured, this.measure?.taken.length ?? 0);
    this.#rewound = true;
    this.#hooks.forgot?.(now);
  }

  #begin(): void {
    this.#running = true;
    this.#fault = null;
    this.#say();
  }

  /** Stands still, with a measurement of where. */
  #rest(): void {
    this.#running = false;
    this.#speed = 0;
    this.#takeMeasure();
    this.#say();
  }

  /** One step; false where its loss is not finite: then the state before it is there again. */
  #one(): boolean {
    const loss = this.session.step();
    if (Number.isFinite(loss)) return true;
    const failed = this.session.steps - 1;
    this.#back(failed);
    while (this.session.steps < failed) this.session.step();
    this.#fault = this.#hooks.faultAt(this.session);
    return false;
  }

  async #loop(turn: number, end: number): Promise<void> {
    const clock = new Clock(this.session.steps);
    let report = performance.now();
    try {
      while (this.#turn === turn) {
        const start = performance.now();
        let now = start;
        while (this.session.steps < end && now - start < SLICE) {
          if (!this.#one()) return this.#stop();
          now = performance.now();
        }
        if (this.session.steps >= end) return this.#stop();
        this.#hooks.between?.(() => this.#one());
        if (this.#fault !== null) return this.#stop();
        if (now - this.#lastMeasure > Math.max(MEASURE, this.#measureCost / MEASURE_SHARE))
          this.#takeMeasure();
        if (now - report > REPORT) {
          report = now;
          this.#speed = clock.speed(this.session.steps);
          this.#say();
        }
        await breathe();
      }
    } catch (error) {
      this.#fail(error);
      this.#turn++;
      this.#running = false;
      this.#say();
    }
  }

  #fail(error: unknown): void {
    const { problem, remedy } = plainError(error);
    this.#fault = { problem, remedy };
  }

  #stop(): void {
    this.#turn++;
    this.#rest();
  }

  #takeMeasure(): void {
    const start = performance.now();
    this.measure?.take();
    this.#lastMeasure = performance.now();
    this.#measureCost = this.#lastMeasure - start;
  }

  #say(): void {
    const { session, measure } = this;
    const taken: readonly Measured[] = measure?.taken ?? [];
    const progress: Progress = {
      running: this.#running,
      step: session.steps,
      epoch: session.epoch,
      stepsPerSecond: this.#speed,
      lr: session.lr,
      from: this.#told,
      losses: session.losses.since(this.#told),
      measured: taken.slice(this.#toldMeasured),
      rewound: this.#rewound,
      fault: this.#fault,
    };
    this.#told = session.steps;
    this.#toldMeasured = taken.length;
    this.#rewound = false;
    this.#hooks.say(progress);
  }
}

/** Steps a second over about the last second. */
class Clock {
  readonly #marks: { readonly time: number; readonly steps: number }[];

  constructor(steps: number) {
    this.#marks = [{ time: performance.now(), steps }];
  }

  speed(steps: number): number {
    const time = performance.now();
    this.#marks.push({ time, steps });
    while (this.#marks.length > 2 && time - this.#marks[0].time > 1000) this.#marks.shift();
    const first = this.#marks[0];
    return (1000 * (steps - first.steps)) / Math.max(1, time - first.time);
  }
}
