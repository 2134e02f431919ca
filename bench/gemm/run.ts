/**
 * How much of the bare kernel's speed a whole matrix product keeps, and from which size on it beats plain loops.
 *
 *   node bench/gemm/run.ts                                  float32, squares 64 to 2048
 *   node bench/gemm/run.ts --dtype float64 --shapes 1024,64x128x784nt --rounds 15
 *   node bench/gemm/run.ts --crossover                      small sizes against plain loops
 *   CHAINRULE_WASM=relaxed node bench/gemm/run.ts           another tier
 *
 * All contestants of a line take turns in each round. Processors change their clock and have neighbours, so the ratio of a
 * round is taken between turns that follow each other, and the median of the rounds' ratios is what counts.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Contestant, Contestants, median, rate, type Shape } from "./contestants.ts";

const { values: options } = parseArgs({
  options: {
    dtype: { type: "string", default: "float32" },
    shapes: { type: "string" },
    rounds: { type: "string", default: "11" },
    crossover: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
if (options.dtype !== "float32" && options.dtype !== "float64") {
  throw new Error(`--dtype is "${options.dtype}"; it must be float32 or float64.`);
}
const rounds = Number(options.rounds);
const contestants = new Contestants(options.dtype);

/** "1024" or "64x128x784nt" (m × n × k, and which factors are transposed). */
function parseShape(text: string): Shape {
  const match = /^(\d+)(?:x(\d+)x(\d+))?(nn|nt|tn|tt)?$/.exec(text);
  if (!match) throw new Error(`"${text}" is no shape: write 1024 or 64x128x784nt.`);
  const m = Number(match[1]);
  const layout = (match[4] ?? "nn") as Shape["layout"];
  return { m, n: Number(match[2] ?? m), k: Number(match[3] ?? m), layout };
}

interface Line {
  readonly shape: string;
  /** GFLOP/s, medians of the rounds. */
  readonly product: number;
  readonly other: number;
  /** Median of the rounds' ratios of product to other. */
  readonly ratio: number;
}

/** Both take turns, each for about `milliseconds` per round. */
function compare(shape: Shape, product: Contestant, other: Contestant, milliseconds: number): Line {
  const products: number[] = [];
  const others: number[] = [];
  rate(product, milliseconds);
  rate(other, milliseconds);
  for (let round = 0; round < rounds; round++) {
    // Before and after, so that a change of clock in between weighs on both alike.
    const before = rate(other, milliseconds / 2);
    products.push(rate(product, milliseconds));
    others.push((before + rate(other, milliseconds / 2)) / 2);
  }
  return {
    shape: `${shape.m}×${shape.n}×${shape.k} ${shape.layout}`,
    product: median(products),
    other: median(others),
    ratio: median(products.map((value, i) => value / others[i])),
  };
}

const crossoverShapes = ["4", "6", "8", "10", "12", "16", "20", "24", "32", "48", "64"].concat(
  ["1x64x64nt", "1x128x784nt", "1x128x784nn", "64x1x64nt", "64x3x2nt", "64x10x64nt", "200x3x2nt"],
  ["4x32x32nt", "8x32x32nt", "32x32x4nn", "32x8x32nn", "1024x1x1024nn", "2x512x512nn", "512x2x16nn"],
);
const squares = ["64", "96", "128", "192", "256", "384", "512", "768", "1024", "1536", "2048"];
const shapes = (options.shapes?.split(",") ?? (options.crossover ? crossoverShapes : squares)).map(
  parseShape,
);
const bare = contestants.bareKernel();

const header = `${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown processor"}`;
const otherName = options.crossover ? "plain loops" : "bare kernel";
console.log(
  `${header}\n${contestants.type}, tier ${contestants.tier}, tile ${contestants.tile}, ${rounds} rounds`,
);
console.log(`${"m×n×k".padEnd(20)}${"product".padStart(14)}${otherName.padStart(14)}${"ratio".padStart(9)}`);
const lines: Line[] = [];
for (const shape of shapes) {
  const product = contestants.product(shape);
  const line = options.crossover
    ? compare(shape, product, contestants.loops(shape), 5)
    : compare(shape, product, bare, 25);
  lines.push(line);
  const percent = options.crossover ? `${line.ratio.toFixed(2)}×` : `${(100 * line.ratio).toFixed(0)} %`;
  console.log(
    `${line.shape.padEnd(20)}${`${line.product.toFixed(1)} GF/s`.padStart(14)}${`${line.other.toFixed(1)} GF/s`.padStart(14)}${percent.padStart(9)}`,
  );
}
if (options.json) {
  const { type, tier, tile } = contestants;
  writeFileSync(
    options.json,
    `${JSON.stringify({ header, type, tier, tile, rounds, against: otherName, lines }, null, 2)}\n`,
  );
}
