/** `compile`, `fit` and `evaluate` of models, by the training loop of `chainrule/train`. */
import type * as acorn from "acorn";
import { type Compiled, factsFor, type ModelFacts, modelFacts } from "./facts.ts";
import { lossOf, type Metric, metricsOf } from "./losses.ts";
import { indented } from "./memory.ts";
import { outputOf, type Written, writtenModel } from "./models.ts";
import { optimizerText } from "./optimizers.ts";
import { Leave, REMOVED, type Rewriter, type Rule } from "./rewriter.ts";
import {
  bare,
  type Call,
  isFunction,
  isPrimary,
  literal,
  NOT_LITERAL,
  type Node,
  propertiesOf,
  propertyName,
} from "./syntax.ts";

/** A model that is written, and what it was compiled with. */
interface Trained {
  readonly facts: ModelFacts;
  readonly written: Written;
  readonly compiled: Compiled;
}

function trained(model: Node, r: Rewriter): Trained | null {
  const facts = factsFor(model, r);
  const written = writtenModel(facts, r);
  if (!facts || !written) return null;
  if (!facts.compiled)
    throw new Leave(
      "The model is not compiled once and plainly in this file: give fit of chainrule/train its loss and its optimizer.",
    );
  return { facts, written, compiled: facts.compiled };
}

/** The calls of `fit` of a model. */
const fits = ({ calls }: ModelFacts): readonly Call[] => calls.get("fit") ?? [];

/** Whether all calls of `fit` see the optimizer that is made where the model is compiled. */
function seesOptimizer({ compiled, ...facts }: ModelFacts, r: Rewriter): boolean {
  const block = compiled && r.tree.parents.get(compiled.statement);
  return (
    !!block &&
    !!compiled &&
    fits({ compiled, ...facts }).every(
      (call) => call.start > compiled.call.end && block.start <= call.start && call.end <= block.end,
    )
  );
}

const names = new WeakMap<ModelFacts, string>();

function optimizerName(facts: ModelFacts, r: Rewriter): string {
  const own = facts.compiled?.optimizerName;
  const known = own && isOnlyCompiled(facts, r) ? own : (names.get(facts) ?? r.fresh("optimizer"));
  names.set(facts, known);
  return known;
}

/** Whether the variable of an optimizer is there for `compile` alone. */
function isOnlyCompiled({ compiled }: ModelFacts, r: Rewriter): boolean {
  const parent = compiled?.optimizer && r.tree.parents.get(compiled.optimizer);
  if (parent?.type !== "VariableDeclarator" || parent.id.type !== "Identifier") return false;
  return (r.scopes.bindingOf(parent.id)?.uses.length ?? 0) <= 1;
}

/** `model.compile(…)` becomes the optimizer, which is made of the model's parameters. */
const compiling: Rule = (node, r) => {
  const facts = modelFacts(r).find(({ compiled }) => compiled?.statement === node);
  if (!facts?.compiled || !writtenModel(facts, r)) return undefined;
  const { compiled } = facts;
  check(facts, r);
  r.did(compiled.call, "model.compile", fits(facts).length === 0 ? "" : "options of fit");
  if (fits(facts).length === 0 || !seesOptimizer(facts, r)) return REMOVED;
  const model = r.receiver((compiled.call.callee as acorn.MemberExpression).object);
  return `const ${optimizerName(facts, r)} = ${optimizerText(compiled.optimizer as Node, `${model}.parameters()`, r)};`;
};

/** Throws Leave where a model can not be trained here as it was. */
function check(facts: ModelFacts, r: Rewriter): void {
  const compiled = facts.compiled as Compiled;
  if (fits(facts).length === 0) return;
  if (!compiled.optimizer)
    throw new Leave("The optimizer is not seen here: fit takes one of optim, made of model.parameters().");
  if (compiled.optimizerName && !isOnlyCompiled(facts, r))
    throw new Leave(
      "The optimizer is used elsewhere too: make one of optim, of model.parameters(), below the model.",
    );
  const written = writtenModel(facts, r) as Written;
  lossOf(compiled, written.last, written.logits, null, r);
  if (!seesOptimizer(facts, r) && (fits(facts).length > 1 || inLoop(fits(facts)[0], r)))
    throw new Leave(
      "fit is called where this optimizer is not seen: make one of optim there, of model.parameters().",
    );
}

function inLoop(node: Node, r: Rewriter): boolean {
  for (let up = r.tree.parents.get(node); up && !isFunction(up); up = r.tree.parents.get(up))
    if (/^(For|While|DoWhile)/.test(up.type)) return true;
  return false;
}

/** The variable of an optimizer that is made where the model is compiled. */
const declaring: Rule = (node, r) => {
  if (node.type !== "VariableDeclaration" || node.declarations.length !== 1) return undefined;
  const [{ init }] = node.declarations;
  const facts = init && modelFacts(r).find(({ compiled }) => compiled?.optimizer === bare(init));
  if (!facts || !writtenModel(facts, r) || !isOnlyCompiled(facts, r)) return undefined;
  check(facts, r);
  return REMOVED;
};

/** `await model.fit(x, y, { … })`. */
const fitting: Rule = (node, r) => {
  const call = node as Call;
  const model = receiverOf(call, "fit", r);
  const found = model && trained(model, r);
  if (!found) return undefined;
  const { facts, written, compiled } = found;
  check(facts, r);
  const [x, y, options] = r.args(call);
  const given = options === undefined ? new Map<string, acorn.Property>() : propertiesOf(options);
  if (!x || !y || !given || x.type === "ArrayExpression")
    throw new Leave("model.fit: write fit(model, { data, loss, optimizer, epochs }) of chainrule/train.");
  const unknown = [...given.keys()].find((key) => !understood.has(key));
  if (unknown) throw new Leave(`model.fit with ${unknown}: see the options of fit in chainrule/train.`);
  const option = (name: string): Node | undefined => {
    const value = given.get(name)?.value;
    return value && literal(value) !== undefined && literal(value) !== null ? value : undefined;
  };
  const metrics = metricsOf(compiled, r);
  const size = option("batchSize") ? r.argument(option("batchSize") as Node) : "32";
  const shuffle = literal(option("shuffle"));
  const shuffled =
    shuffle === false
      ? ""
      : `, shuffle: ${shuffle === NOT_LITERAL ? r.argument(option("shuffle") as Node) : "true"}`;
  const data = dataOf(call, x, y, option("validationSplit"), option("validationData"), r);
  const indent = r.indent(call) + r.step;
  const loader = (rows: string, more: string): string => {
    const parts = [
      `new ${r.use("TensorDataset", "chainrule/data")}(${rows})`,
      `{ batchSize: ${size}${more} }`,
    ];
    const made = `new ${r.use("DataLoader", "chainrule/data")}`;
    if (parts.join("").length < 80) return `${made}(${parts.join(", ")})`;
    return `${made}(\n${parts.map((part) => `${indent}${r.step}${part},\n`).join("")}${indent})`;
  };
  const lines = [`data: ${loader(data.training, shuffled)}`];
  if (data.validation) lines.push(`validation: ${loader(data.validation, "")}`);
  lines.push(`loss: ${lossOf(compiled, written.last, written.logits, y, r).option}`);
  const m = r.receiver(model);
  if (!seesOptimizer(facts, r)) r.note(call, "The optimizer begins anew at each call of fit here.");
  const name = seesOptimizer(facts, r)
    ? optimizerName(facts, r)
    : optimizerText(compiled.optimizer as Node, `${m}.parameters()`, r);
  lines.push(name === "optimizer" ? name : `optimizer: ${name}`);
  lines.push(`epochs: ${option("epochs") ? r.argument(option("epochs") as Node) : "1"}`);
  if (metrics.length > 0) {
    lines.push(
      `metrics: { ${metrics.map(({ key, number }) => `${key}: (output, target) => ${number("output", "target")}`).join(", ")} }`,
    );
    const where = data.validation
      ? "on the validation rows alone"
      : "after each epoch, and not while it goes on";
    r.note(call, `Metrics are taken ${where}.`);
  }
  const callbacks = given.get("callbacks")?.value;
  if (callbacks) lines.push(...callbackLines(call, callbacks, metrics, data.validation !== null, r));
  r.did(call, "model.fit", "fit");
  const text = lines.map((line) => `${indent}${line},\n`).join("");
  return `${r.use("fit", "chainrule/train")}(${m}, {\n${text}${r.indent(call)}})`;
};

const understood = new Set(
  "epochs batchSize shuffle validationSplit validationData callbacks verbose yieldEvery".split(" "),
);

/** The rows to train on and those to validate on: `validationSplit` means the last ones. */
function dataOf(
  call: Call,
  x: Node,
  y: Node,
  split: Node | undefined,
  held: Node | undefined,
  r: Rewriter,
): { training: string; validation: string | null } {
  const [xs, ys] = [r.argument(x), r.argument(y)];
  if (held) {
    if (held.type !== "ArrayExpression" || held.elements.length !== 2)
      throw new Leave("model.fit: validation is a DataLoader of the validation rows.");
    const [a, b] = held.elements as Node[];
    return { training: `${xs}, ${ys}`, validation: `${r.argument(a)}, ${r.argument(b)}` };
  }
  if (!split || literal(split) === 0) return { training: `${xs}, ${ys}`, validation: null };
  if (
    !isPrimary(bare(x)) ||
    !isPrimary(bare(y)) ||
    bare(x).type === "CallExpression" ||
    bare(y).type === "CallExpression"
  )
    throw new Leave(
      "model.fit with validationSplit: name the rows first, and give fit the last ones as validation.",
    );
  const count = r.fresh("trained");
  r.before(call, `const ${count} = Math.floor(${xs}.shape[0] * (1 - ${r.argument(split)}));`);
  const first = (t: string): string => `${t}.narrow(0, 0, ${count})`;
  const last = (t: string): string => `${t}.narrow(0, ${count}, ${t}.shape[0] - ${count})`;
  return { training: `${first(xs)}, ${first(ys)}`, validation: `${last(xs)}, ${last(ys)}` };
}

/** Callbacks, which get logs as TensorFlow.js gives them: epochs count from 0 there. */
function callbackLines(
  call: Call,
  callbacks: Node,
  metrics: readonly Metric[],
  validation: boolean,
  r: Rewriter,
): string[] {
  const list = callbacks.type === "ArrayExpression" ? (callbacks.elements as Node[]) : [callbacks];
  const lines: string[] = [];
  const told: string[][] = [];
  for (const callback of list) {
    const path = callback.type === "CallExpression" ? r.values.pathOf(callback.callee) : null;
    if (path === "callbacks.earlyStopping" && callback.type === "CallExpression")
      lines.push(earlyStopping(callback, r));
    else told.push(adapted(call, callback, metrics, validation, r));
  }
  if (told.length === 0) return lines;
  const line = `callbacks: [${told.map((events) => `{ ${events.join(", ")} }`).join(", ")}]`;
  if (line.length <= 90 && !line.includes("\n")) return [...lines, line];
  const indent = r.indent(call) + r.step + r.step;
  const all = told.map(
    (events) => `${indent}{\n${events.map((event) => `${indent}${r.step}${event},\n`).join("")}${indent}},\n`,
  );
  return [...lines, `callbacks: [\n${all.join("")}${r.indent(call)}${r.step}]`];
}

function earlyStopping(callback: Call, r: Rewriter): string {
  const given = propertiesOf(r.args(callback)[0]) ?? new Map<string, acorn.Property>();
  const monitor = literal(given.get("monitor")?.value) ?? "val_loss";
  if (monitor !== "val_loss" && monitor !== "loss")
    throw new Leave("earlyStopping of a metric: monitor names it, and mode says what is better.");
  const of = (name: string, ours: string): string[] => {
    const value = given.get(name)?.value;
    return value ? [`${ours}: ${r.argument(value)}`] : [];
  };
  const patience = of("patience", "patience");
  r.did(callback, "tf.callbacks.earlyStopping", "earlyStopping");
  const watched = monitor === "loss" ? ['monitor: "loss"'] : [];
  return `earlyStopping: { ${[...(patience.length > 0 ? patience : ["patience: 0"]), ...of("minDelta", "minDelta"), ...watched, "restoreBest: false"].join(", ")} }`;
}

/** A callback that is told what TensorFlow.js would tell it. */
function adapted(
  call: Call,
  callback: Node,
  metrics: readonly Metric[],
  validation: boolean,
  r: Rewriter,
): string[] {
  const prefix = validation ? "val_" : "";
  const logs = [
    "loss: report.loss",
    ...(validation ? ["val_loss: report.validationLoss"] : []),
    ...metrics.map(({ key }) => `${prefix}${key}: report.metrics.${key}`),
  ];
  const tells: Readonly<Record<string, (fn: string) => string>> = {
    onEpochEnd: (fn) => `onEpochEnd: (report) => ${fn}(report.epoch - 1, { ${logs.join(", ")} })`,
    onEpochBegin: (fn) => `onEpochBegin: (epoch) => ${fn}(epoch - 1)`,
    onBatchEnd: (fn) =>
      `onBatchEnd: (report) => ${fn}(report.batch - 1, { batch: report.batch - 1, size: report.rows, loss: report.loss })`,
    onTrainBegin: (fn) => `onTrainBegin: () => ${fn}()`,
    onTrainEnd: (fn) => `onTrainEnd: () => ${fn}()`,
  };
  if (validation && metrics.some(({ key }) => new RegExp(`\\.${key}\\b`).test(r.source(callback))))
    r.note(call, "Logs of metrics are those of the validation rows, val_….");
  const given = propertiesOf(callback);
  if (given) {
    return [...given].map(([name, property]) => {
      if (!Object.hasOwn(tells, name))
        throw new Leave(`The callback ${name} was not converted: see the callbacks of fit.`);
      const fn = (property as acorn.Property).value as Node;
      const own = indented(
        property.method ? asFunction(property, r) : r.text(fn),
        r.indent(fn),
        r.indent(call) + r.step.repeat(3),
      );
      return tells[name](fn.type === "Identifier" ? r.text(fn) : `(${own})`);
    });
  }
  if (callback.type !== "CallExpression" && callback.type !== "Identifier")
    throw new Leave("These callbacks were not converted: see the callbacks of fit.");
  const name = callback.type === "Identifier" ? r.text(callback) : r.fresh("callbacks");
  if (callback.type !== "Identifier")
    r.before(
      call,
      `const ${name} = ${indented(r.text(callback), r.indent(callback), r.indent(r.anchor(call)))};`,
    );
  return ["onEpochEnd", "onBatchEnd"].map((event) => tells[event](`${name}.${event}?.`));
}

/** A method of an object literal as a function. */
function asFunction(property: acorn.Property, r: Rewriter): string {
  const fn = property.value as acorn.FunctionExpression;
  return `${fn.async ? "async " : ""}function ${r.text(fn)}`;
}

/** `model.evaluate(x, y)`: the loss, or the loss and the metrics, as tensors. */
const evaluating: Rule = (node, r) => {
  const call = node as Call;
  const model = receiverOf(call, "evaluate", r);
  const found = model && trained(model, r);
  if (!found) return undefined;
  const { written, compiled } = found;
  const [x, y] = r.args(call);
  if (!x || !y || x.type === "ArrayExpression")
    throw new Leave("model.evaluate: evaluate(model, { data, loss }) of chainrule/train.");
  const loss = lossOf(compiled, written.last, written.logits, y, r);
  const metrics = metricsOf(compiled, r);
  const m = r.receiver(model);
  r.did(call, "model.evaluate", "a call of the model");
  const target = r.argument(y);
  if (compiled.metrics.length === 0)
    return `${r.use("noGrad")}(() => ${loss.of(outputOf(m, r.argument(x), written, r), target)})`;
  if (bare(y).type !== "Identifier")
    throw new Leave("model.evaluate: evaluate(model, { data, loss, metrics }) of chainrule/train.");
  const output = r.fresh("output");
  const indent = r.indent(call);
  const lines = [
    `const ${output} = ${outputOf(m, r.argument(x), written, r)};`,
    `return [${[loss.of(output, target), ...metrics.map(({ tensor }) => tensor(output, target))].join(", ")}];`,
  ];
  return `${r.use("noGrad")}(() => {\n${lines.map((line) => `${indent}${r.step}${line}\n`).join("")}${indent}})`;
};

function receiverOf(call: Call, name: string, r: Rewriter): Node | null {
  const callee = bare(call.callee);
  if (callee.type !== "MemberExpression" || propertyName(callee) !== name) return null;
  return r.values.of(callee.object)?.is === "model" ? callee.object : null;
}

/** `history.history.loss`: a list of what each epoch came to. */
const history: Rule = (node, r) => {
  if (node.type !== "MemberExpression" || node.object.type !== "MemberExpression") return undefined;
  if (r.values.of(node.object.object)?.is !== "history" || propertyName(node.object) !== "history")
    return undefined;
  const name =
    node.computed && typeof literal(node.property) !== "string"
      ? null
      : (propertyName(node) ?? String(literal(node.property)));
  if (name === null) throw new Leave("history: a list of reports here, one for each epoch.");
  const field =
    name === "loss"
      ? "loss"
      : name === "val_loss"
        ? "validationLoss"
        : `metrics.${name.replace(/^val_/, "")}`;
  r.did(node, `history.${name}`, ".history.map");
  return `${r.receiver(node.object.object)}.history.map((epoch) => epoch.${field})`;
};

export const trainingRules: readonly (readonly [type: string, rule: Rule])[] = [
  ["ExpressionStatement", compiling],
  ["VariableDeclaration", declaring],
  ["CallExpression", fitting],
  ["CallExpression", evaluating],
  ["MemberExpression", history],
];
