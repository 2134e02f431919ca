/** Imports, types, and the names of `tf` that no other rule understood. */
import { typePathOf } from "./annotations.ts";
import { backendPackage, isTfModule, tfPackage } from "./modules.ts";
import { Leave, REMOVED, type Rewriter, type Rule } from "./rewriter.ts";
import type { Node } from "./syntax.ts";

/** Stands where the imports come, until it is known what there is to import. */
export const IMPORTS = "/* the imports of chainrule */";

const importing: Rule = (node, r) => {
  if (node.type === "ImportDeclaration") {
    const from = String(node.source.value);
    if (backendPackage.test(from) || (tfPackage.test(from) && node.specifiers.length === 0)) {
      r.did(node, `import of ${from}`, "");
      return r.source(node).includes("from") && node.specifiers.length > 0 ? undefined : REMOVED;
    }
    return tfPackage.test(from) ? placed(r) : undefined;
  }
  if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
    if (tfPackage.test(String(node.source?.value)))
      throw new Leave("This passes on names of TensorFlow.js; those of chainrule may differ.");
    return undefined;
  }
  if (node.type === "ExpressionStatement") {
    const backend = isTfModule(node.expression, backendPackage) || isTfModule(node.expression);
    if (!backend) return undefined;
    r.did(node, r.source(node).replace(/;$/, ""), "");
    return REMOVED;
  }
  if (node.type !== "VariableDeclaration") return undefined;
  const [{ init }] = node.declarations;
  const within = node.declarations.some((d) => d.init && isTfModule(d.init));
  if (within && (node.declarations.length > 1 || r.tree.parents.get(node)?.type !== "Program"))
    throw new Leave("Take TensorFlow.js away here when nothing uses it any more.");
  if (!init || node.declarations.length !== 1) return undefined;
  if (isTfModule(init)) return placed(r);
  // const { tensor, layers } = tf;
  return r.values.pathOf(init) === "" && node.declarations[0].id.type === "ObjectPattern"
    ? REMOVED
    : undefined;
};

function placed(r: Rewriter): string | typeof REMOVED {
  if (r.placed) return REMOVED;
  r.placed = true;
  return IMPORTS;
}

/** The names of `tf` that are still there after all rules: they are left, and said. */
const naming: Rule = (node, r) => {
  const parent = r.tree.parents.get(node);
  if (node.type === "Identifier" && r.values.pathOf(node) !== null) r.leftovers.add(node.name);
  if (!parent || (parent.type === "MemberExpression" && parent.object === node)) return undefined;
  if (
    /^(Import|Export)\w*Specifier$/.test(parent.type) ||
    (parent.type === "Property" && r.tree.parents.get(parent)?.type === "ObjectPattern")
  )
    return undefined;
  const path = r.said.has(node) ? null : r.values.pathOf(node);
  if (path === null || (path === "" && !(parent.type === "CallExpression"))) return undefined;
  if (parent.type === "VariableDeclarator") return undefined;
  if (path === "Tensor" || path === "Variable") {
    if (parent.type === "BinaryExpression" && parent.operator === "instanceof") return r.use("Tensor");
  }
  if (path === "") throw new Leave("tf is passed as a whole; pass what is used of chainrule.");
  throw new Leave(`tf.${path} ${hints(path)}`);
};

/** What to write in the place of what is not converted. */
function hints(path: string): string {
  const known: [RegExp, string][] = [
    [
      /^browser\.fromPixels/,
      'is absent: take the pixels\' bytes, tensor(bytes, { dtype: "float32" }).reshape(shape).',
    ],
    [/^browser\./, "is absent: write to a canvas by hand."],
    [/^data\./, "has DataLoader and the datasets of chainrule/data as its counterparts."],
    [/^util\.(shuffle|createShuffledIndices)/, "has randperm(n) as its counterpart, for indices."],
    [/^util\./, "has no counterpart; write it by hand."],
    [
      /^(layers\.(conv|maxPool|averagePool|separable|depthwise|globalM|globalA|upSampling)|conv|maxPool|avgPool|image\.)/,
      "is absent: there are no convolutions and no images here.",
    ],
    [
      /^layers\.(lstm|gru|simpleRNN|rnn|bidirectional|timeDistributed)/,
      "is absent: there are no recurrent layers here.",
    ],
    [/^layers\./, "was not converted; see the layers of nn."],
    [
      /^(input|model|sequential|models\.)/,
      "was not converted: write a class with forward() that extends nn.Module, or nn.Sequential.",
    ],
    [
      /^loadLayersModel/,
      "has fromTfjs of chainrule/io as its counterpart: it takes the text of model.json, and a function that reads the weights.",
    ],
    [/^loadGraphModel/, "is absent: convert the model to ONNX, and read it by fromOnnx of chainrule/io."],
    [
      /^(variableGrads|grads?|valueAndGrads?|customGrad)/,
      "was not converted: loss.backward() and w.grad, or grad(y, [x]).",
    ],
    [/^train\./, "was not converted: an optimizer of optim is made of its parameters."],
    [/^(metrics|losses)\./, "was not converted: see chainrule/metrics and nn.functional."],
    [/^callbacks\./, "has options of fit as its counterpart: earlyStopping, callbacks."],
    [
      /^(profile|time|memory|env|engine|backend|getBackend)/,
      "has no counterpart: there is one engine, and its memory is collected.",
    ],
    [/^io\./, "has the readers and writers of chainrule/io as its counterparts."],
    [/^prelu/, "is prelu(slopes) with one slope, or one for each channel."],
  ];
  return (
    known.find(([pattern]) => pattern.test(path))?.[1] ??
    "was not converted: the tables of from-tensorflow-js.md name what there is."
  );
}

const tensorTypes = /^(Tensor(\dD)?|Scalar|Variable)$/;

/** `tf.Tensor2D` as a type. */
const typing: Rule = (node, r) => {
  const reference = node as unknown as { typeName: Node; typeArguments?: Node; typeParameters?: Node };
  const name = typePathOf(r.values, reference.typeName);
  if (name === null) return undefined;
  if (tensorTypes.test(name)) return typed(node, name, r.use("Tensor"), r);
  if (name === "Optimizer" || /^\w+Optimizer$/.test(name)) return typed(node, name, anyOptimizer(r), r);
  if (name === "Sequential") return typed(node, name, `${r.use("nn")}.Sequential`, r);
  if (name === "LayersModel") return typed(node, name, `${r.use("nn")}.Module`, r);
  throw new Leave(`The type tf.${name} was not converted.`);
};

const anyOptimizer = (r: Rewriter): string => {
  const optim = r.use("optim");
  return `${optim}.Optimizer<${optim}.CommonOptions>`;
};

function typed(node: Node, name: string, ours: string, r: Rewriter): string {
  r.did(node, `tf.${name}`, ours);
  return ours;
}

export const nameRules: readonly (readonly [type: string, rule: Rule])[] = [
  ["ImportDeclaration", importing],
  ["VariableDeclaration", importing],
  ["ExportNamedDeclaration", importing],
  ["ExportAllDeclaration", importing],
  ["ExpressionStatement", importing],
  ["TSTypeReference", typing],
];

/** After all others: what they left. */
export const lastRules: readonly (readonly [type: string, rule: Rule])[] = [
  ["MemberExpression", naming],
  ["Identifier", naming],
];
