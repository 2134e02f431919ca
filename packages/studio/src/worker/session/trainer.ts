/** Runs a session in slices, so that messages are answered in between, and tells how it goes. */
import type { Measured, Progress } from "../../protocol.ts";
import { plainError, refusal } from "../sentence.ts";
import { Measure } from "./measure.ts";
import { Pace } from "./pace.ts";
import { cannotTrain, type Session } from "./session.ts";

/** Milliseconds of steps between two looks at the messages. */
const SLICE = 12;
/** Milliseconds between two reports of progress. */
const REPORT = 50;
/** Milliseconds between two measurements of the risk, and the share of the time that they may take. */
const MEASURE = 500;
const MEASURE_SHARE = 0.05;
/** The last step: an end for what was left running. */
const FURTHEST = 1_000_000_000;

/** Lets messages that wait be answered, and waits so many milliseconds. */
function breathe(wait: number): Promise<void> {
  return new Promise((resolve) => {
    if (wait > 1) {
      setTimeout(resolve, wait);
      return;
    }
    // One for each time: in Node, a port that is never empty lets no timer through.
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
  readonly #furthest: number;
  readonly #pace: Pace;
  /** Goes up whenever someone decides what happens next: a loop that finds another number ends. */
  #turn = 0;
  #running = false;
  #told = 0;
  /** The last step whose measurement was told. */
  #toldMeasured = -1;
  #rewound = false;
  #fault: Progress["fault"] = null;
  #speed = 0;
  #lastMeasure = Number.NEGATIVE_INFINITY;
  #measureCost = 0;

  /** @param pace - steps a second; 0 for as many as there can be */
  constructor(session: Session, pace: number, hooks: TrainerHooks, furthest = FURTHEST) {
    this.session = session;
    this.#pace = new Pace(pace);
    this.#hooks = hooks;
    this.#furthest = furthest;
    this.measure = session.problem.told.trainable ? new Measure(session) : null;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Says how it stands, with everything from the first step on: for a listener that is new. */
  tellAll(): void {
    this.#told = 0;
    this.#toldMeasured = -1;
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
    this.#pace.start();
    void this.#loop(++this.#turn, this.#furthest, this.#pace);
  }

  #checkTrainable(): void {
    if (!this.session.problem.told.trainable) throw cannotTrain();
    if (this.session.steps < this.#furthest) return;
    const { problem, remedy } = this.#atEnd();
    throw refusal("argument", problem, remedy);
  }

  #atEnd(): { readonly problem: string; readonly remedy: string } {
    return {
      problem: `Training has come to step ${this.#furthest.toLocaleString("en-US")}, where it ends.`,
      remedy: "Go back, or start anew with other settings.",
    };
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
    if (!Number.isInteger(step) || step < 0 || step > this.#furthest) {
      throw refusal(
        "argument",
        `There is no step ${step}.`,
        `Give a whole number from 0 to ${this.#furthest.toLocaleString("en-US")}.`,
      );
    }
    this.pause();
    this.#fault = null;
    if (step < this.session.steps) this.#back(step);
    if (step === this.session.steps) return this.#rest();
    this.#begin();
    await this.#loop(++this.#turn, step, new Pace(0));
  }

  setRate(lr: number): void {
    this.session.lr = lr;
    this.#say();
  }

  /** Steps a second from now on; 0 for as many as there can be. */
  setPace(stepsPerSecond: number): void {
    this.#pace.perSecond = stepsPerSecond;
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
    this.#toldMeasured = Math.min(this.#toldMeasured, now);
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

  async #loop(turn: number, end: number, pace: Pace): Promise<void> {
    const clock = new Clock(this.session.steps);
    let report = performance.now();
    try {
      while (this.#turn === turn) {
        const start = performance.now();
        let now = start;
        const paced = (): boolean => {
          pace.spend();
          return this.#one();
        };
        // A sample costs a step of its own, which is one of those that are due.
        if (this.session.steps < end && pace.due() > 0) this.#hooks.between?.(paced);
        if (this.#fault !== null) return this.#stop();
        while (this.session.steps < end && pace.due() > 0 && now - start < SLICE) {
          if (!paced()) return this.#stop();
          now = performance.now();
        }
        if (this.session.steps >= end) {
          if (end === this.#furthest) this.#fault = this.#atEnd();
          return this.#stop();
        }
        if (now - this.#lastMeasure > Math.max(MEASURE, this.#measureCost / MEASURE_SHARE))
          this.#takeMeasure();
        if (now - report > REPORT) {
          report = now;
          this.#speed = clock.speed(this.session.steps);
          this.#say();
        }
        await breathe(Math.min(REPORT, pace.wait()));
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
    const { steps, losses } = session.losses.since(this.#told);
    const progress: Progress = {
      running: this.#running,
      step: session.steps,
      epoch: session.epoch,
      stepsPerSecond: this.#speed,
      pace: this.#pace.perSecond,
      lr: session.lr,
      from: this.#told,
      losses,
      steps: losses.length === session.steps - this.#told ? null : steps,
      measured: taken.filter(({ step }) => step > this.#toldMeasured),
      rewound: this.#rewound,
      fault: this.#fault,
    };
    this.#told = session.steps;
    this.#toldMeasured = taken.at(-1)?.step ?? -1;
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
