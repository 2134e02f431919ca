import type { Module } from "../nn/index.ts";
import { switchToEval } from "../nn/module/modes.ts";
import {
  detectAnomaly,
  enableGrad,
  grad,
  isFloating,
  showShape,
  Tensor,
  unravelIndex,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { HealthOptions } from "./health.ts";

/** The first tensor with NaN or ±∞ in it. */
export interface NotFinite {
  /** Whether it was given (a parameter, an input, the target), or which pass made it. */
  readonly when: "given" | "forward" | "backward";
  /** `parameter 0.weight`, `input`, `the result of log`, `the derivative of exp`. */
  readonly tensor: string;
  /** As errors name it, such as `layer 2 (Linear)`; null where no layer made it. */
  readonly layer: string | null;
  /** What was seen, with the value and its place. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}

/**
 * Looks for the first value that is not finite, in the order of computation: what the model is given, then each result of the forward
 * pass, then each derivative of the backward pass. Null where all are finite. Nothing of the model changes; it runs in evaluation mode.
 *
 * @param x what the model is called with, as for {@link health}
 *
 * @example
 * const model = new nn.Linear(2, 1);
 * const [x, target] = [tensor([[1, 2], [3, Number.NaN]]), zeros([2, 1])];
 * const mse = new nn.MSELoss();
 * firstNotFinite(model, x, { target, loss: mse })?.problem; // → 'The input has NaN at [1, 1].'
 * const loss = (output: Tensor) => output.mul(0).log().mean();
 * firstNotFinite(model, ones([2, 2]), { target, loss })?.tensor; // → 'the result of log'
 * firstNotFinite(model, ones([2, 2]), { target, loss: mse }); // → null
 */
export function firstNotFinite(
  model: Module,
  x: Tensor | readonly Tensor[],
  { target, loss }: Pick<HealthOptions, "target" | "loss">,
): NotFinite | null {
  const inputs = x instanceof Tensor ? [x] : x;
  const restore = switchToEval(model);
  try {
    return given(model, inputs, target) ?? computed(model, inputs, target, loss);
  } finally {
    restore();
  }
}

function given(model: Module, inputs: readonly Tensor[], target: Tensor): NotFinite | null {
  const inModel = [
    ...model.namedParameters().map(([path, tensor]) => [`parameter ${path}`, tensor] as const),
    ...model.namedBuffers().map(([path, tensor]) => [`buffer ${path}`, tensor] as const),
  ];
  const inData = [
    ...inputs.map((tensor, i) => [inputs.length === 1 ? "input" : `input ${i + 1}`, tensor] as const),
    ["target", target] as const,
  ];
  const all = [
    ...inData.map(
      ([name, tensor]) => [name, tensor, "Look at the data, and fill in or leave out such rows."] as const,
    ),
    ...inModel.map(
      ([name, tensor]) =>
        [
          name,
          tensor,
          "Go back to weights that are finite; then lower the learning rate, or clip the gradients.",
        ] as const,
    ),
  ];
  for (const [tensor, { data, shape, dtype }, remedy] of all) {
    if (!isFloating(dtype)) continue;
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const index = unravelIndex(at, shape);
    const place = index.length > 0 ? ` at ${showShape(index)}` : "";
    const problem = `The ${tensor} has ${data[at]}${place}.`;
    return { when: "given", tensor, layer: null, problem, remedy };
  }
  return null;
}

function computed(
  model: Module,
  inputs: readonly Tensor[],
  target: Tensor,
  loss: HealthOptions["loss"],
): NotFinite | null {
  let forward = true;
  try {
    enableGrad(() =>
      detectAnomaly(() => {
        const risk = loss(model(...(inputs as never[])) as Tensor, target);
        forward = false;
        const trained = model.parameters().filter(({ requiresGrad }) => requiresGrad);
        if (risk.requiresGrad) grad(risk, trained, { allowUnused: true });
      }),
    );
    return null;
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "non-finite") throw error;
    const { problem, remedy, where } = error;
    const layer = where.find((place) => place.startsWith("layer ")) ?? null;
    const op = where.at(-1) ?? "";
    const tensor = forward
      ? `the result of ${op}`
      : problem.replace(/ made the first.*$/, "").replace(/^The/, "the");
    return { when: forward ? "forward" : "backward", tensor, layer, problem, remedy };
  }
}
