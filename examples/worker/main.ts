/**
 * Training in a worker: the page, or here Node's main thread, stays free. What one learns: a model travels as bytes; messages carry
 * progress, and a signal stops the run early. In a browser, `new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })`
 * takes the place of Node's Worker. Run it with `npx node examples/worker/main.ts`.
 */
import { Worker } from "node:worker_threads";
import { tensor } from "chainrule";
import { readSafetensors } from "chainrule/io";
import { type FromWorker, makeModel, type ToWorker } from "./model.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url));
const send = (message: ToWorker): void => worker.postMessage(message);

const angles = Array.from({ length: 200 }, (_, i) => -Math.PI + (2 * Math.PI * i) / 199);
send({ kind: "train", inputs: angles, targets: angles.map(Math.sin), epochs: 500 });

const weights = await new Promise<Uint8Array>((resolve, reject) => {
  worker.on("error", reject);
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "done") return resolve(message.weights);
    if (message.epoch % 50 === 0) console.log(`epoch ${message.epoch}: ${message.loss.toExponential(2)}`);
    if (message.loss < 1e-4) send({ kind: "stop" }); // good enough
  });
});
await worker.terminate();

const model = makeModel().eval();
model.loadStateDict(readSafetensors(weights).tensors);
console.log("sin 1 ≈", model(tensor([[1]])).item(), "and is", Math.sin(1));
