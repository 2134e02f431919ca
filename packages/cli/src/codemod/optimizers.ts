/** Gradients, optimizers, and steps by `minimize`. */
import { modelFacts } from "./facts.ts";
import { indented, spliced } from "./memory.ts";
import { Leave, type Rewriter, type Rule } from "./rewriter.ts";
import type { Binding } from "./scopes.ts";
import {
  bare,
  type Call,
  given,
  isFunction,
  isListed,
  isPrimary,
  literal,
  type Node,
  nodesIn,
  propertyName,
} from "./syntax.ts";

/** An optimizer by the name of `tf.train`: our class, options by position, what differs. */
interface Counterpart {
  readonly name: string;
  readonly options: (args: readonly string[]) => readonly string[];
  readonly differs?: string;
}

const betas = (b1: string | undefined, b2: string | undefined): string[] =>
  b1 || b2 ? [`betas: [${b1 ?? "0.9"}, ${b2 ?? "0.999"}]`] : [];

const counterparts: Readonly<Record<string, Counterpart>> = {
  sgd: { name: "SGD", options: ([lr]) => [`lr: ${lr}`] },
  momentum: {
    name: "SGD",
    options: ([lr, momentum, nesterov]) => [
      `lr: ${lr}`,
      `momentum: ${momentum}`,
      ...(nesterov && nesterov !== "false" ? [`nesterov: ${nesterov}`] : []),
    ],
  },
  adam: {
    name: "Adam",
    // Its own epsilon is 1e-7.
    options: ([lr = "0.001", b1, b2, eps = "1e-7"]) => [`lr: ${lr}`, ...betas(b1, b2), `eps: ${eps}`],
  },
  adamax: {
    name: "Adamax",
    options: ([lr = "0.002", b1, b2, eps = "1e-7"]) => [`lr: ${lr}`, ...betas(b1, b2), `eps: ${eps}`],
    differs:
      "Adamax adds eps to the gradient here, and to the norm in TensorFlow.js: numbers differ slightly.",
  },
  rmsprop: {
    name: "RMSprop",
    options: ([lr, alpha = "0.9", momentum, eps = "1e-7", centered]) => [
      `lr: ${lr}`,
      `alpha: ${alpha}`,
      ...(momentum && !/^0(\.0)?$/.test(momentum) ? [`momentum: ${momentum}`] : []),
      `eps: ${eps}`,
      ...(centered && centered !== "false" ? [`centered: ${centered}`] : []),
    ],
    differs: "RMSprop adds eps to the root here, and under the root in TensorFlow.js: numbers differ.",
  },
  adagrad: {
    name: "Adagrad",
    options: ([lr, initial = "0.1"]) => [`lr: ${lr}`, `initialAccumulatorValue: ${initial}`, "eps: 1e-7"],
    differs:
      "Adagrad adds eps to the root here, and under the root in TensorFlow.js: numbers differ slightly.",
  },
  adadelta: {
    name: "Adadelta",
    options: ([lr = "0.001", rho = "0.95", eps = "1e-7"]) => [`lr: ${lr}`, `rho: ${rho}`, `eps: ${eps}`],
    differs:
      "Adadelta divides by the newest mean of squares here, and by the one before in TensorFlow.js: numbers differ.",
  },
};

/** The rates with which `compile` makes an optimizer that is named by a text. */
const byName: Readonly<Record<string, readonly string[]>> = {
  sgd: ["0.01"], adam: ["0.001"], rmsprop: ["0.001"], adagrad: ["0.01"], adadelta: ["1"], adamax: ["0.002"],
}; // biome-ignore format: a table

/** `new optim.Adam(params, { lr: 0.01 })`, for a call of `tf.train` or a name such as "adam". */
export function optimizerText(of: Node, params: string, r: Rewriter): string {
  const name = literal(of);
  if (typeof name === "string") {
    const key = name.toLowerCase();
    if (!Object.hasOwn(byName, key))
      throw new Leave(`The optimizer "${name}" has no counterpart; see optim.`);
    return construct(of, key, byName[key], params, r);
  }
  const path = of.type === "CallExpression" ? r.values.pathOf(of.callee) : null;
  const key = path?.replace(/^train\./, "") ?? "";
  if (of.type !== "CallExpression" || !Object.hasOwn(counterparts, key))
    throw new Leave("This optimizer is not known here: make one of optim, of the model's parameters().");
  const args = r.args(of).map((a) => (given(a) ? r.argument(a) : undefined));
  return construct(of, key, args as string[], params, r);
}

function construct(of: Node, key: string, args: readonly string[], params: string, r: Rewriter): string {
  const { name, options, differs } = counterparts[key];
  if (differs) r.note(of, differs);
  r.did(of, typeof literal(of) === "string" ? `"${key}"` : `tf.train.${key}`, `optim.${name}`);
  return `new ${r.use("optim")}.${name}(${params}, { ${options(args).join(", ")} })`;
}

/** `const optimizer = tf.train.adam(0.01)`: made of the parameters that it moves. */
const making: Rule = (node, r) => {
  const call = node as Call;
  const path = r.values.pathOf(call.callee);
  if (path === null || !/^train\.\w+$/.test(path)) return undefined;
  if (modelFacts(r).some(({ compiled }) => compiled?.optimizer === call)) return undefined; // where it is compiled
  return optimizerText(call, parametersFor(call, r), r);
};

/** Whether an optimizer is written as one of ours. */
function isMade(call: Call, r: Rewriter): boolean {
  try {
    return optimizerText(call, parametersFor(call, r), r) !== "";
  } catch (error) {
    if (error instanceof Leave) return false;
    throw error;
  }
}

/** The parameters that an optimizer moves: those that its calls of `minimize` name, or all variables of the program. */
function parametersFor(call: Call, r: Rewriter): string {
  const steps = nodesIn(r.tree.program, (n) => {
    if (n.type !== "CallExpression" || n.callee.type !== "MemberExpression") return false;
    const value = r.values.of(n.callee.object);
    return propertyName(n.callee) === "minimize" && value?.is === "optimizer" && value.origin === call;
  }) as Call[];
  if (steps.length === 0)
    throw new Leave(
      "An optimizer of optim is made of the parameters that it moves: new optim.SGD([w, b], { lr }).",
    );
  const lists = new Set(steps.map((step) => (given(r.args(step)[2]) ? r.source(r.args(step)[2]) : "")));
  const [list] = lists;
  if (lists.size > 1)
    throw new Leave(
      "Its calls of minimize name different variables; make one optimizer of optim for each list.",
    );
  if (list !== "") {
    const [, , node] = r.args(steps[0]);
    return variablesText(node, call, r);
  }
  return allVariables(call, r);
}

/** The text of a list of variables, once it is sure that it stands before the optimizer. */
function variablesText(node: Node, before: Node, r: Rewriter): string {
  const weights = /\.(trainableWeights|weights|getWeights\(\w*\))(\.map\(.*\.val\))?$/s.exec(r.source(node));
  const model = weights && modelBefore(node, r);
  if (model) return `${model}.parameters()`;
  for (const name of nodesIn(node, (n) => n.type === "Identifier"))
    visible(r.scopes.bindingOf(name), before, r);
  return r.argument(node);
}

function modelBefore(node: Node, r: Rewriter): string | null {
  const [name] = nodesIn(node, (n) => n.type === "Identifier" && r.values.of(n)?.is === "model");
  return name ? r.source(name) : null;
}

function visible(binding: Binding | undefined, before: Node, r: Rewriter): void {
  if (!binding) return;
  const isAround = binding.scope.node.start <= before.start && before.end <= binding.scope.node.end;
  if (!isAround || (binding.at.start > before.start && binding.by.type !== "FunctionDeclaration"))
    throw new Leave(
      `Move this below ${binding.name}: an optimizer of optim is made of the parameters that it moves.`,
    );
  void r;
}

/** All variables that the program makes, as `minimize` means where none are named. */
function allVariables(call: Call, r: Rewriter): string {
  const made = nodesIn(r.tree.program, (n) => n.type === "CallExpression" && isVariable(n, r)) as Call[];
  const names = made.map((variable) =>
    literal(r.args(variable)[1]) === false ? null : holderOf(variable, call, r),
  );
  const models = modelFacts(r).map(({ statement, name }) => {
    if (name === null || statement.end > call.start)
      throw new Leave("Make it of the model's parameters(), below the model.");
    return `${name}.parameters()`;
  });
  const all = [...new Set(names.filter((name) => name !== null))];
  if (models.length + all.length === 0)
    throw new Leave("The variables that it moves are not in this file: new optim.SGD([w, b], { lr }).");
  if (models.length === 1 && all.length === 0) return models[0];
  return `[${[...all, ...models.map((model) => `...${model}`)].join(", ")}]`;
}

/** What to write for a variable among parameters: its name, a field, or all of the list in which it is. */
function holderOf(variable: Call, optimizer: Call, r: Rewriter): string {
  const unnamed = new Leave(
    "Name the variables that it moves: new optim.SGD([w, b], { lr }); not all of them have a name of their own.",
  );
  let parent = r.tree.parents.get(variable);
  const list = parent?.type === "ArrayExpression" ? parent : null;
  if (list) {
    if (list.elements.some((e) => e?.type !== "CallExpression" || !isVariable(e, r))) throw unnamed;
    parent = r.tree.parents.get(list);
  }
  const spread = list ? "..." : "";
  if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") {
    visible(r.scopes.bindingOf(parent.id), optimizer, r);
    return spread + parent.id.name;
  }
  // A field that is set before, in the same method.
  const field =
    parent?.type === "AssignmentExpression" && parent.left.type === "MemberExpression" ? parent.left : null;
  const isOwn = field?.object.type === "ThisExpression" && !field.computed;
  if (!field || !isOwn || methodOf(field, r) !== methodOf(optimizer, r) || field.start > optimizer.start)
    throw unnamed;
  return spread + r.source(field);
}

function methodOf(node: Node, r: Rewriter): Node | undefined {
  let up = r.tree.parents.get(node);
  while (up && !(isFunction(up) && up.type !== "ArrowFunctionExpression")) up = r.tree.parents.get(up);
  return up;
}

function isVariable(call: Call, r: Rewriter): boolean {
  if (r.values.pathOf(call.callee) === "variable") return true;
  return (
    call.callee.type === "MemberExpression" &&
    propertyName(call.callee) === "variable" &&
    r.values.isTensor(call.callee.object)
  );
}

/** `optimizer.minimize(() => loss)`, in statements. */
const minimizing: Rule = (node, r) => {
  const value =
    node.type === "ExpressionStatement"
      ? node.expression
      : node.type === "ReturnStatement"
        ? node.argument
        : node.type === "VariableDeclaration" && node.declarations.length === 1
          ? node.declarations[0].init
          : null;
  const call = value && isMinimize(bare(value), r);
  if (call?.callee.type !== "MemberExpression") return undefined;
  const optimizer = r.values.of(call.callee.object);
  if (optimizer?.is === "optimizer" && !isMade(optimizer.origin as Call, r)) return undefined;
  const [fn] = r.args(call);
  const indent = r.indent(node);
  const o = r.receiver(call.callee.object);
  const steps = (loss: string): string =>
    [`${o}.zeroGrad();`, `${loss}.backward();`, `${o}.step();`].join(`\n${indent}`);
  r.did(call, ".minimize", ".zeroGrad, .backward, .step");
  if (node.type === "ExpressionStatement") {
    const text = statementOf(fn, indent, steps, r);
    return isListed(node, r.tree)
      ? text
      : `{\n${indent}${r.step}${indented(text, indent, indent + r.step)}\n${indent}}`;
  }
  const loss =
    isFunction(fn) && (fn.body as Node).type !== "BlockStatement"
      ? r.argument(fn.body as Node)
      : `${r.receiver(fn)}()`;
  if (!isListed(node, r.tree)) return undefined;
  if (node.type === "ReturnStatement") {
    const name = r.fresh("loss");
    return [`const ${name} = ${loss};`, steps(name), `return ${name};`].join(`\n${indent}`);
  }
  if (node.type !== "VariableDeclaration" || node.declarations[0].id.type !== "Identifier") return undefined;
  const { name } = node.declarations[0].id;
  const head = r.tree.source.slice(node.start, (value as Node).start);
  return [`${head}${loss};`, steps(name)].join(`\n${indent}`);
};

function statementOf(fn: Node, indent: string, steps: (loss: string) => string, r: Rewriter): string {
  if (!isFunction(fn)) return steps(`${r.receiver(fn)}()`);
  const body = fn.body as Node;
  if (body.type !== "BlockStatement") return steps(isPrimary(body) ? r.text(body) : `(${r.text(body)})`);
  const end = body.body.at(-1);
  if (end?.type !== "ReturnStatement")
    throw new Leave("minimize: the loss has to be returned last to convert this.");
  const last = (text: string, at: Node | null): string =>
    indented(steps(at && isPrimary(at) ? text : `(${text})`), indent, r.indent(end));
  if (body.body.length === 1) return spliced(body, indent, r, last);
  return `{\n${indent}${r.step}${indented(spliced(body, indent, r, last), indent, indent + r.step)}\n${indent}}`;
}

function isMinimize(node: Node, r: Rewriter): Call | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  if (propertyName(node.callee) !== "minimize") return null;
  const value = r.values.of(node.callee.object);
  return value?.is === "optimizer" || value === undefined ? node : null;
}

const other: Rule = (node, r) => {
  const call = node as Call;
  const callee = bare(call.callee);
  if (callee.type !== "MemberExpression") return undefined;
  const name = propertyName(callee);
  if (name === "minimize" && isMinimize(call, r))
    throw new Leave(
      "minimize: optimizer.zeroGrad(); loss.backward(); optimizer.step(); in statements of their own.",
    );
  if (r.values.of(callee.object)?.is !== "optimizer") return undefined;
  if (name === "computeGradients" || name === "applyGradients")
    throw new Leave(`${name}: loss.backward() fills w.grad, optimizer.step() moves the parameters by it.`);
  return undefined;
};

/** `tf.grad(f)` and its kin: functions that differentiate. */
const differentiating: Rule = (node, r) => {
  const call = node as Call;
  const path = r.values.pathOf(call.callee);
  if (path === null || !/^(grads?|valueAndGrads?)$/.test(path)) return undefined;
  const [fn] = r.args(call);
  const differentiates = (n: Node): boolean =>
    n.type === "CallExpression" && /^(grads?|valueAndGrads?)$/.test(r.values.pathOf(n.callee) ?? "");
  let around = r.tree.parents.get(call);
  while (around && !differentiates(around)) around = r.tree.parents.get(around);
  if (around || nodesIn(fn, differentiates).length > 0)
    throw new Leave(`tf.${path} of what differentiates itself: grad(y, [x], { createGraph: true }).`);
  const used = r.tree.parents.get(call);
  const direct = used?.type === "CallExpression" && used.callee === call;
  const body = r.indent(call) + r.step;
  const one = !path.endsWith("s");
  // A name that the function does not know from outside.
  const outer =
    nodesIn(
      fn,
      (n) => n.type === "Identifier" && (n.name === "x" || n.name === "xs") && !declaredIn(n, fn, r),
    ).length > 0;
  const name = outer ? r.fresh("input") : "x";
  const param = one ? name : outer ? r.fresh("inputs") : "xs";
  const type = r.tree.typed ? `: ${r.use("Tensor")}${one ? "" : "[]"}` : "";
  const f = isFunction(fn) || fn.type !== "Identifier" ? `(${r.text(fn)})` : r.text(fn);
  const returned = isFunction(fn)
    ? r.values.returned(fn)
    : fn.type === "Identifier"
      ? r.values.returned(r.values.functionOf(fn) ?? fn)
      : undefined;
  const isNumber = returned?.is === "tensor" && returned.rank === 0;
  r.did(call, `tf.${path}`, r.use("vjp"));
  // What has several elements is summed, as TensorFlow.js does.
  const summed =
    isNumber || path.startsWith("value")
      ? r.text(fn)
      : one
        ? `(${name}${type}) => ${f}(${name}).sum()`
        : `(...${param}${type}) => ${f}(...${param}).sum()`;
  const made = `${r.use("vjp")}(${summed}, ${param})`;
  const binding = used?.type === "VariableDeclarator" ? r.scopes.bindingOf(used.id) : undefined;
  const calls = direct ? [used] : binding ? r.values.callsOf(binding) : [];
  if (calls.some((c) => r.args(c).length > 1)) throw new Leave("A gradient to start from: vjp(f, x, v).");
  const found = one ? "grad" : "grads";
  const result = path.startsWith("value")
    ? `(${param}${type}) => {\n${body}const [value, ${found}] = ${made};\n${body}return { value, ${found} };\n${r.indent(call)}}`
    : `(${param}${type}) => ${made}[1]`;
  return direct ? `(${result})` : result;
};

/** Whether a name inside a function is declared there. */
function declaredIn(name: Node, fn: Node, r: Rewriter): boolean {
  const binding = r.scopes.bindingOf(name);
  return binding === undefined || (fn.start <= binding.at.start && binding.at.end <= fn.end);
}

export const optimizerRules: readonly (readonly [type: string, rule: Rule])[] = [
  ["ExpressionStatement", minimizing],
  ["ReturnStatement", minimizing],
  ["VariableDeclaration", minimizing],
  ["CallExpression", making],
  ["CallExpression", other],
  ["CallExpression", differentiating],
];
