/** How to do in code what the app does: the TypeScript program of a project with its settings, ready to run. */
import type { ActivationName, OptimizerName, PreparedData, Project, TrainingConfig } from "../../protocol.ts";

/** What the program needs of a project. */
export interface ProgramOf {
  readonly project: Pick<Project, "title" | "task" | "target" | "inputNames" | "outputNames">;
  /** The example that is open; null for a table. */
  readonly example: string | null;
  readonly config: TrainingConfig;
  readonly data: PreparedData;
  /** Steps that the program trains. */
  readonly steps: number;
}

export interface Program {
  readonly name: string;
  readonly text: string;
  /** Numbers that it reads, where they are too many to be written in it. */
  readonly data: { readonly name: string; readonly text: string } | null;
}

const activations: Readonly<Record<ActivationName, string>> = {
  identity: "Identity",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  relu: "ReLU",
  leakyRelu: "LeakyReLU",
  elu: "ELU",
  selu: "SELU",
  gelu: "GELU",
  silu: "SiLU",
  mish: "Mish",
};

const optimizers: Readonly<Record<OptimizerName, string>> = {
  sgd: "SGD",
  momentum: "SGD",
  adam: "Adam",
  adamw: "AdamW",
  rmsprop: "RMSprop",
};

/** Data of up to so many numbers is written into the program. */
const MOST_WRITTEN = 64;

/** Examples whose data is a formula. */
const formulas: Readonly<Record<string, string>> = {
  lecture: `const line = linspace(-1, 1, 200);
const x = stack([line, line.mul(line)], -1);
const y = line.mul(Math.PI).sin();`,
  cubic: `const line = linspace(-Math.PI, Math.PI, 2000, { dtype: "float64" });
const x = stack([line, line.square(), line.pow(3)], -1);
const y = line.sin();`,
};

export function programOf(of: ProgramOf): Program {
  const stem =
    (of.example ?? of.project.title.replace(/\.\w+$/, "")).replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "") ||
    "program";
  const { config, example } = of;
  const formula = example === null ? undefined : formulas[example];
  const written = formula ?? (of.data.x.length + of.data.y.length <= MOST_WRITTEN ? writtenData(of) : null);
  const data = written === null ? { name: `${stem}-data.json`, text: dataText(of.data) } : null;
  const body = [written ?? readData(of, `${stem}-data.json`), modelText(of), trainingText(of)].join("\n\n");
  const imports = [
    "compile",
    "data",
    "linspace",
    "manualSeed",
    "nn",
    "noGrad",
    "optim",
    "stack",
    "tensor",
    "type Tensor",
  ].filter((name) => new RegExp(`\\b${name.replace("type ", ": ")}\\b`).test(body.replace(/"[^"]*"/g, "")));
  const lines = [
    `// ${of.project.title.replace(/\s+/g, " ")}: ${of.project.target.replace(/\s+/g, " ")}, seed ${config.seed}.`,
    `// npm install chainrule, then: node ${stem}.ts`,
    data && 'import { readFileSync } from "node:fs";',
    `import { ${imports.join(", ")} } from "chainrule";`,
    "",
    body,
  ];
  return { name: `${stem}.ts`, text: `${lines.filter((line) => line !== null).join("\n")}\n`, data };
}

const dtypeText = (dtype: string): string => (dtype === "float32" ? "" : `, { dtype: "${dtype}" }`);
const targetType = ({ project, data }: ProgramOf): string =>
  project.task === "classification" ? "int32" : data.dtype;

/** Rows of numbers as TypeScript writes them; a plain list where each row has one number and one is asked for. */
function listText(numbers: Float64Array, rows: number): string {
  const width = numbers.length / rows;
  const row = (n: number): string =>
    [...numbers.subarray(n * width, (n + 1) * width)].map((v) => String(v)).join(", ");
  return `[${Array.from({ length: rows }, (_, n) => `[${row(n)}]`).join(", ")}]`;
}

/** Whether y is [rows, outputs]: a single output is flattened by the model, and a class is a number. */
const isMatrix = ({ project, data }: ProgramOf): boolean =>
  project.task === "regression" && data.y.length > data.rows;

function writtenData(of: ProgramOf): string {
  const { data } = of;
  const y = isMatrix(of) ? listText(data.y, data.rows) : `[${[...data.y].join(", ")}]`;
  return `const x = tensor(${listText(data.x, data.rows)}${dtypeText(data.dtype)});
const y = tensor(${y}${dtypeText(targetType(of))});`;
}

const readData = (of: ProgramOf, name: string): string => `const { rows, x: inputs, y: targets } = JSON.parse(
  readFileSync(new URL("./${name}", import.meta.url), "utf8"),
) as { rows: number; x: number[]; y: number[] };
const x = tensor(inputs${dtypeText(of.data.dtype)}).reshape([rows, -1]);
const y = tensor(targets${dtypeText(targetType(of))})${isMatrix(of) ? ".reshape([rows, -1])" : ""};`;

const dataText = ({ rows, x, y }: PreparedData): string => JSON.stringify({ rows, x: [...x], y: [...y] });

function modelText(of: ProgramOf): string {
  const { config, project, data, example } = of;
  const layers: string[] = [];
  let width = project.inputNames.length;
  for (const units of config.hidden) {
    layers.push(`new nn.Linear(${width}, ${units})`, `new nn.${activations[config.activation]}()`);
    if (config.dropout > 0) layers.push(`new nn.Dropout(${config.dropout})`);
    width = units;
  }
  layers.push(`new nn.Linear(${width}, ${project.outputNames.length})`);
  if (example === "mazur") layers.push("new nn.Sigmoid()");
  else if (project.task === "regression" && !isMatrix(of)) layers.push("new nn.Flatten(0, 1)");
  const double = data.dtype === "float64" ? ".double()" : "";
  return [
    `manualSeed(${config.seed});
const model = new nn.Sequential(
${layers.map((layer) => `  ${layer},`).join("\n")}
)${double};`,
    initialText(of),
    `const lossFn = ${lossText(of)};`,
    `const optimizer = new optim.${optimizers[config.optimizer]}(model.parameters(), { ${optionsText(config)} });`,
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** Weights that an example begins with, where they are not drawn. */
function initialText({ example, config }: ProgramOf): string {
  if (example === "cubic" && config.hidden.length === 0)
    return "noGrad(() => model.parameters().forEach((w) => void w.zero_())); // one minimum: begin at 0";
  if (example !== "mazur" || String(config.hidden) !== "2" || config.dropout > 0) return "";
  return `// The weights as the example gives them; its biases stay as they are.
const given = [
  { weight: [[0.15, 0.2], [0.25, 0.3]], bias: 0.35 },
  { weight: [[0.4, 0.45], [0.5, 0.55]], bias: 0.6 },
];
const linears = model.modules().filter((layer) => layer instanceof nn.Linear);
noGrad(() =>
  linears.forEach((layer, k) => {
    layer.weight.copy_(tensor(given[k]!.weight, { dtype: "float64" }));
    layer.bias?.fill_(given[k]!.bias).requiresGrad_(false);
  }),
);`;
}

function lossText({ example, project }: ProgramOf): string {
  if (example === "mazur")
    return "(output: Tensor, t: Tensor) => t.sub(output).square().sum().mul(0.5) // E = ½ Σ (t − o)²";
  if (project.task === "classification") return "new nn.CrossEntropyLoss()";
  return example === "lecture" || example === "cubic"
    ? 'new nn.MSELoss({ reduction: "sum" })'
    : "new nn.MSELoss()";
}

function optionsText({ lr, weightDecay, optimizer }: TrainingConfig): string {
  const options = [`lr: ${lr}`];
  if (optimizer === "momentum") options.push("momentum: 0.9");
  // AdamW's own default is not 0.
  if (weightDecay > 0 || optimizer === "adamw") options.push(`weightDecay: ${weightDecay}`);
  return options.join(", ");
}

function trainingText({ config, steps }: ProgramOf): string {
  const update = `const step = compile((inputs: Tensor, targets: Tensor) => {
  const loss = lossFn(model(inputs), targets); // forward pass
  optimizer.zeroGrad();
  loss.backward(); // backward pass
  optimizer.step(); // w ← w − η ∂L/∂w
  return loss;
});
`;
  if (config.batchSize === 0)
    return `${update}
for (let n = 0; n < ${steps}; n++) {
  const loss = step(x, y);
  console.log(n, loss.item());
}`;
  return `${update}
const batches = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: ${config.batchSize}, shuffle: true });
let n = 0;
while (n < ${steps}) {
  for (const [inputs, targets] of batches) {
    if (n === ${steps}) break;
    const loss = step(inputs!, targets!);
    console.log(n++, loss.item());
  }
}`;
}
