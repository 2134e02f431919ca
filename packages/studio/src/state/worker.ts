/** The Worker with the model in it: started by the first call, so that the first page loads without it, and started again when it died. */
import { type Remote, wrap } from "comlink";
import type { StudioWorker } from "../protocol.ts";

/** What Comlink listens to before there is a Worker behind it. */
class LateWorker {
  #worker: Worker | null = null;
  readonly #listeners: [string, EventListenerOrEventListenerObject][] = [];
  readonly #died: (reason: string) => void;

  constructor(died: (reason: string) => void) {
    this.#died = died;
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("../worker/main.ts", import.meta.url), { type: "module" });
    worker.addEventListener("error", (event) => this.#died(event.message ?? ""));
    worker.addEventListener("messageerror", () => this.#died("a message could not be read"));
    for (const [type, listener] of this.#listeners) worker.addEventListener(type, listener);
    this.#worker = worker;
    return worker;
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#start().postMessage(message, transfer);
  }

  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
    this.#listeners.push([type, listener]);
    this.#worker?.addEventListener(type, listener);
  }

  removeEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
    const at = this.#listeners.findIndex(([t, l]) => t === type && l === listener);
    if (at >= 0) this.#listeners.splice(at, 1);
    this.#worker?.removeEventListener(type, listener);
  }

  terminate(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}

/**
 * A Worker that starts by its first call.
 *
 * @param died - told once the Worker can not go on, with the browser's reason
 */
export function lateWorker(died: (reason: string) => void): {
  remote: Remote<StudioWorker>;
  terminate: () => void;
} {
  const endpoint = new LateWorker(died);
  return { remote: wrap<StudioWorker>(endpoint), terminate: () => endpoint.terminate() };
}
