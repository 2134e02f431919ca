/** Sequential models, and what is done with them besides training. */
import { factsFor, type ModelFacts, modelFacts } from "./facts.ts";
import { type Layer, layersText } from "./layers.ts";
import { isLossOfLogits } from "./losses.ts";
import { Leave, REMOVED, type Rewriter, type Rule } from "./rewriter.ts";
import { bare, type Call, literal, type Node, nodesIn, propertyName } from "./syntax.ts";

/** A model as it is written here. */
export interface Written {
  readonly layers: readonly Layer[];
  /** The sizes of one example. */
  readonly input: readonly string[] | null;
  /** The class of the last layer that it has in TensorFlow.js. */
  readonly last: string;
  /** Whether a softmax at the end was taken away: the loss takes logits. */
  readonly logits: boolean;
}

const known = new WeakMap<ModelFacts, Written | Leave>();

/** How a model is written; null where it is left as it is. */
export function writtenModel(facts: ModelFacts | null, r: Rewriter): Written | null {
  if (!facts) return null;
  if (!known.has(facts)) known.set(facts, write(facts, r));
  const found = known.get(facts);
  return found instanceof Leave ? null : (found ?? null);
}

function write(facts: ModelFacts, r: Rewriter): Written | Leave {
  if (!facts.layers || facts.layers.length === 0)
    return new Leave(
      "tf.sequential: not all layers of this model are seen; write new nn.Sequential(…) with all of them.",
    );
  try {
    const { layers, input, sizes } = layersText(facts.layers, r);
    const last = layers.at(-1)?.name ?? "";
    const logits =
      last === "Softmax" &&
      facts.compiled?.optimizer != null &&
      isLossOfLogits(facts.compiled) &&
      !facts.escapes &&
      (sizes === null || sizes.length === 1);
    return { layers: logits ? layers.slice(0, -1) : layers, input, last, logits };
  } catch (error) {
    if (error instanceof Leave) return error;
    throw error;
  }
}

function sequentialText(facts: ModelFacts, written: Written, at: Node, r: Rewriter): string {
  const texts = written.layers.map(({ text }) => text);
  for (const use of facts.passed) r.note(use, "This passes on a model of chainrule now.");
  if (written.logits) r.did(facts.origin, "softmax at the end", "CrossEntropyLoss, which takes logits");
  const indent = r.indent(at);
  const line = `new ${r.use("nn")}.Sequential(${texts.join(", ")})`;
  r.did(facts.origin, "tf.sequential", "nn.Sequential");
  if (line.length + indent.length <= 90 && texts.length < 4) return line;
  return `new ${r.use("nn")}.Sequential(\n${texts.map((t) => `${indent}${r.step}${t},\n`).join("")}${indent})`;
}

/** `tf.sequential(…)` where all layers are given at once. */
const sequential: Rule = (node, r) => {
  const call = node as Call;
  if (r.values.pathOf(call.callee) !== "sequential") return undefined;
  const facts = modelFacts(r).find(({ origin }) => origin === call);
  const written = writtenModel(facts ?? null, r);
  if (!facts || !written) {
    const why = facts && known.get(facts);
    // One note is enough for all layers.
    for (const layer of facts?.layers ?? []) r.said.add((layer as Call).callee);
    throw why instanceof Leave ? why : new Leave("tf.sequential was not converted.");
  }
  return facts.adds.length > 0 ? undefined : sequentialText(facts, written, call, r);
};

/** A model that `model.add` builds is made where its last layer is there. */
const adding: Rule = (node, r) => {
  for (const facts of modelFacts(r)) {
    if (facts.adds.length === 0 || !writtenModel(facts, r)) continue;
    if (node === facts.statement) return REMOVED;
    const place = facts.adds.indexOf(node);
    if (place < 0) continue;
    if (place < facts.adds.length - 1) return REMOVED;
    const written = writtenModel(facts, r) as Written;
    return head(facts, r) + sequentialText(facts, written, node, r) + end(facts, r);
  }
  return undefined;
};

/** What stands before the model in the statement that makes it: `const model = `. */
function head(facts: ModelFacts, r: Rewriter): string {
  const parent = r.tree.parents.get(facts.origin) as Node;
  if (parent.type !== "VariableDeclarator") return `${facts.name} = `;
  const type = (parent.id as { typeAnnotation?: Node }).typeAnnotation;
  const kind = facts.statement.type === "VariableDeclaration" ? facts.statement.kind : "const";
  return `${kind} ${facts.name}${type ? `: ${r.text(type).replace(/^:\s*/, "")}` : ""} = `;
}

const end = (facts: ModelFacts, r: Rewriter): string => (r.source(facts.statement).endsWith(";") ? ";" : "");

/** Methods of models whose names others hardly have. */
const unsure = new Set(
  "fit fitDataset evaluate evaluateDataset predict predictOnBatch trainOnBatch compile".split(" "),
);

/** Whether an expression is a name that the program declares, or something of it. */
function isNamed(node: Node, r: Rewriter): boolean {
  const inner = bare(node);
  if (inner.type === "MemberExpression")
    return inner.object.type === "ThisExpression" || isNamed(inner.object, r);
  return inner.type === "Identifier" && r.scopes.bindingOf(inner) !== undefined;
}

/** Methods of models. */
const methods: Rule = (node, r) => {
  const call = node as Call;
  const callee = bare(call.callee);
  if (callee.type !== "MemberExpression") return undefined;
  const name = propertyName(callee);
  const value = r.values.of(callee.object);
  if (value === undefined && name !== null && unsure.has(name) && isNamed(callee.object, r))
    throw new Leave(
      `If this is a model: ${name} of a model that other files make has to be written by hand; see chainrule/train.`,
    );
  if (value?.is === "layer") return weightsOf(call, value, name, r);
  if (value?.is !== "model" || name === null) return undefined;
  const facts = factsFor(callee.object, r);
  const written = writtenModel(facts, r);
  const model = callee.object;
  const args = r.args(call);
  if (name === "save")
    throw new Leave(
      "model.save: toTfjs(model) of chainrule/io gives model.json and the weights, writeSafetensors(model.stateDict()) one file.",
    );
  if (!written || !facts) {
    const uses = [
      "predict",
      "fit",
      "evaluate",
      "compile",
      "predictOnBatch",
      "summary",
      "trainOnBatch",
      "fitDataset",
      "evaluateDataset",
    ];
    if (uses.includes(name))
      throw new Leave(`model.${name}: the model itself was not converted, or may be one of several.`);
    return undefined;
  }
  switch (name) {
    case "predict":
    case "predictOnBatch":
    case "apply": {
      const training = args[1] !== undefined && name === "apply";
      if (training)
        throw new Leave("model.apply with options: model.train() and model.eval() say how layers behave.");
      r.did(call, `model.${name}`, "a call of the model");
      return predicted(r.receiver(model), r.argument(args[0]), written, r);
    }
    case "summary": {
      r.did(call, "model.summary", "console.log(model.summary)");
      const sizes = written.input ? `[${["1", ...written.input].join(", ")}]` : "";
      return `console.log(${r.receiver(model)}.summary(${sizes}))`;
    }
    case "countParams":
      return r.method(call, model, "numParameters", []);
    case "getWeights":
      r.did(call, "model.getWeights", "weight, bias");
      return `[${tensorsOf(r.receiver(model), written, null, r).join(", ")}]`;
    case "setWeights":
      return setWeights(call, r.receiver(model), written, null, r);
    case "trainOnBatch":
      throw new Leave("model.trainOnBatch: optimizer.zeroGrad(); loss.backward(); optimizer.step();");
    case "fitDataset":
    case "evaluateDataset":
      throw new Leave(`model.${name}: fit and evaluate of chainrule/train take a DataLoader.`);
    default:
      return undefined;
  }
};

/** What a model predicts: without gradients, and probabilities where its last layer was a softmax. */
function predicted(model: string, x: string, written: Written, r: Rewriter): string {
  const y = `${outputOf(model, x, written, r)}${written.logits ? ".softmax(-1)" : ""}`;
  // What `minimize` differentiates may pass here.
  return differentiates(r) ? y : `${r.use("noGrad")}(() => ${y})`;
}

/** What a model gives in evaluation mode. */
export function outputOf(model: string, x: string, { layers }: Written, r: Rewriter): string {
  if (!layers.some(({ name }) => name === "Dropout" || name === "BatchNorm1d")) return `${model}(${x})`;
  const helper = r.helperName("predict");
  const [of, tensor, result] = r.tree.typed
    ? [`: ${r.use("nn")}.Sequential`, `: ${r.use("Tensor")}`, `: ${r.use("Tensor")}`]
    : ["", "", ""];
  r.helpers.set(
    helper,
    `/** What a model gives in evaluation mode; it stays in the mode in which it is. */
function ${helper}(model${of}, x${tensor})${result} {
  const { training } = model;
  const y = model.eval()(x);
  model.train(training);
  return y;
}`,
  );
  return `${helper}(${model}, ${x})`;
}

const differentiating = new WeakMap<Rewriter, boolean>();

/** Whether the program computes gradients otherwise than by `fit`. */
function differentiates(r: Rewriter): boolean {
  const known = differentiating.get(r);
  if (known !== undefined) return known;
  const found = nodesIn(r.tree.program, (n) => {
    if (n.type !== "CallExpression") return false;
    const path = r.values.pathOf(n.callee);
    if (path !== null) return /^(variableGrads|grads?|valueAndGrads?|customGrad)$/.test(path);
    return (
      n.callee.type === "MemberExpression" &&
      /^(minimize|computeGradients)$/.test(propertyName(n.callee) ?? "")
    );
  });
  differentiating.set(r, found.length > 0);
  return found.length > 0;
}

/** The weights of layers as TensorFlow.js counts them: a kernel is a transposed weight. */
function tensorsOf(model: string, written: Written, from: number | null, r: Rewriter): string[] {
  const sure = r.tree.typed ? "!" : "";
  return written.layers.flatMap((layer, i) => {
    if (from !== null && layer.from !== from) return [];
    const at = `${model}.at(${i})`;
    if (layer.name === "Linear")
      return [`${at}.weight.T`, ...(layer.text.includes("bias: false") ? [] : [`${at}.bias${sure}`])];
    if (layer.name === "Embedding") return [`${at}.weight`];
    if (layer.name === "LayerNorm") return [`${at}.weight${sure}`, `${at}.bias${sure}`];
    if (layer.name === "BatchNorm1d")
      return [
        `${at}.weight${sure}`,
        `${at}.bias${sure}`,
        `${at}.runningMean${sure}`,
        `${at}.runningVar${sure}`,
      ];
    return [];
  });
}

function setWeights(call: Call, model: string, written: Written, from: number | null, r: Rewriter): string {
  const [list] = r.args(call);
  const targets = tensorsOf(model, written, from, r);
  if (
    list?.type !== "ArrayExpression" ||
    list.elements.length !== targets.length ||
    list.elements.some((e) => !e || e.type === "SpreadElement")
  )
    throw new Leave(
      "setWeights: model.loadStateDict(state), or weight.copy_(values) in noGrad; a kernel is a transposed weight.",
    );
  const indent = r.indent(call);
  r.did(call, "setWeights", ".copy_");
  const lines = (list.elements as Node[]).map((value, i) => `${targets[i]}.copy_(${r.argument(value)});`);
  return `${r.use("noGrad")}(() => {\n${lines.map((line) => `${indent}${r.step}${line}\n`).join("")}${indent}})`;
}

/** `model.layers[0].getWeights()` and `setWeights`. */
function weightsOf(
  call: Call,
  { model: origin, index }: { model: Node; index: number },
  name: string | null,
  r: Rewriter,
): string | undefined {
  if (name !== "getWeights" && name !== "setWeights") return undefined;
  const facts = modelFacts(r).find((f) => f.origin === origin);
  const written = writtenModel(facts ?? null, r);
  const model = holderOf(call, r);
  if (!written || model === null)
    throw new Leave(
      `${name}: the weights of a layer are its weight and its bias; a kernel is a transposed weight.`,
    );
  if (name === "setWeights") return setWeights(call, model, written, index, r);
  r.did(call, "getWeights", "weight, bias");
  return `[${tensorsOf(model, written, index, r).join(", ")}]`;
}

/** `model` of `model.layers[0].getWeights()`. */
function holderOf(call: Call, r: Rewriter): string | null {
  let node: Node = call.callee as Node;
  while (node.type === "MemberExpression" || node.type === "CallExpression") {
    const inner: Node = bare(
      node.type === "MemberExpression" ? (node.object as Node) : (node.callee as Node),
    );
    if (r.values.of(inner)?.is === "model") return r.receiver(inner);
    node = inner;
  }
  return null;
}

/** `getWeights()[0]`: the tensor itself. */
const oneWeight: Rule = (node, r) => {
  if (node.type !== "MemberExpression" || !node.computed || node.object.type !== "CallExpression")
    return undefined;
  const index = literal(node.property);
  const { callee } = node.object;
  if (
    callee.type !== "MemberExpression" ||
    propertyName(callee) !== "getWeights" ||
    typeof index !== "number"
  )
    return undefined;
  const value = r.values.of(callee.object);
  const origin = value?.is === "layer" ? value.model : value?.is === "model" ? value.origin : null;
  const written = writtenModel(modelFacts(r).find((f) => f.origin === origin) ?? null, r);
  const model = holderOf(node.object, r);
  if (!written || model === null) return undefined;
  const found = tensorsOf(model, written, value?.is === "layer" ? value.index : null, r)[index];
  if (found !== undefined) r.did(node, `getWeights()[${index}]`, found.replace(/^.*\./, "."));
  return found;
};

export const modelRules: readonly (readonly [type: string, rule: Rule])[] = [
  ["VariableDeclaration", adding],
  ["ExpressionStatement", adding],
  ["CallExpression", sequential],
  ["CallExpression", methods],
  ["MemberExpression", oneWeight],
];
