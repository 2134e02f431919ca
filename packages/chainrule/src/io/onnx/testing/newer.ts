/** Operators of versions that the suite of version 17 has not, with what they must give by this library's own functions. */
import * as F from "../../../nn/functional/index.ts";
import { randn, type Tensor, tensor, where } from "../../../tensor/index.ts";
import type { AttributeMessage, Draft } from "../messages.ts";
import { file, node, value } from "./models.ts";

/** One node, its inputs, and the results that it must have. */
export interface Newer {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly x: Tensor;
  readonly expected: readonly Tensor[];
}

const ints = (...list: number[]): Tensor => tensor(list, { dtype: "int32" });
const int = (name: string, i: number): Draft<AttributeMessage> => ({ name, type: 2, int: i });
const float = (name: string, f: number): Draft<AttributeMessage> => ({ name, type: 1, float: f });
const text = (name: string, s: string): Draft<AttributeMessage> => ({ name, type: 3, text: s });

/** A case: the operator on x and other inputs, which the file gives; "" leaves one out. */
function newer(
  opset: number,
  op: string,
  x: Tensor,
  others: readonly (Tensor | "")[],
  attributes: readonly Draft<AttributeMessage>[],
  ...expected: readonly Tensor[]
): Newer {
  const named = others.map((other, i) => [other === "" ? "" : `in${i}`, other] as const);
  const given = Object.fromEntries(named.filter((entry): entry is [string, Tensor] => entry[1] !== ""));
  const outputs = expected.map((_, i) => `y${i}`);
  const graph = {
    inputs: [value("x", ...x.shape)],
    outputs: expected.map((y, i) => value(`y${i}`, ...y.shape)),
  };
  const bytes = file([node(op, ["x", ...named.map(([name]) => name)], outputs, ...attributes)], given, {
    opset,
    graph,
  });
  return { name: `${op} of version ${opset}`, bytes, x, expected };
}

export function newerOperators(): Newer[] {
  const x = randn([2, 6]);
  const maps = randn([2, 4, 3]);
  const parts = randn([2, 5]);
  const [scale, bias] = [randn([6]), randn([6])];
  const groups = [randn([2]), randn([2])];
  const channels = [randn([4]), randn([4])];
  const each = (v: Tensor): Tensor => v.repeatInterleave(2);
  return [
    newer(18, "ReduceMean", x, [ints(1)], [int("keepdims", 0)], x.mean(1)),
    newer(18, "ReduceMax", x, [], [int("keepdims", 0)], x.amax([0, 1])),
    newer(18, "ReduceL2", x, [ints(-1)], [], x.square().sum(1, { keepdim: true }).sqrt()),
    newer(18, "ReduceSum", x, [], [int("noop_with_empty_axes", 1)], x),
    newer(18, "Pad", x, [ints(1, 2), tensor(0.5), ints(1)], [], x.pad([1, 2], { value: 0.5 })),
    newer(19, "Pad", x, [ints(1, 2), "", ints(1)], [text("mode", "wrap")], x.pad([1, 2], { mode: "circular" })),
    newer(18, "Mish", x, [], [], x.mish()),
    newer(18, "GroupNormalization", maps, groups, [int("num_groups", 2), float("epsilon", 0.01)], F.groupNorm(maps, 2, { weight: each(groups[0]), bias: each(groups[1]), eps: Math.fround(0.01) })),
    newer(21, "GroupNormalization", maps, channels, [int("num_groups", 2)], F.groupNorm(maps, 2, { weight: channels[0], bias: channels[1] })),
    newer(17, "LayerNormalization", x, [scale, bias], [], F.layerNorm(x, [6], { weight: scale, bias })),
    newer(20, "Gelu", x, [], [], x.gelu()),
    newer(20, "Gelu", x, [], [text("approximate", "tanh")], x.gelu({ approximate: "tanh" })),
    newer(23, "RMSNormalization", x, [scale], [], F.rmsNorm(x, [6], { weight: scale, eps: 1e-5 })),
    newer(24, "Swish", x, [], [float("alpha", 2)], x.mul(x.mul(2).sigmoid())),
    newer(26, "CumProd", x, [ints(1).reshape([])], [], x.cumprod(1)),
    newer(18, "ScatterElements", x, [ints(1, 1).reshape([1, 2]), tensor([[2, 3]])], [int("axis", 1), text("reduction", "mul")], x.mul(where(tensor([[0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]).gt(0), 6, 1))),
    newer(14, "HardSwish", x, [], [], x.hardswish()),
    newer(11, "Clip", x, ["", tensor(0.25)], [], x.clamp(null, 0.25)),
    newer(18, "Split", parts, [], [int("axis", 1), int("num_outputs", 2)], parts.narrow(1, 0, 3), parts.narrow(1, 3, 2)),
  ]; // biome-ignore format: a list
}
