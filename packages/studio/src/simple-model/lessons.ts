/** The worked examples of the page: how each is computed, what its source prints, and where readers go wrong. */
import { nn, type Tensor, tensor } from "chainrule";
import type { Quantity } from "chainrule/trace";
import * as circuit from "../examples/circuits.ts";
import { cubic } from "../examples/cubic.ts";
import { lecture } from "../examples/lecture.ts";
import { mazur } from "../examples/mazur.ts";
import type { CircuitExample, NetworkExample } from "../examples/types.ts";
import { ConstantSlope } from "./slope.ts";

/** An expression, with what the trace needs of it. */
export type Expression = Pick<
  CircuitExample,
  "inputs" | "compute" | "loss" | "target" | "gradient" | "outputNames"
>;

/** A network that learns. */
export interface Learner {
  readonly model: () => nn.Module;
  /** Null where the model's result is the loss itself. */
  readonly loss: (() => nn.Module) | null;
  /** [rows, inputs] and what is to come out; a fresh copy each time. */
  readonly data: () => { readonly x: Tensor; readonly y: Tensor | null };
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly lr: number;
  readonly momentum?: number;
  /** Seeds the default generator before weights are drawn. */
  readonly seed: number;
}

/** Rows that go through together in the walk, from 0: `count` of them from `start` on. */
export interface RowChoice {
  readonly label: string;
  readonly start: number;
  readonly count: number;
}

/** Numbers that the source prints, and what they are numbers of. */
export interface Published {
  readonly what: string;
  /** The tensor by its symbol, such as "z⁽¹⁾"; "ℓ" for the loss; "error" for the largest relative error of numeric derivatives. */
  readonly symbol: string;
  readonly of: Quantity;
  /** Row-major, as many as the tensor has. */
  readonly numbers: readonly number[];
  /** After so many steps from the beginning. Default 0. */
  readonly after?: number;
  /** η of these steps, where it is another one. */
  readonly lr?: number;
  /** Relative difference that rounding explains: what is printed with few digits can not agree better. Default 1e-12. */
  readonly within?: number;
}

export interface Lesson {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly about: string;
  /** What to look at, and traps. */
  readonly notes: readonly string[];
  readonly network: Learner | null;
  readonly expression: Expression | null;
  /** The first one is shown at the start. */
  readonly rows: readonly RowChoice[];
  /** How many steps the buttons take. */
  readonly steps: readonly number[];
  readonly published: readonly Published[];
}

const allRows: readonly RowChoice[] = [{ label: "all rows", start: 0, count: Number.POSITIVE_INFINITY }];

const learner = (example: NetworkExample): Learner => ({
  model: () => example.model(example.config),
  loss: () => example.loss(),
  data: () => example.rows("").training,
  inputNames: example.inputNames,
  outputNames: example.outputNames,
  lr: example.config.lr,
  seed: example.config.seed,
});

type Told = Pick<Lesson, "id" | "group" | "notes" | "published"> & Partial<Lesson>;

const ofNetwork = (example: NetworkExample, told: Told): Lesson => ({
  title: example.title,
  about: example.about,
  network: learner(example),
  expression: null,
  rows: allRows,
  steps: [1, 100],
  ...told,
});

const ofCircuit = (example: CircuitExample, told: Omit<Told, "id">): Lesson => ({
  id: example.name,
  title: example.title,
  about: example.about,
  network: null,
  expression: example,
  rows: allRows,
  steps: [],
  ...told,
});

const value = (
  what: string,
  symbol: string,
  numbers: readonly number[],
  more: Partial<Published> = {},
): Published => ({
  what,
  symbol,
  of: "value",
  numbers,
  ...more,
});
const slope = (symbol: string, numbers: readonly number[], more: Partial<Published> = {}): Published => ({
  what: `∂ℓ/∂${symbol}`,
  symbol,
  of: "gradient",
  numbers,
  ...more,
});

const LECTURE = "The lecture";
const MAZUR = "Matt Mazur";
const CS231N = "Stanford CS231n";
const MICROGRAD = "micrograd";
const CMU = "CMU 11-785";
const PYTORCH = "PyTorch";

const lectureLesson = ofNetwork(lecture, {
  id: "lecture",
  group: LECTURE,
  notes: [
    "Two inputs x and x², three hidden units with y = max(0, z), one output. The bias is the weight w₀ from a unit that is always 1.",
    "The loss of the program is Σ (y − sin πx)² over all 200 points, and so is each step below. One row by itself shows the same pass with fewer numbers.",
    "Where z is negative, its unit gives 0, and nothing goes back through it: ∂ℓ/∂z = 0, and none of its weights moves for that row.",
  ],
  rows: [
    { label: "row 1", start: 0, count: 1 },
    { label: "row 2", start: 1, count: 1 },
    { label: "row 3", start: 2, count: 1 },
    { label: "rows 1 to 3 together", start: 0, count: 3 },
    { label: "all 200 rows, as a step sees them", start: 0, count: 200 },
  ],
  steps: [1, 10, 100, 2000],
  published: [],
});

const mazurLesson = ofNetwork(mazur, {
  id: "mazur",
  group: MAZUR,
  notes: [
    "The post prints 0.291027924 as the error after one update. That follows only if the hidden deltas use output weights that were updated already (0.29102792390544); with all weights updated at once it is 0.29102777369359933.",
    "The post keeps its biases as they are, and so does this page; the next example trains them.",
    "Beside every derivative stands a centred difference with h = 10⁻⁵. By CS231n's advice, a relative error above 10⁻² is wrong, and 10⁻⁷ or less is right, short of kinks.",
  ],
  steps: [1, 100, 10_000],
  published: [
    value("z of the hidden units", "z⁽¹⁾", [0.3775, 0.3925]),
    value("y of the hidden units", "y⁽¹⁾", [0.5932699921071872, 0.596884378259767]),
    value("z of the outputs", "z⁽²⁾", [1.10590596705977, 1.2249214040964653]),
    value("y of the outputs", "y⁽²⁾", [0.7513650695523157, 0.7729284653214625]),
    value("the error E", "ℓ", [0.2983711087600027]),
    slope("y⁽²⁾", [0.7413650695523157, -0.21707153467853746]),
    slope("z⁽²⁾", [0.13849856162855695, -0.038098236516556236]),
    slope("W⁽²⁾", [0.08216704056423077, 0.08266762784753325, -0.02260254047747507, -0.022740242215978222]),
    slope("y⁽¹⁾", [0.03635030639314466, 0.0413703226487447]),
    slope("z⁽¹⁾", [0.00877135468948693, 0.009954254705217196]),
    slope(
      "W⁽¹⁾",
      [0.0004385677344743465, 0.000877135468948693, 0.0004977127352608599, 0.0009954254705217198],
    ),
    slope("y⁽⁰⁾", [0.0038042668797273384, 0.004740547349462545], { what: "∂ℓ/∂x" }),
    value(
      "W⁽¹⁾ after one update",
      "W⁽¹⁾",
      [0.1497807161327628, 0.19956143226552567, 0.24975114363236958, 0.29950228726473915],
      { after: 1 },
    ),
    value(
      "W⁽²⁾ after one update",
      "W⁽²⁾",
      [0.35891647971788465, 0.4086661860762334, 0.5113012702387375, 0.5613701211079891],
      { after: 1 },
    ),
    value("E after one update", "ℓ", [0.29102777369359933], { after: 1 }),
    value("E after 10,000 updates", "ℓ", [3.510187782978859e-5], { after: 10_000, within: 1e-9 }),
    value("the outputs after 10,000 updates", "y⁽²⁾", [0.01591362044355068, 0.9840642735146238], {
      after: 10_000,
      within: 1e-9,
    }),
    value("the largest relative error of numeric derivatives, at most", "error", [1e-7], {
      within: Number.POSITIVE_INFINITY,
    }),
  ],
});

const mazurBiases = ofNetwork(mazur, {
  id: "mazur-biases",
  group: MAZUR,
  title: "The same, with trained biases",
  about: "Each unit has a bias of its own, which is a weight like any other and is trained.",
  notes: ["∂ℓ/∂w₀ = 1 · ∂ℓ/∂z: the unit that the bias comes from is always 1."],
  network: {
    ...learner(mazur),
    model: () => {
      const model = mazur.model(mazur.config);
      for (const parameter of model.parameters()) parameter.requiresGrad_(true);
      return model;
    },
  },
  steps: [1, 100, 10_000],
  published: [
    value("the hidden biases after one update", "w₀⁽¹⁾", [0.3456143226552565, 0.3450228726473914], {
      after: 1,
    }),
    value("the biases of the outputs after one update", "w₀⁽²⁾", [0.5307507191857215, 0.6190491182582781], {
      after: 1,
    }),
    value("E after one update", "ℓ", [0.28047144679143016], { after: 1 }),
  ],
});

const circuits: readonly Lesson[] = [
  ofCircuit(circuit.product, {
    group: CS231N,
    notes: [
      "A sum hands its derivative on to both inputs; a product swaps them: each gets the other one as its factor.",
    ],
    published: [value("the result", "ℓ", [-12]), slope("x", [-4]), slope("y", [-4]), slope("z", [3])],
  }),
  ofCircuit(circuit.neuron, {
    group: CS231N,
    notes: [
      "The derivative of the logistic function is σ(z)(1 − σ(z)): it needs the result of the forward pass alone.",
      "The notes round to two digits, such as 0.73, 0.39 and −0.59.",
    ],
    published: [
      value("the result", "ℓ", [0.7310585786300049]),
      slope("w0", [-0.19661193324148185]),
      slope("w1", [-0.3932238664829637]),
      slope("w2", [0.19661193324148185]),
      slope("x0", [0.3932238664829637]),
      slope("x1", [-0.5898357997244456]),
    ],
  }),
  ofCircuit(circuit.max, {
    group: CS231N,
    notes: ["max sends its derivative to the larger input alone. At a tie the two would share it."],
    published: [
      value("the result", "ℓ", [-20]),
      slope("x", [-8]),
      slope("y", [6]),
      slope("z", [2]),
      slope("w", [0]),
    ],
  }),
  ofCircuit(circuit.quotient, {
    group: CS231N,
    notes: [
      "x and y are used more than once: what comes back from each use is added. Forgetting one of them is the usual mistake.",
    ],
    published: [
      value("the result", "ℓ", [1.5456448841066441]),
      slope("x", [2.0595697955721652]),
      slope("y", [1.5922327514838093]),
    ],
  }),
  ofCircuit(circuit.softmaxLoss, {
    group: CS231N,
    notes: [
      "Softmax and cross-entropy together have the plainest of derivatives: ∂ℓ/∂z = p − t, here with t = (0, 1, 0).",
    ],
    published: [slope("z", [0.2, -0.7, 0.5])],
  }),
  ofCircuit(circuit.micrograd, {
    group: MICROGRAD,
    notes: ["The README prints four digits; the exact numbers are 2421/98, 47620/343 and 221433/343."],
    published: [value("g", "ℓ", [2421 / 98]), slope("a", [47_620 / 343]), slope("b", [221_433 / 343])],
  }),
  ofCircuit(circuit.microgradSanity, {
    group: MICROGRAD,
    notes: ["relu(z) at z = −10 gives 0 and passes nothing back, but z itself is used once more, in z · x."],
    published: [value("y", "ℓ", [-20]), slope("x", [46])],
  }),
  ofCircuit(circuit.cmuLinear, {
    group: CMU,
    notes: [
      "Four rows go through together, and ∂ℓ/∂Z is given. ∂ℓ/∂W and ∂ℓ/∂b are sums over the rows.",
      "The homework writes the bias b; here it is the weight w₀.",
    ],
    published: [
      value("Z = A Wᵀ + b", "z⁽¹⁾", [10, -3, -16, 4, -1, -6, -2, 1, 4, -8, 3, 14]),
      slope("y⁽⁰⁾", [4, -5, 4, 4, 4, 13, 4, 22], { what: "∂ℓ/∂A" }),
      slope("W⁽¹⁾", [28, 30, 24, 30, 20, 30]),
      slope("w₀⁽¹⁾", [2, 6, 10]),
    ],
  }),
  ofCircuit(circuit.cmuSoftmax, {
    group: CMU,
    notes: [
      "Every output of a softmax depends on every input: each ∂ℓ/∂z is a sum of five terms, one for each output.",
    ],
    published: [
      slope(
        "Z",
        [
          0.014882262202388448, 0.0666976718543496, 0.29550076620741, 0.18130306940220284,
          -0.5583837696663508,
        ],
        {
          within: 1e-11,
        },
      ),
    ],
  }),
];

const scores = (): Expression["inputs"] => [
  {
    name: "A",
    value: tensor(
      [
        [-4, -3],
        [-2, -1],
        [0, 1],
        [2, 3],
      ],
      { dtype: "float64" },
    ),
  },
];

const cmuLosses: readonly Lesson[] = [
  {
    id: "cmu-cross-entropy",
    group: CMU,
    title: "Mean cross-entropy",
    about: "Four rows of two logits A against their classes (CMU 11-785, homework 1 part 1).",
    notes: [
      "The mean is over the rows; in both columns the logits differ by 1, so that a row costs ln(1 + e) or ln(1 + e⁻¹).",
    ],
    network: null,
    expression: {
      inputs: scores(),
      compute: () => new nn.Identity(),
      loss: () => new nn.CrossEntropyLoss(),
      target: tensor([1, 0, 0, 1], { dtype: "int32" }),
      outputNames: ["first", "second"],
    },
    rows: allRows,
    steps: [],
    published: [value("the mean cross-entropy", "ℓ", [0.8132616875182228])],
  },
  {
    id: "cmu-squared-error",
    group: CMU,
    title: "Mean squared error",
    about: "The same A against Y as numbers (CMU 11-785, homework 1 part 1).",
    notes: [
      "The mean is over all eight elements. Some courses divide by the rows alone, or by twice as many: then all derivatives differ by that factor.",
    ],
    network: null,
    expression: {
      inputs: scores(),
      compute: () => new nn.Identity(),
      loss: () => new nn.MSELoss(),
      target: tensor(
        [
          [0, 1],
          [1, 0],
          [1, 0],
          [0, 1],
        ],
        { dtype: "float64" },
      ),
      outputNames: ["first", "second"],
    },
    rows: allRows,
    steps: [],
    published: [value("the mean squared error", "ℓ", [6.5])],
  },
  {
    id: "cmu-momentum",
    group: CMU,
    title: "Gradient descent with momentum",
    about:
      "One weight, which is 1, and a derivative that is always 0.1; η = 0.9, momentum 0.9 (CMU 11-785, homework 1 part 1).",
    notes: [
      "v ← 0.9 v + ∂ℓ/∂w, then w ← w − 0.9 v: the second step goes 0.171, not 0.09.",
      "The update in the walk is that of plain gradient descent; the steps below remember the one before.",
    ],
    network: {
      model: () => new ConstantSlope(1),
      loss: null,
      data: () => ({ x: tensor([[0.1]], { dtype: "float64" }), y: null }),
      inputNames: ["x"],
      outputNames: ["ℓ"],
      lr: 0.9,
      momentum: 0.9,
      seed: 0,
    },
    expression: null,
    rows: allRows,
    steps: [1],
    published: [
      slope("w", [0.1]),
      value("w after one step", "w", [0.91], { after: 1 }),
      value("w after two steps", "w", [0.739], { after: 2 }),
    ],
  },
];

const cubicLesson = ofNetwork(cubic, {
  id: "cubic",
  group: PYTORCH,
  notes: [
    "No hidden layer: y = a + bx + cx² + dx³, where a is the bias. sin is odd, so a and c get no derivative but that of rounding.",
    "The largest rate that is stable is 2/λ = 3.5579 · 10⁻⁶, where λ is the largest eigenvalue of the Hessian. 3.5 · 10⁻⁶ converges; at 4 · 10⁻⁶ the loss is infinite from step 1587 on. Try both.",
    "The optimum is b = 0.85674084307, d = −0.09333038904, with a loss of 8.81716541: 2,000 steps come to 9.013.",
  ],
  rows: [
    { label: "row 1", start: 0, count: 1 },
    { label: "rows 1 to 3 together", start: 0, count: 3 },
    { label: "all 2,000 rows, as a step sees them", start: 0, count: 2000 },
  ],
  steps: [1, 100, 2000],
  published: [
    value("the loss from zero weights", "ℓ", [999.5]),
    slope("W⁽¹⁾", [-3997.996708485567, 0, -15_470.645909619681]),
    value("the loss after 99 steps", "ℓ", [517.6944485578409], { after: 99, within: 1e-9 }),
    value("after 999", "ℓ", [21.11723377587028], { after: 999, within: 1e-9 }),
    value("after 1,999", "ℓ", [9.01375840456207], { after: 1999, within: 1e-9 }),
    value("after 1,587 with η = 4 · 10⁻⁶", "ℓ", [Number.POSITIVE_INFINITY], { after: 1587, lr: 4e-6 }),
  ],
});

export const lessons: readonly Lesson[] = [
  lectureLesson,
  mazurLesson,
  mazurBiases,
  ...circuits,
  ...cmuLosses,
  cubicLesson,
];

/** The menu's sections, in their order. */
export const groups: readonly string[] = [...new Set(lessons.map(({ group }) => group))];

export const lessonNamed = (id: string): Lesson =>
  lessons.find((lesson) => lesson.id === id) ?? lectureLesson;
