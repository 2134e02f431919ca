/**
 * A script for Node: data, a network, `fit` with early stopping, scores, and the weights as a file that is read again. What one
 * learns: a training loop need not be written. Run it with `npx node examples/script.ts`.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, nn, optim, randn, type Tensor } from "chainrule";
import { DataLoader, randomSplit, TensorDataset } from "chainrule/data";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { accuracy } from "chainrule/metrics";
import { fit } from "chainrule/train";

manualSeed(0);
const x = randn([1000, 2]);
const inside: Tensor = x.square().sum(1).lt(1.2).to("int32"); // the class: in the circle, or outside

const [training, held] = randomSplit(new TensorDataset(x, inside), [800, 200]);
const makeModel = () => new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
const model = makeModel();

const { history, best } = await fit(model, {
  data: new DataLoader(training, { batchSize: 32, shuffle: true }),
  validation: new DataLoader(held, { batchSize: 200 }),
  loss: new nn.CrossEntropyLoss(),
  optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
  epochs: 60,
  metrics: { accuracy },
  earlyStopping: { patience: 10 },
});
const report = history.find(({ epoch }) => epoch === best?.epoch);
console.log(`best epoch ${report?.epoch}, accuracy ${report?.metrics?.accuracy.toFixed(3)}`);

const folder = await mkdtemp(join(tmpdir(), "chainrule-"));
const file = join(folder, "model.safetensors");
await writeFile(file, writeSafetensors(model.stateDict()));
const again = makeModel();
again.loadStateDict(readSafetensors(await readFile(file)).tensors);
await rm(folder, { recursive: true });
console.log("read again, it says the same:", again(x).equal(model(x)));
