/** All built-in examples but the penguins, which are a table like any other (see `penguins`). */
import type { ExampleName } from "../protocol.ts";
import { circuits } from "./circuits.ts";
import { cubic } from "./cubic.ts";
import { digits } from "./digits.ts";
import { lecture } from "./lecture.ts";
import { mazur } from "./mazur.ts";
import { moons, spiral, xor } from "./points.ts";
import type { Example, NetworkExample } from "./types.ts";

export type { CircuitExample, Example, NetworkExample, Rows } from "./types.ts";

/** The example whose data is a table: it goes the way of a file that was dropped. */
export const penguins = {
  name: "penguins",
  title: "Palmer penguins",
  about:
    "344 penguins of three species, by island, sizes, mass and sex, with missing values (Horst, Hill and Gorman 2020, CC0).",
  file: "penguins.csv",
  target: "species",
  config: {
    hidden: [16],
    activation: "relu",
    optimizer: "adam",
    lr: 0.005,
    batchSize: 32,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  },
} as const;

const all: readonly Example[] = [lecture, mazur, xor, moons, spiral, digits, cubic, ...circuits];

/** An example by its name. */
export const exampleNamed = (name: Exclude<ExampleName, "penguins">): Example =>
  all.find((example) => example.name === name) as Example;

export const isNetwork = (example: Example): example is NetworkExample => example.kind === "network";
