/** Tensors from numbers, and at random. */
import type { DType } from "./results.ts";
import { Leave, type Rewriter, type Rule } from "./rewriter.ts";
import { type Call, given, literal, type Node } from "./syntax.ts";

type Options = readonly string[];
/** Writes a tensor with options such as `requiresGrad: true`. */
type Maker = (args: readonly Node[], r: Rewriter, options: Options, call: Call) => string;

/** A call with options, where there are some. */
const make = (name: string, args: readonly string[], options: Options): string =>
  `${name}(${[...args, ...(options.length > 0 ? [`{ ${options.join(", ")} }`] : [])].join(", ")})`;

/** The option that names a dtype; none for float32, which is the default. */
function dtypeOption(node: Node | undefined, fallback: DType = "float32"): Options {
  if (!given(node)) return [];
  const dtype = literal(node);
  if (dtype === fallback) return [];
  if (dtype !== "int32" && dtype !== "bool" && dtype !== "float32")
    throw new Leave("There is no such dtype here: float32, float64, int32 and bool.");
  return [`dtype: "${dtype}"`];
}

const hasText = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) && value.some(hasText));

/** `tensor(values, shape, dtype)`: nested rows give their shape, others are reshaped. */
const fromValues =
  (shapeAt: number | null, dtypeAt: number): Maker =>
  (args, r, options) => {
    const [values] = args;
    const shape = shapeAt === null ? undefined : args[shapeAt];
    const said = args[dtypeAt];
    if (hasText(literal(values))) throw new Leave("There are no tensors of texts.");
    const nested = values.type === "ArrayExpression" && values.elements[0]?.type === "ArrayExpression";
    const dtype = given(said)
      ? dtypeOption(said, sureOf(values, r) === "number" ? "float32" : undefined)
      : dtypeFor(values, r);
    const named =
      given(said) && dtype.length === 0 && sureOf(values, r) !== "number"
        ? [`dtype: "${literal(said)}"`]
        : dtype;
    if (!given(shape) || nested) return make(r.use("tensor"), [r.argument(values)], [...named, ...options]);
    const reshaped = `${make(r.use("tensor"), [r.argument(values)], named)}.reshape(${r.argument(shape)})`;
    return finished(reshaped, options);
  };

/** What the elements are, where that is sure. */
function sureOf(values: Node, r: Rewriter): string | undefined {
  const value = r.values.of(values);
  return value?.is === "numbers" ? value.of : value?.is === "list" ? "number" : undefined;
}

/**
 * The dtype to name where none was: TensorFlow.js makes int32 of whole typed arrays and float32 of Float64Array. What is not
 * known may be a typed array too: as float32 it holds the same numbers.
 */
function dtypeFor(values: Node, r: Rewriter): Options {
  const of = sureOf(values, r);
  if (of === "number" || of === "boolean" || of === "Float32Array" || of === "Int32Array") return [];
  if (of && /^Uint8|^Int/.test(of)) return ['dtype: "int32"'];
  if (values.type === "ArrayExpression") return [];
  return ['dtype: "float32"'];
}

/** Options on what is no longer a call that takes them. */
function finished(text: string, options: Options): string {
  if (options.length === 0) return text;
  return `${text}.requiresGrad_()`;
}

const filled =
  (name: string): Maker =>
  (args, r, options) =>
    make(r.use(name), [r.argument(args[0])], [...dtypeOption(args[1]), ...options]);

const like =
  (name: string): Maker =>
  (args, r, options) =>
    make(r.use(name), [r.argument(args[0])], options);

const noSeed = (seed: Node | undefined): void => {
  if (given(seed))
    throw new Leave(
      "A seed gives other numbers here: manualSeed(seed) before, or a Generator in the options.",
    );
};

const makers: Readonly<Record<string, Maker>> = {
  tensor: fromValues(1, 2),
  tensor1d: fromValues(null, 1),
  ...Object.fromEntries([2, 3, 4, 5, 6].map((rank) => [`tensor${rank}d`, fromValues(1, 2)])),
  scalar: (args, r, options) => {
    if (hasText(literal(args[0]))) throw new Leave("There are no tensors of texts.");
    return make(r.use("tensor"), [r.argument(args[0])], [...dtypeOption(args[1]), ...options]);
  },
  zeros: filled("zeros"),
  ones: filled("ones"),
  zerosLike: like("zerosLike"),
  onesLike: like("onesLike"),
  fill: ([shape, value, dtype], r, options) =>
    make(r.use("full"), [r.argument(shape), r.argument(value)], [...dtypeOption(dtype), ...options]),
  linspace: ([start, stop, count], r, options) =>
    make(
      r.use("linspace"),
      [start, stop, count].map((a) => r.argument(a)),
      options,
    ),
  range: ([start, stop, step, dtype], r, options) => {
    const numbers = [start, stop, ...(given(step) ? [step] : [])].map((a) => r.argument(a));
    const whole = literal(dtype) === "int32";
    // A descending range needs no step in TensorFlow.js.
    const [from, to] = [literal(start), literal(stop)];
    if (!given(step) && typeof from === "number" && typeof to === "number" && to < from) numbers.push("-1");
    return make(r.use("arange"), numbers, [`dtype: "${whole ? "int32" : "float32"}"`, ...options]);
  },
  eye: ([rows, columns, batch, dtype], r, options) => {
    if (given(batch)) throw new Leave("eye makes one matrix: eye(n, m).expand([batch, n, m]).");
    const sizes = [rows, ...(given(columns) ? [columns] : [])].map((a) => r.argument(a));
    return make(r.use("eye"), sizes, [...dtypeOption(dtype), ...options]);
  },
  diag: ([x], r) => {
    const value = r.values.of(x);
    if (value?.is !== "tensor" || value.rank !== 1)
      throw new Leave("diag of one dimension makes a matrix; of a matrix it takes the diagonal here.");
    return `${r.receiver(x)}.diag()`;
  },
  randomNormal: ([shape, mean, std, dtype, seed], r, options) => {
    noSeed(seed);
    const [m, s] = [given(mean) ? r.argument(mean) : "0", given(std) ? r.argument(std) : "1"];
    if (given(dtype) && literal(dtype) !== "float32")
      throw new Leave("Whole numbers at random: randint(low, high, shape).");
    if (m === "0" && s === "1") return make(r.use("randn"), [r.argument(shape)], options);
    return make(r.use("normal"), [m, s, r.argument(shape)], options);
  },
  randomUniform: ([shape, low, high, dtype, seed], r, options) => {
    noSeed(seed);
    const [l, h] = [given(low) ? r.argument(low) : "0", given(high) ? r.argument(high) : "1"];
    if (literal(dtype) === "int32") return make(r.use("randint"), [l, h, r.argument(shape)], options);
    if (given(dtype) && literal(dtype) !== "float32")
      throw new Leave("Numbers at random are float32 or int32: rand, randint.");
    if (l === "0" && h === "1") return make(r.use("rand"), [r.argument(shape)], options);
    return finished(`${r.use("zeros")}(${r.argument(shape)}).uniform_(${l}, ${h})`, options);
  },
  truncatedNormal: ([shape, mean, std, dtype, seed], r, options) => {
    noSeed(seed);
    if (given(dtype) && literal(dtype) !== "float32")
      throw new Leave("Numbers at random are float32 or int32.");
    const [m, s] = [literal(mean) ?? 0, literal(std) ?? 1];
    if (typeof m !== "number" || typeof s !== "number")
      throw new Leave("nn.init.truncNormal_(zeros(shape), mean, std, mean - 2 * std, mean + 2 * std).");
    return finished(
      `${r.use("nn")}.init.truncNormal_(${r.use("zeros")}(${r.argument(shape)}), ${m}, ${s}, ${m - 2 * s}, ${m + 2 * s})`,
      options,
    );
  },
};

/** A variable: a leaf whose gradient is collected. */
function variable(
  call: Call,
  r: Rewriter,
  initial: Node,
  [trainable]: readonly (Node | undefined)[],
): string {
  const learns = literal(trainable) !== false;
  const value = r.values.of(initial);
  const floats = !(value?.is === "tensor" && (value.dtype === "int32" || value.dtype === "bool"));
  const options = learns && floats ? ["requiresGrad: true"] : [];
  const path = initial.type === "CallExpression" ? r.values.pathOf(initial.callee) : null;
  if (initial.type === "CallExpression" && path !== null && Object.hasOwn(makers, path)) {
    r.did(call, "tf.variable", options.length > 0 ? "requiresGrad: true" : "");
    return written(initial, path, r, options);
  }
  r.did(call, "tf.variable", ".requiresGrad_");
  return `${r.receiver(initial)}.detach().clone()${options.length > 0 ? ".requiresGrad_()" : ""}`;
}

function written(call: Call, path: string, r: Rewriter, options: Options): string {
  const args = r.args(call);
  if (args.length === 0 || args.some((a) => a.type === "SpreadElement"))
    throw new Leave(`tf.${path}: this call is not understood.`);
  const text = makers[path](args, r, options, call);
  r.did(call, `tf.${path}`, /^(?:new )?[^\s(.]+/.exec(text)?.[0] ?? path);
  return text;
}

export const creationRule: Rule = (node, r) => {
  const call = node as Call;
  const path = r.values.pathOf(call.callee);
  if (path !== null) {
    if (path === "variable") return variable(call, r, r.args(call)[0], r.args(call).slice(1));
    return Object.hasOwn(makers, path) ? written(call, path, r, []) : undefined;
  }
  const { callee } = call;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  if (callee.property.name === "variable" && r.values.isTensor(callee.object))
    return variable(call, r, callee.object, r.args(call));
  return undefined;
};
