/** Offers training to the test, on the page's main thread and in a module worker. */
import { type Trained, type Training, train } from "./train.ts";

declare global {
  var trainHere: (training: Training) => Promise<Trained>;
  var trainInWorker: (training: Training) => Promise<Trained>;
}

globalThis.trainHere = train;

globalThis.trainInWorker = (training) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(training);
  });
