/** Trains a network on handwritten digits by a compiled step. The same module runs in Node, on a page and in its worker. */
import { compile, manualSeed, nn, optim, setNumThreads, type Tensor, tensor } from "chainrule";

export interface Training {
  /** Rows of 64 grey values, 0 to 16, and the digit. */
  readonly rows: readonly (readonly number[])[];
  readonly strict: boolean;
  readonly threads: number;
}

export interface Trained {
  readonly losses: readonly number[];
  /** What it would run on, in words. */
  readonly program: string;
  /** What was printed as a warning. */
  readonly warnings: readonly string[];
}

const BATCH = 64;

/** Two epochs of 64–64–10 with Adam, in batches of 64. */
export async function train({ rows, strict, threads }: Training): Promise<Trained> {
  const warnings: string[] = [];
  const warn = console.warn;
  console.warn = (...words) => warnings.push(words.join(" "));
  try {
    setNumThreads(threads);
    return { ...(await run(rows, strict)), warnings };
  } finally {
    console.warn = warn;
  }
}

/** A batch as tensors [64, 64] and [64]. */
function tensorsOf(rows: Training["rows"]): [x: Tensor, y: Tensor] {
  const x = tensor(rows.map((row) => row.slice(0, 64).map((grey) => grey / 16)));
  const y = rows.map((row) => row[64]);
  return [x, tensor(y, { dtype: "int32" })];
}

async function run(rows: Training["rows"], strict: boolean): Promise<Omit<Trained, "warnings">> {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 10));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  const step = (x: Tensor, y: Tensor): Tensor => {
    const loss = lossFn(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  const explanation = compile.explain(step, ...tensorsOf(rows.slice(0, BATCH)));
  const fast = compile(step, { strict });
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for (let from = 0; from < rows.length; from += BATCH) {
      losses.push(fast(...tensorsOf(rows.slice(from, from + BATCH))).item());
      // Workers of a page start while its event loop turns.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  fast.dispose();
  return { losses, program: explanation.trimEnd().split("\n").at(-1) ?? "" };
}
