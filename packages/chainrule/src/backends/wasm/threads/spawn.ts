/** Making workers: Node's and the browser's, behind one face. */
import { host } from "../../../util/host.ts";
import { workerSource } from "./worker-source.ts";

/** A worker, as far as a pool needs one. */
export interface WorkerHandle {
  /** Posts a message, which reaches the worker whether or not this thread's event loop turns. */
  post(message: object): void;
  /** Ends it; settles when it is gone. */
  end(): Promise<void>;
}

/** Whether this engine has workers that can share memory. */
export const canSpawn = (): boolean =>
  host?.getBuiltinModule !== undefined || typeof globalThis.Worker === "function";

/**
 * Starts a worker. A process does not wait for it to end.
 *
 * @param onEnd is called when it ends without being told to
 */
export function spawn(onEnd: () => void): WorkerHandle {
  const threads = host?.getBuiltinModule?.("node:worker_threads");
  return threads ? spawnInNode(threads.Worker, onEnd) : spawnInBrowser(onEnd);
}

function spawnInNode(Worker: typeof import("node:worker_threads").Worker, onEnd: () => void): WorkerHandle {
  // Nothing of the command line: a loader or a script that it preloads would only delay the worker.
  const worker = new Worker(workerSource, { eval: true, execArgv: [], name: "chainrule" });
  let told = false;
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const unexpected = (): void => {
    if (!told) onEnd();
  };
  worker.on("error", unexpected);
  worker.once("exit", unexpected);
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    end: () => {
      told = true;
      void worker.terminate();
      return ended;
    },
  };
}

function spawnInBrowser(onEnd: () => void): WorkerHandle {
  const address = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(address, { name: "chainrule" });
  worker.onerror = (event) => {
    event.preventDefault(); // the program reports it
    onEnd();
  };
  return {
    post: (message) => worker.postMessage(message),
    end: async () => {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
