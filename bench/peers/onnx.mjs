/** onnxruntime-web as a contestant: inference only. `node onnx.mjs THREADS`. */
import * as ort from "onnxruntime-web";
import { serve } from "../serve.ts";
import { onnxModel } from "./onnx-model.mjs";
import manifest from "./package.json" with { type: "json" };

const threads = Number(process.argv[2]);
ort.env.wasm.numThreads = threads;
ort.env.logLevel = "error";

const uniform = (length, bound) => Float32Array.from({ length }, () => (2 * Math.random() - 1) * bound);

async function make({ task, widths, activation, batch, batches }) {
  if (task !== "inference" || activation !== "ReLU") return null;
  const layers = widths.slice(1).map((width, i) => {
    const bound = 1 / Math.sqrt(widths[i]);
    return { weight: uniform(width * widths[i], bound), bias: uniform(width, bound) };
  });
  const session = await ort.InferenceSession.create(onnxModel(widths, batch, layers));
  const pool = Array.from({ length: batches }, () => ({
    x: new ort.Tensor("float32", uniform(batch * widths[0], 1), [batch, widths[0]]),
  }));
  let turn = 0;
  return async () => {
    const feeds = pool[turn];
    turn = (turn + 1) % pool.length;
    await session.run(feeds);
  };
}

await serve({ name: "onnxruntime-web", version: manifest.dependencies["onnxruntime-web"], threads }, make);
