/** How a test of ONNX's backend suite is run: `npm run check:onnx` runs all of them, `onnx.test.ts` those that are committed. */
import { noGrad, type Tensor } from "chainrule";
import { fromOnnx } from "chainrule/io";
import { readTensor } from "../../packages/chainrule/src/io/onnx/messages.ts";
import { elementType, tensorOf } from "../../packages/chainrule/src/io/onnx/tensors.ts";

/** A model, and for each of its data sets the inputs and the outputs that it must give, as the bytes of files. */
export interface SuiteTest {
  readonly model: Uint8Array;
  readonly sets: readonly {
    readonly inputs: readonly Uint8Array[];
    readonly outputs: readonly Uint8Array[];
  }[];
}

/** Half precision is computed in float32 here: its tests hold to what it can tell apart. */
const halves: Readonly<Record<number, number>> = {
  [elementType.float16]: 1e-2,
  [elementType.bfloat16]: 2e-2,
};

interface Read {
  readonly tensor: Tensor;
  readonly type: number;
}

/** A tensor of a test. The suite keeps bfloat16 as its bits, in uint16: the model's type tells. */
function read(bytes: Uint8Array, declared: number): Read {
  const message = readTensor(bytes, (problem, at) => new Error(`${problem} (at byte ${at})`));
  const type = declared === elementType.bfloat16 ? declared : (message.type ?? 0);
  return { tensor: tensorOf({ ...message, type }), type };
}

/** What differs, or null. Tolerances are those of the suite's own runner: 1e-3 relative, 1e-7 absolute. */
function difference(actual: Tensor, { tensor, type }: Read, name: string): string | null {
  if (`${actual.shape}` !== `${tensor.shape}`)
    return `${name} has shape [${actual.shape}], not [${tensor.shape}]`;
  if (actual.dtype !== tensor.dtype) return `${name} is ${actual.dtype}, not ${tensor.dtype}`;
  const a = actual.contiguous().data;
  const e = tensor.contiguous().data;
  const isExact = tensor.dtype === "int32" || tensor.dtype === "bool";
  const relative = isExact ? 0 : (halves[type] ?? 1e-3);
  for (let i = 0; i < e.length; i++) {
    if (Object.is(a[i], e[i]) || a[i] === e[i]) continue;
    if (!(Math.abs(a[i] - e[i]) <= relative * Math.abs(e[i]) + (isExact ? 0 : 1e-7)))
      return `element ${i} of ${name} is ${a[i]}, not ${e[i]}`;
  }
  return null;
}

/** Runs a test: what differs, or null where it passes. Throws what reading or running throws. */
export function runTest({ model: bytes, sets }: SuiteTest): string | null {
  const model = fromOnnx(bytes, { source: "model.onnx" });
  model.train();
  for (const { inputs, outputs } of sets) {
    const given = inputs.map((file, i) => read(file, model.inputs[i].type).tensor);
    const result: Tensor | Tensor[] = noGrad(() => model(...given));
    const list = Array.isArray(result) ? (result as Tensor[]) : [result];
    for (const [i, file] of outputs.entries()) {
      const found = difference(list[i], read(file, model.outputs[i].type), model.outputs[i].name);
      if (found) return found;
    }
  }
  return null;
}
