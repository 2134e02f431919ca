/** Points of a plane in two or more classes: XOR, two moons, a spiral. */
import { data, fromTypedArray, Generator, nn, randn, tensor } from "chainrule";
import type { TrainingConfig } from "../protocol.ts";
import { mlp } from "./mlp.ts";
import type { NetworkExample, Rows } from "./types.ts";

/** Points with their class. */
interface Points {
  readonly x: number[];
  readonly y: number[];
  readonly label: number[];
}

type Told = Pick<NetworkExample, "name" | "title" | "about" | "outputNames" | "config">;

const example = (told: Told, rows: NetworkExample["rows"]): NetworkExample => ({
  ...told,
  kind: "network",
  pace: 100,
  task: "classification",
  inputNames: ["x₁", "x₂"],
  target: "class",
  picture: null,
  curve: null,
  file: null,
  rows,
  model: (config) => mlp(2, config, told.outputNames.length),
  loss: () => new nn.CrossEntropyLoss(),
});

const settings: TrainingConfig = {
  hidden: [8, 8],
  activation: "tanh",
  optimizer: "adam",
  lr: 0.01,
  batchSize: 32,
  weightDecay: 0,
  dropout: 0,
  seed: 0,
};

const rowsOf = ({ x, y, label }: Points, places: readonly number[]): Rows => ({
  x: fromTypedArray(Float32Array.from(places.flatMap((i) => [x[i], y[i]])), [places.length, 2]),
  y: tensor(
    places.map((i) => label[i]),
    { dtype: "int32" },
  ),
});

/** Parts of about 60, 20 and 20 %, each with both classes in equal numbers. */
function split(points: Points): ReturnType<NetworkExample["rows"]> {
  const parts = data.stratifiedSplit(points.label, [0.6, 0.2, 0.2], { generator: new Generator(0) });
  const [training, validation, test] = parts.map((places) => rowsOf(points, [...places]));
  return { training, validation, test };
}

/** `count` normal numbers of standard deviation `sd`, always the same. */
const noise = (count: number, sd: number, seed: number): ArrayLike<number> =>
  randn([count], { generator: new Generator(seed) }).mul(sd).data;

export const xor = example(
  {
    name: "xor",
    title: "XOR",
    about:
      "Four rows that no line can part: the class is 1 where exactly one input is 1 (Minsky and Papert, Perceptrons, 1969).",
    outputNames: ["0", "1"],
    config: { ...settings, hidden: [4], lr: 0.05, batchSize: 0 },
  },
  () => {
    const corners = { x: [0, 0, 1, 1], y: [0, 1, 0, 1], label: [0, 1, 1, 0] };
    return { training: rowsOf(corners, [0, 1, 2, 3]), validation: null, test: null };
  },
);

/** Points of two classes, half of each, with normal noise on both coordinates. */
function noisy(count: number, sd: number, place: (along: number, label: number) => [number, number]): Points {
  const each = count / 2;
  const [dx, dy] = [noise(count, sd, 1), noise(count, sd, 2)];
  const label = Array.from({ length: count }, (_, i) => (i < each ? 0 : 1));
  const at = label.map((which, i) => place((i % each) / (each - 1), which));
  return { x: at.map(([x], i) => x + dx[i]), y: at.map(([, y], i) => y + dy[i]), label };
}

/** Two half circles that reach into each other, as scikit-learn's make_moons(400, noise=0.2). */
const moonPoints = (): Points =>
  noisy(400, 0.2, (along, label) => {
    const angle = Math.PI * along;
    return label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  });

/** Two arms of one and a half turns. */
const spiralPoints = (): Points =>
  noisy(400, 0.02, (along, label) => {
    const radius = 0.1 + 0.9 * along;
    const angle = 3 * Math.PI * along + label * Math.PI;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });

export const moons = example(
  {
    name: "moons",
    title: "Two moons",
    about:
      "400 points on two half circles that reach into each other, with noise of standard deviation 0.2, as scikit-learn's make_moons.",
    outputNames: ["upper", "lower"],
    config: settings,
  },
  () => split(moonPoints()),
);

export const spiral = example(
  {
    name: "spiral",
    title: "Spiral",
    about:
      "400 points on two arms that wind around each other, after Lang and Witbrock's two spirals (1988).",
    outputNames: ["first arm", "second arm"],
    config: { ...settings, hidden: [16, 16], lr: 0.02 },
  },
  () => split(spiralPoints()),
);
