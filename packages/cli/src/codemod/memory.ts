/** What memory needs in TensorFlow.js and not here: tidy, dispose, keep. Scopes become the code inside them. */
import type * as acorn from "acorn";
import { Leave, REMOVED, type Rewriter, type Rule } from "./rewriter.ts";
import { patternNames } from "./scopes.ts";
import {
  bare,
  type Call,
  isFunction,
  isListed,
  isPrimary,
  literal,
  type Node,
  nodesIn,
  propertyName,
  returnsOf,
} from "./syntax.ts";

type Fn = acorn.ArrowFunctionExpression | acorn.FunctionExpression;

/** The function that `tf.tidy` runs, or null for any other node. */
function tidied(node: Node | null | undefined, r: Rewriter): Fn | null {
  if (node?.type !== "CallExpression" || r.values.pathOf(node.callee) !== "tidy") return null;
  const fn = r.args(node).at(-1);
  if (
    !isFunction(fn) ||
    fn.type === "FunctionDeclaration" ||
    fn.params.length > 0 ||
    fn.async ||
    fn.generator
  )
    return null;
  const ownThis =
    fn.type === "FunctionExpression" && nodesIn(fn, (n) => n.type === "ThisExpression").length > 0;
  return ownThis ? null : fn;
}

const blockOf = (fn: Fn | null): acorn.BlockStatement | null =>
  fn && (fn.body as Node).type === "BlockStatement" ? (fn.body as acorn.BlockStatement) : null;

/** The names that a block declares for itself. */
function declaredIn(block: acorn.BlockStatement): string[] {
  return block.body.flatMap((statement) =>
    statement.type === "VariableDeclaration"
      ? statement.declarations.flatMap((d) => patternNames(d.id).map(({ name }) => name))
      : (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") && statement.id
        ? [statement.id.name]
        : [],
  );
}

/** Whether the statements of a block may stand in the list around a statement: no name means something else there. */
function fits(block: acorn.BlockStatement, around: Node, r: Rewriter): boolean {
  const own = new Set(declaredIn(block));
  if (own.size === 0) return true;
  const list = r.tree.parents.get(around);
  if (list?.type !== "BlockStatement" && list?.type !== "Program") return false;
  const holder = r.tree.parents.get(list);
  const scope = isFunction(holder) ? holder : list;
  return (
    nodesIn(
      scope,
      (n) => n.type === "Identifier" && own.has(n.name) && !(n.start >= block.start && n.end <= block.end),
    ).length === 0
  );
}

/** Moves lines left or right, so that they begin where `indent` says. The first one stands already. */
export function indented(text: string, from: string, to: string): string {
  // What stands in a text over several lines is no indentation.
  if (from === to || text.split("\n").some((line) => line.split("`").length % 2 === 0)) return text;
  return text
    .split("\n")
    .map((line, i) => (i === 0 || !line.startsWith(from) ? line : to + line.slice(from.length)))
    .join("\n");
}

/** The statements of a block as lines at another indentation; `last` says what its last `return` becomes. */
export function spliced(
  block: acorn.BlockStatement,
  indent: string,
  r: Rewriter,
  last?: (value: string, node: Node | null) => string,
): string {
  const returns = returnsOf(block);
  const end = block.body.at(-1);
  const inner = block.body[0] ? r.indent(block.body[0]) : indent;
  const text =
    last && end?.type === "ReturnStatement" && returns.length === 1
      ? r.instead(
          end,
          () => last(end.argument ? r.argument(end.argument) : "undefined", end.argument ?? null),
          () => r.text(block),
        )
      : r.text(block);
  return indented(text.slice(1, -1).trim(), inner, indent);
}

/** `tf.tidy(() => …)` as an expression. */
const tidyCall: Rule = (node, r) => {
  const call = node as Call;
  const path = r.values.pathOf(call.callee);
  if (path === "keep" && r.args(call).length === 1) {
    r.did(call, "tf.keep", "");
    return wrapped(call, r.args(call)[0], r);
  }
  if (path !== "tidy") return undefined;
  const [fn] = r.args(call).slice(-1);
  r.did(call, "tf.tidy", "");
  if (!isFunction(fn) || fn.type === "FunctionDeclaration" || fn.params.length > 0) {
    if (fn?.type === "Identifier") return `${r.text(fn)}()`;
    throw new Leave("tidy needs no counterpart: call the function itself.");
  }
  const body = fn.body as Node;
  if (body.type !== "BlockStatement") return wrapped(call, body, r);
  return `(${r.text(fn)})()`;
};

/** An expression in the place of the call around it. */
function wrapped(call: Node, inner: Node, r: Rewriter): string {
  const text = r.text(inner);
  const parent = r.tree.parents.get(call);
  const alone =
    parent &&
    (/^(VariableDeclarator|ReturnStatement|ExpressionStatement|AssignmentExpression|Property|PropertyDefinition)$/.test(
      parent.type,
    ) ||
      (parent.type === "CallExpression" && parent.callee !== call) ||
      (parent.type === "ArrowFunctionExpression" && inner.type !== "ObjectExpression"));
  const safe =
    isPrimary(inner) ||
    (alone &&
      inner.type !== "SequenceExpression" &&
      !(parent.type === "ExpressionStatement" && inner.type === "ObjectExpression"));
  return safe ? text : `(${text})`;
}

/** `tf.tidy(() => { … });` as a statement, `return tf.tidy(…)` and `const y = tf.tidy(…)`: the statements themselves. */
const tidyStatement: Rule = (node, r) => {
  const value =
    node.type === "ExpressionStatement"
      ? node.expression.type === "AssignmentExpression"
        ? node.expression.right
        : node.expression
      : node.type === "ReturnStatement"
        ? node.argument
        : node.type === "VariableDeclaration" && node.declarations.length === 1
          ? node.declarations[0].init
          : null;
  const block = blockOf(tidied(value, r));
  if (!block || !value) return undefined;
  const indent = r.indent(node);
  const returns = returnsOf(block);
  const end = block.body.at(-1);
  const atEnd = end?.type === "ReturnStatement" && returns.length === 1;
  const safe = fits(block, node, r) && (isListed(node, r.tree) || block.body.length === 1);
  if (node.type === "ReturnStatement") {
    if (end?.type !== "ReturnStatement") return undefined;
    r.did(value, "tf.tidy", "");
    return safe ? spliced(block, indent, r) : r.text(block);
  }
  if (node.type === "ExpressionStatement" && node.expression === value) {
    if (returns.length > 0 && !atEnd) return undefined;
    r.did(value, "tf.tidy", "");
    const asStatement = (text: string, at: Node | null): string =>
      at?.type === "ObjectExpression" ? `(${text});` : `${text};`;
    if (safe) return block.body.length > 0 ? spliced(block, indent, r, asStatement) : REMOVED;
    return `{\n${indent}${r.step}${indented(spliced(block, indent, r, asStatement), indent, indent + r.step)}\n${indent}}`;
  }
  if (!atEnd || !safe || r.tree.parents.get(node)?.type === "ExportNamedDeclaration") return undefined;
  if (r.tree.parents.get(node)?.type.startsWith("For")) return undefined;
  const head = r.tree.source.slice(node.start, value.start);
  r.did(value, "tf.tidy", "");
  return spliced(block, indent, r, (text) => `${head}${text};`);
};

/** `(x) => tf.tidy(() => { … })`: the block is the function's own. */
const tidyArrow: Rule = (node, r) => {
  if (node.type !== "ArrowFunctionExpression") return undefined;
  const block = blockOf(tidied(node.body, r));
  if (!block) return undefined;
  const parameters = new Set(node.params.flatMap(patternNames).map(({ name }) => name));
  if (declaredIn(block).some((name) => parameters.has(name))) return undefined;
  r.did(node.body, "tf.tidy", "");
  const from = r.indent(block);
  return head(node, r) + indented(r.text(block), from, from);
};

/** A function's text before its body. */
function head(fn: acorn.ArrowFunctionExpression, r: Rewriter): string {
  const { source } = r.tree;
  let text = "";
  let at = fn.start;
  for (const param of fn.params) {
    text += source.slice(at, param.start) + r.text(param);
    at = param.end;
  }
  // What TypeScript says of the result stands between the parameters and the arrow.
  const result = (fn as { returnType?: Node }).returnType;
  if (result) {
    text += source.slice(at, result.start) + r.text(result);
    at = result.end;
  }
  return text + source.slice(at, fn.body.start);
}

/** Whether something holds a tensor, a model or another thing that TensorFlow.js disposes of. */
const disposable = (node: Node, r: Rewriter): boolean => {
  const value = r.values.of(node);
  return (
    value?.is === "tensor" ||
    value?.is === "tensors" ||
    value?.is === "model" ||
    value?.is === "optimizer" ||
    value?.is === "record"
  );
};

/** Whether an expression does nothing but free memory. */
function frees(expression: Node, r: Rewriter): boolean {
  const node = expression.type === "AwaitExpression" ? expression.argument : bare(expression);
  if (node.type === "ChainExpression") return frees(node.expression, r);
  if (node.type === "SequenceExpression") return node.expressions.every((e) => frees(e, r));
  if (node.type === "LogicalExpression") return node.operator === "&&" && frees(node.right, r);
  if (node.type !== "CallExpression") return false;
  const path = r.values.pathOf(node.callee);
  if (path !== null)
    return /^(dispose|ready|setBackend|disposeVariables|enableProdMode|enableDebugMode|engine\.\w+|env\.\w+|registerBackend)$/.test(
      path,
    );
  const callee = bare(node.callee);
  if (callee.type !== "MemberExpression") return false;
  const name = propertyName(callee);
  if (callee.object.type === "CallExpression") {
    const outer = r.values.pathOf(callee.object.callee);
    if (outer === "engine" && (name === "startScope" || name === "endScope" || name === "disposeVariables"))
      return true;
    if (outer === "env" && name === "set") return true;
  }
  if (name === "dispose") return disposable(callee.object, r);
  if (name === "forEach") {
    const [fn] = r.args(node);
    return isFunction(fn) && (fn.body as Node).type !== "BlockStatement" && frees(fn.body as Node, r);
  }
  // console.log(tf.memory().numTensors), and nothing else that anybody waits for.
  return (
    callee.object.type === "Identifier" &&
    callee.object.name === "console" &&
    nodesIn(node, (n) => n.type === "CallExpression" && r.values.pathOf(n.callee) === "memory").length > 0
  );
}

/** Whether a statement does nothing but free memory: also one for each of some tensors, or where there is one. */
function freesAlone(node: Node, r: Rewriter): boolean {
  if (node.type === "ExpressionStatement") return frees(node.expression, r);
  if (node.type === "BlockStatement")
    return node.body.length > 0 && node.body.every((inner) => freesAlone(inner, r));
  const quiet = (condition: Node): boolean =>
    nodesIn(condition, (n) => /^(Call|New|Assignment|Update|Await|Yield)Expression$/.test(n.type)).length ===
    0;
  if (node.type === "ForOfStatement") return quiet(node.right) && freesAlone(node.body, r);
  return (
    node.type === "IfStatement" &&
    quiet(node.test) &&
    freesAlone(node.consequent, r) &&
    (!node.alternate || freesAlone(node.alternate, r))
  );
}

const freeing: Rule = (node, r) => {
  if (!freesAlone(node, r)) return undefined;
  r.did(node, r.source(node).replace(/\s+/g, " ").replace(/;$/, ""), "");
  return REMOVED;
};

/** Calls about memory that are no statement of their own. */
const remaining: Rule = (node, r) => {
  const call = node as Call;
  const path = r.values.pathOf(call.callee);
  if (path === "memory")
    throw new Leave("tf.memory: tensors are garbage-collected, there is nothing to count.");
  if (path === "nextFrame" && r.args(call).length === 0) {
    r.did(call, "tf.nextFrame", "setTimeout");
    return "new Promise((resolve) => setTimeout(resolve))";
  }
  const callee = bare(call.callee);
  if (path !== null || callee.type !== "MemberExpression" || propertyName(callee) !== "dispose")
    return undefined;
  if (r.values.of(callee.object) === undefined && callee.object.type !== "ThisExpression")
    throw new Leave("dispose: if this is a tensor or a model, take it away; they are garbage-collected.");
  return undefined;
};

/** Reading the elements, printing, and writing a variable. */
const reading: Rule = (node, r) => {
  const call = node as Call;
  const callee = bare(call.callee);
  if (callee.type !== "MemberExpression" || r.values.pathOf(callee) !== null) return undefined;
  const name = propertyName(callee);
  const x = callee.object;
  const value = r.values.of(x);
  const [first] = r.args(call);
  const tensor = value?.is === "tensor" ? value : undefined;
  const between = r.gap(x, callee.property);
  if (name === "dataSync" && (tensor || value === undefined)) {
    r.did(call, ".dataSync", ".data");
    return `${r.receiver(x)}${between}data${tensor && !tensor.changes ? "" : ".slice()"}`;
  }
  if (name === "arraySync" && (tensor || value === undefined))
    return nested(call, x, between, tensor?.dtype === "bool", r);
  if (!tensor) {
    const advice: Readonly<Record<string, string>> = {
      data: "await x.read()", array: "x.toArray()", print: "console.log(x.toString())", assign: "noGrad(() => x.copy_(values))",
    }; // biome-ignore format: a table
    const fits =
      r.args(call).length === (name === "assign" ? 1 : 0) &&
      !(x.type === "Identifier" && !r.scopes.bindingOf(x));
    if (value === undefined && fits && name !== null && Object.hasOwn(advice, name))
      throw new Leave(`If this is a tensor, ${name} is ${advice[name]} here.`);
    return undefined;
  }
  if (name === "data") return r.method(call, x, "read", []);
  if (name === "array") {
    const parent = r.tree.parents.get(call);
    if (parent?.type === "AwaitExpression") return nested(call, x, between, tensor.dtype === "bool", r);
    if (parent?.type === "MemberExpression")
      throw new Leave("array(): toArray() gives the arrays at once, without a promise.");
    return `Promise.resolve(${nested(call, x, between, tensor.dtype === "bool", r)})`;
  }
  if (name === "print") {
    r.did(call, ".print", "console.log");
    return `console.log(${r.text(x)}.toString())`.replace(
      /\((.*)\.toString\(\)\)$/s,
      (_, text: string) => `(${isPrimary(x) ? text : `(${text})`}.toString())`,
    );
  }
  if (name === "assign" && first) {
    r.did(call, ".assign", ".copy_");
    return `${r.use("noGrad")}(() => ${r.receiver(x)}.copy_(${r.argument(first)}))`;
  }
  if (name === "bufferSync" || name === "buffer")
    throw new Leave(`${name}: x.at(i, j).item() reads, x.setAt_([i, j], value) writes.`);
  return undefined;
};

function nested(call: Call, x: Node, between: string, truths: boolean, r: Rewriter): string {
  r.did(call, `.${propertyName(bare(call.callee))}`, ".toArray");
  return `${r.receiver(x)}${between}${truths ? 'to("int32").' : ""}toArray()`;
}

/** `x.dataSync()[0]` of one number, and `await` of what is there at once. */
const item: Rule = (node, r) => {
  if (node.type === "AwaitExpression") {
    const { argument } = node;
    if (argument.type !== "CallExpression" || argument.callee.type !== "MemberExpression") return undefined;
    const { object } = argument.callee;
    return propertyName(argument.callee) === "array" && r.values.isTensor(object)
      ? r.text(argument)
      : undefined;
  }
  if (node.type !== "MemberExpression") return undefined;
  const name = propertyName(node);
  const holder = r.values.of(node.object);
  if (holder?.is === "tensor" && (name === "rank" || name === "size")) {
    r.did(node, `.${name}`, name === "rank" ? ".ndim" : ".numel");
    return `${r.receiver(node.object)}${r.gap(node.object, node.property)}${name === "rank" ? "ndim" : "numel"}`;
  }
  if (literal(node.property) !== 0) return undefined;
  const read = node.object.type === "AwaitExpression" ? node.object.argument : node.object;
  if (read.type !== "CallExpression" || read.callee.type !== "MemberExpression") return undefined;
  const method = propertyName(read.callee);
  if (method !== "dataSync" && !(method === "data" && read !== node.object)) return undefined;
  const value = r.values.of(read.callee.object);
  if (value?.is !== "tensor" || value.rank !== 0) return undefined;
  r.did(read, `.${method}`, ".item");
  return `${r.receiver(read.callee.object)}.item()`;
};

export const memoryRules: readonly (readonly [type: string, rule: Rule])[] = [
  ["ExpressionStatement", freeing],
  ["ForOfStatement", freeing],
  ["IfStatement", freeing],
  ["ExpressionStatement", tidyStatement],
  ["ReturnStatement", tidyStatement],
  ["VariableDeclaration", tidyStatement],
  ["ArrowFunctionExpression", tidyArrow],
  ["CallExpression", tidyCall],
  ["CallExpression", remaining],
  ["CallExpression", reading],
  ["MemberExpression", item],
  ["AwaitExpression", item],
];
