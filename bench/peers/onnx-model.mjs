/**
 * Writes a feedforward network as an ONNX model, in protobuf's wire format: a field is its number and wire type as a varint, then
 * a varint (type 0) or a length and that many bytes (type 2). Field numbers are those of onnx.proto3.
 */

/** Seven bits a byte, lowest first; the high bit says that more follow. */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

const int = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);

const bytes = (field, value) => {
  const content = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
};

const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const float32 = 1;
const intAttribute = 2;

/** TensorProto, as an initializer of GraphProto. */
const initializer = (name, dims, values) =>
  message(
    5,
    ...dims.map((d) => int(1, d)),
    int(2, float32),
    bytes(8, name),
    bytes(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );

/** ValueInfoProto: a name with its type and shape; field 11 of GraphProto for inputs, 12 for outputs. */
const valueInfo = (field, name, dims) =>
  message(
    field,
    bytes(1, name),
    message(2, message(1, int(1, float32), message(2, ...dims.map((d) => message(1, int(1, d)))))),
  );

const node = (type, inputs, output, ...attributes) =>
  message(1, ...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type), ...attributes);

const transposeB = message(5, bytes(1, "transB"), int(3, 1), int(20, intAttribute));

/** y = Wₙ ReLU(… W₁ x + b₁ …) + bₙ, from input `x` [batch, widths[0]] to output `y`. `layers` hold weight [out, in] and bias [out]. */
export function onnxModel(widths, batch, layers) {
  const last = layers.length - 1;
  const nodes = layers.flatMap((_, i) => {
    const gemm = node(
      "Gemm",
      [i ? `y${i - 1}` : "x", `w${i}`, `b${i}`],
      i < last ? `z${i}` : "y",
      transposeB,
    );
    return i < last ? [gemm, node("Relu", [`z${i}`], `y${i}`)] : [gemm];
  });
  const initializers = layers.flatMap(({ weight, bias }, i) => [
    initializer(`w${i}`, [widths[i + 1], widths[i]], weight),
    initializer(`b${i}`, [widths[i + 1]], bias),
  ]);
  const graph = message(
    7,
    ...nodes,
    bytes(2, "network"),
    ...initializers,
    valueInfo(11, "x", [batch, widths[0]]),
    valueInfo(12, "y", [batch, widths.at(-1)]),
  );
  const [irVersion, opset] = [8, 13];
  return Buffer.concat([int(1, irVersion), graph, message(8, bytes(1, ""), int(2, opset))]);
}
