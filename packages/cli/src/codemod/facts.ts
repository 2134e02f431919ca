/** What a program says of each of its models: its layers, how it is compiled, where it is trained and used. */
import type * as acorn from "acorn";
import type { Rewriter } from "./rewriter.ts";
import type { Binding } from "./scopes.ts";
import {
  bare,
  type Call,
  isFunction,
  isListed,
  literal,
  type Node,
  nodesIn,
  propertiesOf,
  propertyName,
} from "./syntax.ts";

export interface Compiled {
  readonly call: Call;
  /** The statement of `model.compile(…)`. */
  readonly statement: Node;
  /** The call of `tf.train`, or a text that names an optimizer; null where it comes from elsewhere. */
  readonly optimizer: Node | null;
  /** The variable that holds the optimizer. */
  readonly optimizerName: string | null;
  readonly loss: Node | null;
  readonly metrics: readonly Node[];
}

export interface ModelFacts {
  /** The call of `tf.sequential`. */
  readonly origin: Call;
  /** The statement in which it is made. */
  readonly statement: Node;
  /** How the program calls it there: `model`, `this.model`; null where it has no name. */
  readonly name: string | null;
  /** Its layers, as the calls that make them; null where not all are seen. */
  readonly layers: readonly Node[] | null;
  /** The statements `model.add(…)`. */
  readonly adds: readonly Node[];
  readonly compiled: Compiled | null;
  /** Calls of its methods, by name. */
  readonly calls: ReadonlyMap<string, readonly Call[]>;
  /** Whether something else than the methods that are known here may use it. */
  readonly escapes: boolean;
  /** Where it is passed to what is not in this file. */
  readonly passed: readonly Node[];
}

const known = new WeakMap<Rewriter, readonly ModelFacts[]>();

/** The facts of all models that `tf.sequential` makes. */
export function modelFacts(r: Rewriter): readonly ModelFacts[] {
  const before = known.get(r);
  if (before) return before;
  const origins = nodesIn(
    r.tree.program,
    (n) => n.type === "CallExpression" && r.values.pathOf(n.callee) === "sequential",
  );
  const facts = (origins as Call[]).map((origin) => factsOf(origin, r));
  known.set(r, facts);
  return facts;
}

/** The facts of the model that an expression holds. */
export function factsFor(node: Node, r: Rewriter): ModelFacts | null {
  const value = r.values.of(node);
  return value?.is === "model" ? (modelFacts(r).find(({ origin }) => origin === value.origin) ?? null) : null;
}

const methods = new Set(
  "add compile fit predict predictOnBatch evaluate summary dispose getWeights setWeights countParams layers getLayer save trainOnBatch apply".split(
    " ",
  ),
);

function factsOf(origin: Call, r: Rewriter): ModelFacts {
  const statement = statementOf(origin, r);
  const name = nameOf(origin, statement, r);
  const calls = new Map<string, Call[]>();
  const passed: Node[] = [];
  let escapes = false;
  walkUses(origin, r, (use, parent) => {
    if (parent.type === "MemberExpression" && parent.object === use) {
      const method = propertyName(parent);
      const call = r.tree.parents.get(parent);
      if (method === null || !methods.has(method)) escapes = true;
      else if (call?.type === "CallExpression" && call.callee === parent)
        calls.set(method, [...(calls.get(method) ?? []), call]);
      if (method === "save") escapes = true;
      return;
    }
    if (isShared(use, r)) escapes = true;
    const inside =
      (parent.type === "CallExpression" &&
        parent.callee.type === "Identifier" &&
        r.values.functionOf(parent.callee) !== null) ||
      /^(VariableDeclarator|ReturnStatement|AssignmentExpression|AwaitExpression)$/.test(parent.type) ||
      (parent.type === "ArrowFunctionExpression" && parent.body === use) ||
      (parent.type === "CallExpression" && r.values.pathOf(parent.callee) === "dispose");
    if (!inside) escapes = true;
    if (
      !inside &&
      parent.type === "CallExpression" &&
      parent.callee !== use &&
      r.values.pathOf(parent.callee) === null
    )
      passed.push(use);
  });
  const added = (calls.get("add") ?? []).map((call) => ({
    call,
    statement: r.tree.parents.get(call) as Node,
  }));
  return {
    origin,
    statement,
    name,
    ...layersOf(origin, statement, name, added, r),
    compiled: compiledOf(calls.get("compile") ?? [], r),
    calls,
    escapes,
    passed,
  };
}

/** Whether other files may get hold of what stands here: by a name, a function or a field that is exported. */
function isShared(use: Node, r: Rewriter): boolean {
  const parent = r.tree.parents.get(use);
  if (parent?.type === "AssignmentExpression" && parent.left.type === "MemberExpression") return true;
  if (parent?.type === "VariableDeclarator")
    return parent.id.type === "Identifier" && isExported(r.scopes.bindingOf(parent.id), r);
  let fn: Node | undefined = use;
  while (fn && !isFunction(fn)) fn = r.tree.parents.get(fn);
  const by = use.type === "Identifier" ? r.scopes.bindingOf(use)?.by : undefined;
  const returns = parent?.type === "ReturnStatement" || (fn && fn.body === use);
  return [...(returns && fn ? [fn] : []), ...(by && isFunction(by) ? [by] : [])].some((f) => {
    const holder = r.tree.parents.get(f);
    if (
      holder &&
      /^(MethodDefinition|Property|PropertyDefinition|ExportDefaultDeclaration|AssignmentExpression)$/.test(
        holder.type,
      )
    )
      return true;
    const name =
      isFunction(f) && f.type === "FunctionDeclaration"
        ? f.id
        : holder?.type === "VariableDeclarator"
          ? holder.id
          : null;
    return name !== null && isExported(r.scopes.bindingOf(name), r);
  });
}

function isExported(binding: Binding | undefined, r: Rewriter): boolean {
  if (!binding) return false;
  if (r.tree.parents.get(statementOf(binding.by, r))?.type !== "Program") return false;
  return [binding.at, ...binding.uses].some((name) => {
    for (let up: Node | undefined = name; up; up = r.tree.parents.get(up)) {
      if (/^Export(Specifier|DefaultDeclaration)$/.test(up.type)) return true;
      if (up.type === "ExportNamedDeclaration") return name === binding.at;
      if (up.type === "AssignmentExpression" && /^(module\.)?exports\b/.test(r.source(up.left))) return true;
      if (isFunction(up) && name !== binding.at) return false;
    }
    return false;
  });
}

/** All places where the value of a call stands, itself among them, with what is around them. */
function walkUses(origin: Node, r: Rewriter, visit: (use: Node, parent: Node) => void): void {
  for (const use of nodesIn(
    r.tree.program,
    (n) =>
      (n.type === "Identifier" || n.type === "MemberExpression" || n.type === "CallExpression") &&
      bare(n) === n,
  )) {
    const value = r.values.of(use);
    const parent = r.tree.parents.get(use);
    if (value?.is !== "model" || value.origin !== origin || !parent) continue;
    // The names that declare it are no uses.
    if (parent.type === "VariableDeclarator" && parent.id === use) continue;
    if (/Function/.test(parent.type) && !(parent.type === "ArrowFunctionExpression" && parent.body === use))
      continue;
    if (/^(Property|MemberExpression)$/.test(parent.type) && !("object" in parent && parent.object === use)) {
      if (parent.type === "MemberExpression" && !parent.computed) continue;
    }
    visit(use, parent);
  }
}

function statementOf(node: Node, r: Rewriter): Node {
  let found = node;
  for (
    let up = r.tree.parents.get(found);
    up && !["BlockStatement", "Program", "StaticBlock"].includes(up.type);
    up = r.tree.parents.get(up)
  )
    found = up;
  return found;
}

function nameOf(origin: Node, statement: Node, r: Rewriter): string | null {
  const parent = r.tree.parents.get(origin);
  if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") return parent.id.name;
  if (parent?.type === "AssignmentExpression" && statement.type === "ExpressionStatement")
    return r.source(parent.left);
  return null;
}

function layersOf(
  origin: Call,
  statement: Node,
  name: string | null,
  added: readonly { call: Call; statement: Node }[],
  r: Rewriter,
): { layers: readonly Node[] | null; adds: readonly Node[] } {
  const none = { layers: null, adds: [] };
  const [config] = r.args(origin);
  const given = config === undefined ? new Map<string, acorn.Property>() : propertiesOf(config);
  const list = given?.get("layers")?.value;
  if (!given || (list && list.type !== "ArrayExpression")) return none;
  const layers = list?.type === "ArrayExpression" ? (list.elements as (Node | null)[]) : [];
  if (layers.some((l) => l?.type !== "CallExpression")) return none;
  const block = r.tree.parents.get(statement);
  // Each add has to be a statement beside the one that makes the model.
  if (
    added.some((a) => a.statement.type !== "ExpressionStatement" || r.tree.parents.get(a.statement) !== block)
  )
    return none;
  const [last] = added.slice(-1);
  if (last && (name === null || usedBetween(statement, last.statement, origin, added, r))) return none;
  const more = added.map(({ call }) => r.args(call)[0]);
  if (more.some((l) => l?.type !== "CallExpression")) return none;
  return { layers: [...(layers as Node[]), ...more], adds: added.map((a) => a.statement) };
}

/** Whether a model is used for something else before its last layer is there. */
function usedBetween(
  from: Node,
  to: Node,
  origin: Node,
  added: readonly { statement: Node }[],
  r: Rewriter,
): boolean {
  let used = false;
  walkUses(origin, r, (use) => {
    const isAdd = added.some((a) => use.start >= a.statement.start && use.end <= a.statement.end);
    if (use.start > from.end && use.end < to.start && !isAdd) used = true;
  });
  return used;
}

function compiledOf(calls: readonly Call[], r: Rewriter): Compiled | null {
  if (calls.length !== 1) return null;
  const [call] = calls;
  const statement = r.tree.parents.get(call);
  const config = propertiesOf(r.args(call)[0]);
  if (statement?.type !== "ExpressionStatement" || !isListed(statement, r.tree) || !config) return null;
  const made = config.get("optimizer")?.value;
  const value = made && r.values.of(made);
  const optimizer =
    typeof literal(made) === "string" ? (made as Node) : value?.is === "optimizer" ? value.origin : null;
  const metrics = config.get("metrics")?.value;
  return {
    call,
    statement,
    optimizer,
    optimizerName: made?.type === "Identifier" ? made.name : null,
    loss: config.get("loss")?.value ?? null,
    metrics:
      metrics === undefined
        ? []
        : metrics.type === "ArrayExpression"
          ? (metrics.elements as Node[])
          : [metrics],
  };
}
