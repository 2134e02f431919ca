import type { ExampleName } from "../../protocol.ts";

export interface Card {
  readonly name: ExampleName;
  readonly title: string;
  /** What one sees there. */
  readonly line: string;
}

/** The examples of the first page. */
export const cards: readonly Card[] = [
  { name: "lecture", title: "The lecture’s network", line: "2–3–1 units learn sin(πx) from x and x²." },
  {
    name: "mazur",
    title: "Mazur, step by step",
    line: "The best-known worked example: 2–2–2 units, one row, every weight given.",
  },
  { name: "xor", title: "XOR", line: "Four rows that no straight line can part." },
  { name: "moons", title: "Two moons", line: "400 points in two half circles that reach into each other." },
  {
    name: "spiral",
    title: "Spiral",
    line: "Two arms that wind around each other: a border that needs depth.",
  },
  { name: "digits", title: "Handwritten digits", line: "1,797 pictures of 8 × 8 pixels, ten classes." },
  {
    name: "penguins",
    title: "Palmer penguins",
    line: "A real table: three species, numbers, texts, missing values.",
  },
];

/** Worked examples with published numbers, by where they come from. */
export const worked: readonly { readonly source: string; readonly examples: readonly Card[] }[] = [
  {
    source: "CS231n, Stanford",
    examples: [
      { name: "cs231n-product", title: "(x + y) z", line: "The first circuit." },
      { name: "cs231n-neuron", title: "A logistic unit", line: "Two weights and a bias." },
      { name: "cs231n-max", title: "2 (xy + max(z, w))", line: "How max passes a derivative on." },
      { name: "cs231n-quotient", title: "(x + σ(y)) / (σ(x) + (x + y)²)", line: "A longer chain." },
      { name: "cs231n-softmax", title: "Softmax and cross-entropy", line: "Why the derivative is p − t." },
    ],
  },
  {
    source: "micrograd, Andrej Karpathy",
    examples: [
      { name: "micrograd", title: "The expression of its README", line: "Two inputs, used many times." },
      { name: "micrograd-sanity", title: "Its sanity test", line: "One input, used five times." },
    ],
  },
  {
    source: "11-785, Carnegie Mellon",
    examples: [
      { name: "cmu-linear", title: "A linear layer, backwards", line: "Four rows at once." },
      { name: "cmu-softmax", title: "Softmax, backwards", line: "Through the whole Jacobian." },
    ],
  },
  {
    source: "PyTorch’s tutorial",
    examples: [
      {
        name: "cubic",
        title: "sin(x) by a cubic",
        line: "2,000 points, four weights; rates above 3.56×10⁻⁶ diverge.",
      },
    ],
  },
];
