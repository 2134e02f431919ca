/**
 * How much of the bare inner loop's speed the products of compiled programs keep, packing and epilogue included, and what a
 * second thread gives.
 *
 *   node bench/gemm/programs.ts                              squares, and the products of training steps
 *   node bench/gemm/programs.ts --shapes 1024,64x128x784nt:bias+relu --rounds 15
 *   node bench/gemm/programs.ts --torch python3              PyTorch (one thread) beside it, by that Python
 *   CHAINRULE_WASM=relaxed node bench/gemm/programs.ts       another tier
 *
 * All contestants of a line take turns in each round; what counts is the median of the rounds' ratios.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { theTiers } from "../../packages/chainrule/src/backends/wasm/tiers.ts";
import { CompiledProduct, type Epilogue, type Shape } from "./compiled-product.ts";
import { Contestants, median, rate } from "./contestants.ts";

const { values: options } = parseArgs({
  options: {
    shapes: { type: "string" },
    rounds: { type: "string", default: "11" },
    torch: { type: "string" },
  },
});

const defaults = [
  ...["256", "512", "1024", "2048"],
  ...["64x128x784nt:bias+relu", "64x128x10nn:relu'", "128x784x64tn:sgd"],
  ...["128x512x784nt:bias+relu", "128x512x512nn:relu'", "512x784x128tn:sgd"],
  ...["512x2048x2048nt:bias+relu", "512x2048x2048nn:relu'", "2048x2048x512tn:sgd"],
  ...["1x512x784nt:bias+relu", "128x10x512nt:bias+relu", "10x512x128tn:sgd"],
];

/** "1024" or "64x128x784nt:bias+relu" (m × n × k, which factors are transposed, and the epilogue). */
function parseShape(text: string): Shape {
  const match = /^(\d+)(?:x(\d+)x(\d+))?(nn|nt|tn|tt)?(?::(.+))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is no shape: write 1024 or 64x128x784nt:bias+relu.`);
  const m = Number(match[1]);
  const layout = (match[4] ?? "nn") as Shape["layout"];
  const epilogue = (match[5] ?? "store") as Epilogue;
  return { m, n: Number(match[2] ?? m), k: Number(match[3] ?? m), layout, epilogue };
}

/** GFLOP/s of PyTorch's bare product on one thread, from a process of its own. */
function torchRate(python: string, { m, n, k, layout }: Shape): number {
  const program = `
import time, torch
torch.set_num_threads(1)
a = ${layout[0] === "t" ? `torch.randn(${k}, ${m}).t()` : `torch.randn(${m}, ${k})`}
b = ${layout[1] === "t" ? `torch.randn(${n}, ${k}).t()` : `torch.randn(${k}, ${n})`}
best = []
for _ in range(7):
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < 0.05:
        torch.mm(a, b)
        calls += 1
    best.append(calls * ${2 * m * n * k} / (time.perf_counter() - start) / 1e9)
print(sorted(best)[3])`;
  const environment = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  return Number(execFileSync(python, ["-c", program], { env: environment }));
}

const rounds = Number(options.rounds);
const tier = theTiers().current();
if (!tier) throw new Error("This engine has no WebAssembly SIMD; there is nothing to measure.");
const bare = new Contestants("float32").bareKernel();
console.log(`${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown processor"}`);
console.log(`float32, tier ${tier.tier}, ${rounds} rounds`);
console.log(
  `${"m×n×k".padEnd(30)}${"bare".padStart(8)}${"1 thread".padStart(10)}${"of bare".padStart(9)}${"2 threads".padStart(11)}${"of one".padStart(8)}${options.torch ? "   PyTorch" : ""}`,
);
for (const text of options.shapes?.split(",") ?? defaults) {
  const shape = parseShape(text);
  const product = new CompiledProduct(shape, tier);
  await product.ready();
  const { flops } = product;
  const one = { flops, run: () => product.alone() };
  const two = { flops, run: () => product.together() };
  const found = {
    bare: [] as number[],
    one: [] as number[],
    two: [] as number[],
    share: [] as number[],
    gain: [] as number[],
  };
  rate(two, 20);
  rate(one, 20);
  for (let round = 0; round < rounds; round++) {
    const before = rate(bare, 10);
    const alone = rate(one, 20);
    const after = rate(bare, 10);
    const together = rate(two, 20);
    found.bare.push((before + after) / 2);
    found.one.push(alone);
    found.two.push(together);
    found.share.push((2 * alone) / (before + after));
    found.gain.push(together / alone);
  }
  await product.close();
  const show = (values: readonly number[], digits: number, width: number) =>
    median(values).toFixed(digits).padStart(width);
  const name = `${shape.m}×${shape.n}×${shape.k} ${shape.layout} ${shape.epilogue}`;
  const torch = options.torch ? torchRate(options.torch, shape).toFixed(1).padStart(10) : "";
  console.log(
    `${name.padEnd(30)}${show(found.bare, 1, 8)}${show(found.one, 1, 10)}${show(
      found.share.map((x) => 100 * x),
      0,
      7,
    )} %${show(found.two, 1, 11)}${show(found.gain, 2, 7)}×${torch}`,
  );
}
