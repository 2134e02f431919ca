/** Handwritten digits of 8 × 8 grey values. */
import { data, fromTypedArray, Generator, nn, tensor } from "chainrule";
import { mlp } from "./mlp.ts";
import type { NetworkExample, Rows } from "./types.ts";

const SIDE = 8;
const PIXELS = SIDE * SIDE;
/** The largest grey value of the file. */
const WHITE = 16;

export const digits: NetworkExample = {
  kind: "network",
  pace: 100,
  name: "digits",
  title: "Handwritten digits",
  about:
    "1,797 pictures of 8 × 8 grey values, here from 0 to 1, in ten classes (UCI Optical Recognition of Handwritten Digits, test part).",
  task: "classification",
  inputNames: Array.from(
    { length: PIXELS },
    (_, i) => `pixel ${Math.floor(i / SIDE) + 1}, ${(i % SIDE) + 1}`,
  ),
  outputNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  target: "digit",
  picture: { width: SIDE, height: SIDE },
  config: {
    hidden: [64],
    activation: "relu",
    optimizer: "adam",
    lr: 0.003,
    batchSize: 64,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  },
  curve: null,
  file: "digits.csv",
  rows(text) {
    const lines = text.trim().split(/\r?\n/).slice(1);
    const numbers = lines.map((line) => line.split(",").map(Number));
    const labels = numbers.map((row) => row[PIXELS]);
    const parts = data.stratifiedSplit(labels, [0.68, 0.12, 0.2], { generator: new Generator(0) });
    const rows = (places: ArrayLike<number>): Rows => {
      const x = new Float32Array(places.length * PIXELS);
      Array.from(places, (row, i) =>
        x.set(
          numbers[row].slice(0, PIXELS).map((grey) => grey / WHITE),
          i * PIXELS,
        ),
      );
      return {
        x: fromTypedArray(x, [places.length, PIXELS]),
        y: tensor(
          Array.from(places, (row) => labels[row]),
          { dtype: "int32" },
        ),
      };
    };
    return { training: rows(parts[0]), validation: rows(parts[1]), test: rows(parts[2]) };
  },
  model: (config) => mlp(PIXELS, config, 10),
  loss: () => new nn.CrossEntropyLoss(),
};
