/** A recording for tests that computes at once, and refuses what a real one must refuse: reading values between primitives. */
import { ChainruleError } from "../../util/errors.ts";
import { interpreter, withInterpreter } from "../interpreter.ts";
import type { Operand } from "../op.ts";
import type { Interpreter } from "../primitives.ts";
import { type Recording, type Structured, setRecording, type Telling } from "../recording.ts";
import { Storage } from "../storage.ts";
import { Tensor } from "../tensor.ts";

export class WatchedRecording implements Recording {
  readonly liveNumbers: string[] = [];
  readonly gradients: [event: "read" | "changed", tensor: Tensor][] = [];
  readonly modules: object[] = [];
  readonly structures: Structured[] = [];
  readonly restores: (() => void)[] = [];
  /** Whether primitives run now, or something outside of the recording: then values may be read. */
  #reads = false;

  /** Runs `body` as if it was recorded: host numbers become tensors, and reading a value is an error. */
  run<T>(body: () => T): T {
    const elements = Object.getOwnPropertyDescriptor(Storage.prototype, "elements") as PropertyDescriptor;
    const mayRead = (): boolean => this.#reads;
    Object.defineProperty(Storage.prototype, "elements", {
      ...elements,
      get(this: Storage) {
        if (!mayRead()) throw new ChainruleError("record", "A value is read.", "Do it outside.");
        return elements.get?.call(this);
      },
    });
    setRecording(this);
    try {
      return withInterpreter(this.#readingInside(interpreter), body);
    } finally {
      setRecording(null);
      Object.defineProperty(Storage.prototype, "elements", elements);
    }
  }

  live(compute: () => Readonly<Record<string, number>>): Readonly<Record<string, Operand>> {
    const numbers = Object.entries(compute());
    this.liveNumbers.push(...numbers.map(([name]) => name));
    return Object.fromEntries(
      numbers.map(([name, x]) => [name, Tensor.over(Float64Array.of(x), [], "float64")]),
    );
  }

  outside<T>(body: () => T): T {
    setRecording(null);
    try {
      return this.#reading(body);
    } finally {
      setRecording(this);
    }
  }

  telling<T>(_telling: Telling, body: () => T): T {
    return body();
  }

  undo(restore: () => void): void {
    this.restores.push(restore);
  }

  valueRead(): void {}

  seeded(): void {}

  gradRead(tensor: Tensor): void {
    this.gradients.push(["read", tensor]);
  }

  gradChanged(tensor: Tensor): void {
    this.gradients.push(["changed", tensor]);
  }

  module(owner: object): void {
    this.modules.push(owner);
  }

  structure(owner: Structured): void {
    this.structures.push(owner);
  }

  #reading<T>(body: () => T): T {
    const before = this.#reads;
    this.#reads = true;
    try {
      return body();
    } finally {
      this.#reads = before;
    }
  }

  #readingInside(eager: Interpreter): Interpreter {
    return new Proxy(eager, {
      get: (target, name: keyof Interpreter) => {
        const primitive = target[name] as (...args: unknown[]) => Tensor;
        return (...args: unknown[]) => this.#reading(() => primitive(...args));
      },
    });
  }
}
