/**
 * From PyTorch to ONNX: a state dictionary that PyTorch saved is read, gives PyTorch's outputs, is traced number by number, trained
 * further, exported, and run by onnxruntime with equal outputs. What one learns: names and layouts are PyTorch's, so that
 * `loadStateDict` just works. `from-pytorch/make.py` made the files. Run it with `npx node examples/from-pytorch.ts`, after
 * `npm ci --prefix examples`.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { manualSeed, nn, optim, randn, type Tensor, tensor } from "chainrule";
import { readTorch, toOnnx } from "chainrule/io";
import { exprText, trace } from "chainrule/trace";
import example from "./from-pytorch/example.json" with { type: "json" };

const model = new nn.Sequential(
  new nn.Linear(4, 8),
  new nn.BatchNorm1d(8),
  new nn.ReLU(),
  new nn.Linear(8, 3),
);
model.loadStateDict(readTorch(await readFile(new URL("from-pytorch/model.pt", import.meta.url))));
model.eval();

const largest = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();
const x = tensor(example.inputs);
console.log("largest difference from PyTorch:", largest(model(x), tensor(example.outputs)));

// Every number of the first output of the first row, with the formula that gave it.
const t = trace(model, x.narrow(0, 0, 1));
const { symbols, values } = t.explain({ value: t.data.output, of: "value", index: 0 });
if (symbols && values) console.log(`${exprText(symbols)}\n${exprText(values)}`);

manualSeed(0);
const more = randn([512, 4]);
const labels = more.narrow(1, 0, 3).argmax(1);
const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.003 });
const before = lossFn(model(more), labels).item();
model.train();
for (let epoch = 0; epoch < 100; epoch++) {
  optimizer.zeroGrad();
  lossFn(model(more), labels).backward();
  optimizer.step();
}
model.eval();
console.log(`trained further: loss ${before.toFixed(4)} → ${lossFn(model(more), labels).item().toFixed(4)}`);

type Values = Record<string, { readonly data: Float32Array }>;
/** The part of onnxruntime that is used here. */
interface OnnxRuntime {
  Tensor: new (type: "float32", data: unknown, shape: readonly number[]) => object;
  InferenceSession: { create(model: Uint8Array): Promise<{ run(feeds: object): Promise<Values> }> };
}
const ort: OnnxRuntime = createRequire(import.meta.url)("onnxruntime-web");
const session = await ort.InferenceSession.create(toOnnx(model, [1, 4]));
const { y } = await session.run({ x: new ort.Tensor("float32", x.flatten().data, x.shape) });
const difference = largest(model(x).flatten(), tensor([...y.data]));
console.log("largest difference of onnxruntime:", difference);
if (!(difference < 1e-5)) process.exitCode = 1;
