import type { Builder } from "../../io/onnx/builder.ts";
import { checkOpset, graphOf, messageOfModel } from "../../io/onnx/export.ts";
import { type Draft, type ValueMessage, writeModel } from "../../io/onnx/messages.ts";
import { elementType } from "../../io/onnx/tensors.ts";
import { fromTypedArray, zeros } from "../../tensor/index.ts";
import type { TableModel } from "../model.ts";
import { cycleLengths, type FeaturePreparation, inputNames, isEmbedded, placesOf } from "../preparation.ts";
import type { ClassTarget, NumberTarget } from "../target.ts";

/** What the file takes in, and its version. */
export interface ToOnnxTableOptions {
  /** Whether the file takes columns of a table as they are, and prepares them itself. Default false: it takes the network's inputs. */
  readonly preparation?: boolean;
  /** The version of ONNX's operators, 15 to 22. Default 17. */
  readonly opset?: number;
}

/**
 * A model of a table as the bytes of an ONNX file, for rows in batches of any size N.
 *
 * With `preparation`, the inputs are the columns by their names, each [N]: numbers, truth values (1 and 0) and dates (milliseconds since
 * 1970) as float64, NaN where they are missing; texts as strings, "" where they are missing, compared exactly. Without, they are what the
 * preparation gives: `x` float32 [N, inputs], and `codes` int64 [N, columns] where text columns have learned vectors.
 *
 * Outputs where classes are predicted: `label` string [N], by the model's threshold if it has one, `class` int64 [N], and
 * `probabilities` float64 [N, classes]. Where a number is: `value` float64 [N], in the target's own units.
 *
 * @throws ChainruleError `argument` for another opset
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const { model } = await trainTable(rows, { target: "rent", hidden: [16], epochs: 20 });
 * await writeFile("rent.onnx", toOnnxTable(model, { preparation: true }));
 * fromOnnx(toOnnxTable(model)).inputs; // → [{ name: 'x', type: 1, shape: ['N', 1] }]
 */
export function toOnnxTable(model: TableModel, options: ToOnnxTableOptions = {}): Uint8Array {
  const { preparation = false, opset = 17 } = options;
  checkOpset(opset, 15);
  const { features, target, network } = model.spec;
  const { levels, inputs: width } = network;
  const sizes = [width, levels.length].filter((size, i) => i === 0 || size > 0);
  const inner = ["/inputs", "/codes"].slice(0, sizes.length);
  const examples = sizes.map((size, i) => zeros([2, size], { dtype: i === 0 ? "float32" : "int32" }));
  const { builder, buffers } = graphOf(model.network, examples, {
    opset,
    batch: "N",
    names: { inputs: inner, outputs: ["/outputs"] },
    reserved: preparation ? features.map(({ name }) => name) : ["x", "codes"],
  });
  const networkNodes = builder.nodes.splice(0);
  let inputs: Draft<ValueMessage>[];
  if (preparation) inputs = prepare(builder, features, inner);
  else {
    inputs = sizes.map((size, i) =>
      valueMessage(["x", "codes"][i], i === 0 ? elementType.float : elementType.int64, size),
    );
    inner.forEach((name, i) => {
      builder.copyTo(["x", "codes"][i], name);
    });
  }
  builder.nodes.push(...networkNodes);
  const outputs =
    target.task === "classification" ? classOutputs(builder, model, target) : [numberOutput(builder, target)];
  const metadata = [
    { key: "target", value: target.name },
    { key: "inputs", value: JSON.stringify(inputNames(features)) },
    ...("classes" in target ? [{ key: "classes", value: JSON.stringify(target.classes) }] : []),
  ];
  return writeModel(messageOfModel({ builder, inputs, outputs, buffers }, metadata));
}

const valueMessage = (name: string, elements: number, ...sizes: number[]): Draft<ValueMessage> => ({
  name,
  type: { tensor: { elements, shape: { dims: [{ name: "N" }, ...sizes.map((size) => ({ size }))] } } },
});

/** Adds the preparation of all columns, whose results are the network's inputs; gives the graph's inputs. */
function prepare(
  builder: Builder,
  features: readonly FeaturePreparation[],
  [x, codes]: readonly string[],
): Draft<ValueMessage>[] {
  /** Inputs of the network, and columns of codes, by their places: each [N, 1]. */
  const columns: string[] = [];
  const coded: string[] = [];
  placesOf(features).forEach(({ own, start, missing }, i) => {
    const feature = features[i];
    builder.at = `/${feature.name}`;
    const written = feature.type === "text" ? writeText(builder, feature) : writeNumber(builder, feature);
    if (isEmbedded(feature)) coded[own] = written.own as string;
    else if (own >= 0) columns[own] = written.own as string;
    written.others.forEach((value, k) => {
      columns[start + k] = value;
    });
    if (missing >= 0) columns[missing] = builder.cast(written.missing(), "float32");
  });
  builder.at = "";
  if (columns.length > 0) builder.copyTo(builder.node("Concat", columns, { axis: 1 }, "float32"), x);
  else builder.copyTo(emptyRows(builder, features), x);
  if (coded.length > 0) builder.copyTo(builder.node("Concat", coded, { axis: 1 }, "int32"), codes);
  return features.map(({ name, type }) =>
    valueMessage(name, type === "text" ? elementType.string : elementType.double),
  );
}

/** [N, 0], where no feature gives a number. */
function emptyRows(builder: Builder, [{ name }]: readonly FeaturePreparation[]): string {
  const rows = builder.node("Shape", [name], {}, "int32");
  const shape = builder.node("Concat", [rows, builder.ints([0])], { axis: 0 }, "int32");
  return builder.node("ConstantOfShape", [shape], { value: zeros([1]) }, "float32");
}

/** What a feature gives: its number or code, its other inputs, and (when it is asked for) whether it is missing. */
interface Written {
  readonly own: string | null;
  readonly others: readonly string[];
  missing(): string;
}

/** Numbers are prepared in float64, as {@link prepareInputs} does. */
function writeNumber(
  builder: Builder,
  feature: Extract<FeaturePreparation, { type: "number" | "date" | "boolean" }>,
): Written {
  const node = (op: string, ...inputs: string[]): string => builder.node(op, inputs, {}, "float64");
  const truth = (op: string, ...inputs: string[]): string => builder.node(op, inputs, {}, "bool");
  const number = (x: number): string => builder.number(x, "float64");
  const x = builder.node("Unsqueeze", [feature.name, builder.ints([1])], {}, "float64");
  const absent = truth("Or", truth("IsNaN", x), truth("IsInf", x));
  const single = (value: string): string => builder.cast(node("Where", absent, number(0), value), "float32");
  const missing = (): string => absent;
  if (feature.type === "boolean") {
    return {
      own: null,
      others: [single(node("Where", truth("Equal", x, number(0)), number(-1), number(1)))],
      missing,
    };
  }
  const { median, scale } = feature;
  const finite = node("Where", absent, number(median), x);
  const z =
    scale === 0
      ? node("Mul", finite, number(0))
      : node(
          "Min",
          node("Max", node("Div", node("Sub", finite, number(median)), number(scale)), number(-1e6)),
          number(1e6),
        );
  // z / √(1 + (z/3)²)
  const third = node("Div", z, number(3));
  const own = single(node("Div", z, node("Sqrt", node("Add", node("Mul", third, third), number(1)))));
  if (feature.type === "number") return { own, others: [], missing };
  const others = feature.cycles.flatMap((cycle) => {
    // The share of a cycle that has passed: then float32 has enough digits for the angle.
    const turns = node("Div", finite, number(cycleLengths[cycle]));
    const share = node("Sub", turns, node("Floor", turns));
    const angle = builder.cast(node("Mul", share, number(2 * Math.PI)), "float32");
    return ["Sin", "Cos"].map((op) =>
      builder.node(
        "Where",
        [absent, builder.number(0, "float32"), builder.node(op, [angle], {}, "float32")],
        {},
        "float32",
      ),
    );
  });
  return { own, others, missing };
}

/**
 * Texts. Which level a text is comes from TfIdfVectorizer, which counts how often each entry of a list occurs: it is the one operator
 * of this version that compares strings.
 */
function writeText(builder: Builder, feature: Extract<FeaturePreparation, { type: "text" }>): Written {
  const { levels, name } = feature;
  const x = builder.node("Unsqueeze", [name, builder.ints([1])], {}, "text");
  const counts = (texts: readonly string[]): string =>
    builder.node(
      "TfIdfVectorizer",
      [x],
      {
        mode: "TF",
        min_gram_length: 1,
        max_gram_length: 1,
        max_skip_count: 0,
        ngram_counts: [0],
        ngram_indexes: texts.map((_, i) => i),
        pool_strings: texts,
      },
      "float32",
    );
  const missing = (): string => counts([""]);
  if (levels.length === 0) {
    const none = builder.node("Mul", [counts([""]), builder.number(0, "float32")], {}, "float32");
    return { own: isEmbedded(feature) ? builder.cast(none, "int32") : null, others: [], missing };
  }
  const hot = counts(levels);
  if (isEmbedded(feature)) {
    // 1 + the place of the level, 0 where there is none
    const numbers = fromTypedArray(
      Float32Array.from(levels, (_, i) => i + 1),
      [levels.length, 1],
    );
    const code = builder.node("MatMul", [hot, builder.constant(numbers)], {}, "float32");
    return { own: builder.cast(code, "int32"), others: [], missing };
  }
  const others = levels.map((_, i) =>
    builder.node("Gather", [hot, builder.ints([i])], { axis: 1 }, "float32"),
  );
  return { own: null, others, missing };
}

/** Adds an output by a name that no column has. */
function output(builder: Builder, value: string, wanted: string): string {
  const name = builder.fresh(wanted);
  builder.copyTo(value, name);
  return name;
}

/** Probabilities, in float64 as `predict` has them, the class, and its label. */
function classOutputs(builder: Builder, { spec }: TableModel, target: ClassTarget): Draft<ValueMessage>[] {
  const { calibration, threshold = null } = spec;
  const { classes } = target;
  let logits = builder.cast("/outputs", "float64");
  const temperature = calibration?.temperature ?? 1;
  if (temperature !== 1)
    logits = builder.node("Div", [logits, builder.number(temperature, "float64")], {}, "float64");
  const probabilities = builder.node("Softmax", [logits], { axis: 1 }, "float64");
  const chosen =
    threshold === null
      ? builder.node("ArgMax", ["/outputs"], { axis: 1, keepdims: 0 }, "int32")
      : builder.cast(
          builder.node(
            "Greater",
            [
              builder.node("Gather", [probabilities, builder.number(1, "int32")], { axis: 1 }, "float64"),
              builder.number(threshold, "float64"),
            ],
            {},
            "bool",
          ),
          "int32",
        );
  const labels = builder.node("Constant", [], { value_strings: classes }, "text");
  const label = builder.node("Gather", [labels, chosen], { axis: 0 }, "text");
  return [
    valueMessage(output(builder, label, "label"), elementType.string),
    valueMessage(output(builder, chosen, "class"), elementType.int64),
    valueMessage(output(builder, probabilities, "probabilities"), elementType.double, classes.length),
  ];
}

/** The number in its own units, within the range of training. */
function numberOutput(
  builder: Builder,
  { transform, center, scale, range }: NumberTarget,
): Draft<ValueMessage> {
  const node = (op: string, ...inputs: string[]): string => builder.node(op, inputs, {}, "float64");
  const number = (x: number): string => builder.number(x, "float64");
  const flat = builder.node("Reshape", ["/outputs", builder.ints([-1])], {}, "float32");
  const learned = node("Add", node("Mul", builder.cast(flat, "float64"), number(scale)), number(center));
  const value = transform === "log" ? node("Exp", learned) : learned;
  const [least, greatest] = range;
  const kept = node("Min", node("Max", value, number(least)), number(greatest));
  return valueMessage(output(builder, kept, "value"), elementType.double);
}
