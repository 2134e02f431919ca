/**
 * `npm run bench`: chainrule beside PyTorch, interleaved in one run, so that a slow moment of the machine hits both. Each
 * figure is the median of the rounds; machines differ and drift, so the ratios are what counts.
 */
import { manualSeed, nn, optim, rand, type Tensor } from "chainrule";
import { type Peer, startTorch } from "./peer.ts";

const rounds = Number(process.env.ROUNDS ?? 9);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

function secondsARun(run: () => unknown, runs: number): number {
  const start = performance.now();
  for (let i = 0; i < runs; i++) run();
  return (performance.now() - start) / 1000 / runs;
}

function step(): () => number {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const lossFn = new nn.MSELoss();
  const x = rand([1, 2]);
  const y = rand([1, 1]);
  return () => {
    const loss = lossFn(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

function matmul(n: number): () => Tensor {
  const a = rand([n, n]);
  const b = rand([n, n]);
  return () => a.matmul(b);
}

interface Contest {
  name: string;
  unit: (seconds: number) => string;
  ours: () => unknown;
  runs: number;
  request: object;
}

const gflops = (n: number) => (s: number) =>
  `${(s * 1e3).toFixed(2)} ms (${((2 * n ** 3) / s / 1e9).toFixed(0)} GFLOP/s)`;

const contests: Contest[] = [
  {
    name: "step of 2–3–1, batch 1, eager",
    unit: (s) => `${(s * 1e6).toFixed(1)} µs`,
    ours: step(),
    runs: 2000,
    request: { task: "step", runs: 2000 },
  },
  ...[256, 1024].map((n) => ({
    name: `matmul ${n}×${n}, eager`,
    unit: gflops(n),
    ours: matmul(n),
    runs: n === 256 ? 50 : 3,
    request: { task: "matmul", n, runs: n === 256 ? 50 : 3 },
  })),
];

async function compare(contest: Contest, torch: Peer | null): Promise<void> {
  secondsARun(contest.ours, contest.runs * 3); // until the engine has optimized it
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < rounds; i++) {
    ours.push(secondsARun(contest.ours, contest.runs));
    if (torch) theirs.push(await torch.time(contest.request));
  }
  const mine = median(ours);
  let line = `${contest.name.padEnd(32)} chainrule ${contest.unit(mine)}`;
  if (torch)
    line += `   PyTorch ${contest.unit(median(theirs))}   ratio ${(median(theirs) / mine).toFixed(2)}×`;
  console.log(line);
}

const torch = await startTorch(1);
const peer = torch
  ? `PyTorch ${torch.about.torch}, ${torch.about.threads} thread`
  : "no PyTorch here (python3 with torch)";
console.log(`Node ${process.version}; ${peer}; median of ${rounds} interleaved rounds`);
for (const contest of contests) await compare(contest, torch);
torch?.close();
