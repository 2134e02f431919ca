/** The worker's side: trains what it is sent, reports each epoch, and sends the weights back. */
import { parentPort } from "node:worker_threads";
import { manualSeed, nn, optim, tensor } from "chainrule";
import { DataLoader, TensorDataset } from "chainrule/data";
import { writeSafetensors } from "chainrule/io";
import { fit } from "chainrule/train";
import { type FromWorker, makeModel, type ToWorker } from "./model.ts";

const send = (message: FromWorker): void => parentPort?.postMessage(message);
const stop = new AbortController();

parentPort?.on("message", async (message: ToWorker) => {
  if (message.kind === "stop") return stop.abort();
  manualSeed(0);
  const model = makeModel();
  const column = (values: number[]) => tensor(values).reshape([-1, 1]);
  const data = new TensorDataset(column(message.inputs), column(message.targets));
  await fit(model, {
    data: new DataLoader(data, { batchSize: 50, shuffle: true }),
    loss: new nn.MSELoss(),
    optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
    epochs: message.epochs,
    signal: stop.signal,
    callbacks: [{ onEpochEnd: ({ epoch, loss }) => send({ kind: "epoch", epoch, loss }) }],
  });
  send({ kind: "done", weights: writeSafetensors(model.stateDict()) });
});
