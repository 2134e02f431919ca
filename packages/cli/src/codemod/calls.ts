/** Operations and losses where they are called: as functions of `tf`, or as methods of what is a tensor. */
import { operand, operations } from "./operations.ts";
import { isView, type TensorValue } from "./results.ts";
import { Leave, type Rewriter, type Rule } from "./rewriter.ts";
import { bare, type Call, given, literal, type Node, propertyName } from "./syntax.ts";

/** The losses of `tf.losses`, which take labels first; means over all elements, as here. */
const losses: Readonly<Record<string, readonly [name: string, further?: string]>> = {
  meanSquaredError: ["mseLoss"],
  absoluteDifference: ["l1Loss"],
  huberLoss: ["huberLoss", "delta"],
  sigmoidCrossEntropy: ["binaryCrossEntropyWithLogits"],
  softmaxCrossEntropy: ["crossEntropy"],
};

function loss(call: Call, name: string, r: Rewriter): string {
  const [labels, predictions, weights, further, ...more] = r.args(call);
  const ours = losses[name];
  if (!ours)
    throw new Leave(`tf.losses.${name} has to be written out: see nn.functional and the losses of nn.`);
  if (given(weights) || more.some(given) || (given(further) && !ours[1]))
    throw new Leave(
      `tf.losses.${name} with weights, a reduction or smoothing: see the options of nn.functional.${ours[0]}.`,
    );
  const value = r.values.of(labels);
  const logits = r.values.of(predictions);
  if (
    name === "softmaxCrossEntropy" &&
    [value, logits].some((v) => v?.is === "tensor" && v.rank !== undefined && v.rank !== 2)
  )
    throw new Leave(
      "crossEntropy has the classes in dimension 1: bring logits and labels to [rows, classes].",
    );
  const whole = value?.is === "tensor" && (value.dtype === "int32" || value.dtype === "bool");
  const unsure = name === "softmaxCrossEntropy" && !(value?.is === "tensor" && value.dtype);
  const target = whole || unsure ? `${r.receiver(labels)}.to("float32")` : operand(labels, r);
  const options = given(further) ? `, { ${ours[1]}: ${r.argument(further)} }` : "";
  r.did(call, `tf.losses.${name}`, `nn.functional.${ours[0]}`);
  return `${r.use("nn")}.functional.${ours[0]}(${operand(predictions, r)}, ${target}${options})`;
}

/** Methods of tensors that arrays, sets and maps have too: they are converted where a tensor is sure. */
const shared = new Set(
  "add concat slice reverse round split all any fill sign max min sum mean sort flatten squeeze tile pad where equal stack exp log abs pow sqrt sin cos tan floor ceil square norm dot gather prod transpose reshape cast clone div sub mul".split(
    " ",
  ),
);

/** Says what a call would have to be, if what it is called on were a tensor, where it would be understood otherwise here. */
function doubt(name: string, object: Node, args: readonly Node[], r: Rewriter): void {
  if (object.type === "Identifier" && !r.scopes.bindingOf(object)) return; // Math and its like
  const [first, second] = args;
  if (name === "equal") throw new Leave("If this is a tensor, equal is eq here.");
  if ((name === "max" || name === "min") && first && r.values.of(first)?.is === "numbers")
    throw new Leave(`If this is a tensor, ${name} along a dimension is a${name} here.`);
  if (name === "split" && first && typeof literal(first) === "number")
    throw new Leave("If this is a tensor, chunk(count, dim) makes so many parts here; split takes sizes.");
  if (
    ["sum", "mean", "max", "min", "prod", "any", "all"].includes(name) &&
    given(second) &&
    second.type !== "ObjectExpression"
  )
    throw new Leave(`If this is a tensor, dimensions are kept by ${name}(dim, { keepdim: true }) here.`);
}

/** `tf.add(a, b)` and `a.add(b)`. */
export const operationRule: Rule = (node, r) => {
  const call = node as Call;
  const path = r.values.pathOf(call.callee);
  const args = r.args(call);
  if (path !== null) {
    if (path.startsWith("losses.")) return loss(call, path.slice("losses.".length), r);
    const write =
      operations[path.replace(/^(concat|slice|reverse|pad)[1-6]d$/, "$1").replace(/^linalg\./, "linalg.")];
    if (!write || args.length === 0 || args.some((a) => a.type === "SpreadElement")) return undefined;
    const value = r.values.of(args[0]);
    const tensor = value?.is === "tensor" ? value : undefined;
    return apart(call, path, tensor, write({ call, x: args[0], rest: args.slice(1), value: tensor, r }), r);
  }
  const callee = bare(call.callee);
  if (callee.type !== "MemberExpression") return undefined;
  const name = propertyName(callee);
  if (name === null || !Object.hasOwn(operations, name)) return undefined;
  const value = r.values.of(callee.object);
  if (value?.is !== "tensor" && (value !== undefined || shared.has(name))) {
    if (value === undefined) doubt(name, callee.object, args, r);
    return undefined;
  }
  if (args.some((a) => a.type === "SpreadElement")) return undefined;
  const x = callee.object;
  const tensor = value?.is === "tensor" ? value : undefined;
  return apart(call, name, tensor, operations[name]({ call, x, rest: args, value: tensor, r }), r);
};

/** A view of a variable that is kept: what it shows must not change with the variable. */
function apart(
  call: Call,
  name: string,
  value: TensorValue | undefined,
  text: string | undefined,
  r: Rewriter,
): string | undefined {
  const parent = r.tree.parents.get(call);
  const keeps =
    /^(VariableDeclarator|AssignmentExpression|Property|PropertyDefinition|ArrayExpression|ReturnStatement|ArrowFunctionExpression)$/;
  const kept =
    parent &&
    (keeps.test(parent.type) ||
      (parent.type === "CallExpression" &&
        /^(push|unshift|set|add)$/.test(propertyName(bare(parent.callee)) ?? "") &&
        r.values.of(parent)?.is !== "tensor"));
  if (!text || !kept || !value?.changes || !isView(name) || name === "split" || name === "unstack")
    return text;
  return `${text}.clone()`;
}
