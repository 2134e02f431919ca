/**
 * Handwritten digits: 784–256–128–10 learns MNIST to 98 % of the test images.
 *
 *   npm ci --prefix examples          the images, once
 *   npm run mnist                     trains, and draws the loss
 *   npm run mnist -- --torch          beside mnist_torch.py, the same program in PyTorch, in turns epoch by epoch
 *   npm run mnist -- --seed 7 --epochs 3
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { compile, manualSeed, nn, noGrad, optim, randperm, type Tensor } from "chainrule";
import { curve } from "./support/curve.ts";
import { mnistFolder, readImages, readLabels } from "./support/mnist-files.ts";
import { startTorch, type TorchProgram } from "./support/torch-turns.ts";

const { values: options } = parseArgs({
  options: {
    torch: { type: "boolean", default: false },
    seed: { type: "string", default: "0" },
    epochs: { type: "string", default: "5" },
  },
});
const [batch, epochs] = [128, Number(options.epochs)];
manualSeed(Number(options.seed));

const folder = mnistFolder();
const [images, labels] = [readImages(folder, "train"), readLabels(folder, "train")];
const [testImages, testLabels] = [readImages(folder, "t10k"), readLabels(folder, "t10k")];

const model = new nn.Sequential(
  new nn.Linear(784, 256),
  new nn.ReLU(),
  new nn.Linear(256, 128),
  new nn.ReLU(),
  new nn.Linear(128, 10),
);
const stepsPerEpoch = Math.floor(images.shape[0] / batch);
const optimizer = new optim.Adam(model.parameters());
const schedule = new optim.OneCycleLR(optimizer, 3e-3, { epochs, stepsPerEpoch });
const lossFn = new nn.CrossEntropyLoss();

const step = compile((x: Tensor, y: Tensor) => {
  const loss = lossFn(model(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});

/** One pass over the training images in a new order; gives the loss of each step. */
function trainEpoch(): number[] {
  const order = randperm(images.shape[0]);
  return Array.from({ length: stepsPerEpoch }, (_, i) => {
    const rows = order.narrow(0, i * batch, batch);
    const loss = step(images.indexSelect(0, rows), labels.indexSelect(0, rows)).item();
    schedule.step();
    return loss;
  });
}

const testAccuracy = (): number =>
  noGrad(() => model(testImages).argmax(1).eq(testLabels).to("float32").mean().item());

const torch: TorchProgram[] = [];
for (const threads of options.torch ? new Set([1, availableParallelism()]) : []) {
  const program = await startTorch([folder, options.seed, options.epochs], threads);
  if (program) torch.push(program);
}
if (options.torch && torch.length === 0) console.log("PyTorch was not found: it needs python3 with torch.\n");

const seconds = (value: number): string => `${value.toFixed(2)} s`.padStart(11);
const lossAndAccuracy = (loss: number, accuracy: number): string =>
  `${loss.toFixed(4).padStart(9)}${`${(100 * accuracy).toFixed(2)} %`.padStart(10)}`;
const words = `${"loss".padStart(9)}${"test".padStart(10)}`;
const counts = torch.map(({ threads }) => `${threads} thread${threads > 1 ? "s" : ""}`.padStart(11));
console.log(
  `epoch${words}${"time".padStart(11)}${torch.length > 0 ? `   PyTorch:${words}${counts.join("")}` : ""}`,
);

const losses: number[] = [];
let total = 0;
const torchTotals = torch.map(() => 0);
for (let epoch = 1; epoch <= epochs; epoch++) {
  const start = performance.now();
  const lossesOfEpoch = trainEpoch();
  const time = (performance.now() - start) / 1000;
  total += time;
  losses.push(...lossesOfEpoch);
  const mean = lossesOfEpoch.reduce((a, b) => a + b) / stepsPerEpoch;
  let line = `${`${epoch}`.padStart(5)}${lossAndAccuracy(mean, testAccuracy())}${seconds(time)}`;
  for (const [i, program] of torch.entries()) {
    const theirs = await program.trainEpoch();
    torchTotals[i] += theirs.seconds;
    if (i === 0) line += `${" ".repeat(11)}${lossAndAccuracy(theirs.loss, theirs.accuracy)}`;
    line += seconds(theirs.seconds);
  }
  console.log(line);
}
for (const program of torch) program.close();

console.log(`\n${curve(losses, 80, 8)}\n${" ".repeat(9)}loss of each of ${losses.length} steps\n`);
const best = Math.min(...torchTotals);
console.log(
  torch.length > 0
    ? `Trained in ${total.toFixed(2)} s; PyTorch, at its best number of threads, in ${best.toFixed(2)} s: ${(best / total).toFixed(2)}× its speed.`
    : `Trained in ${total.toFixed(2)} s.`,
);
