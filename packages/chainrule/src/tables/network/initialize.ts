import * as nn from "../../nn/index.ts";
import { switchToEval } from "../../nn/module/modes.ts";
import { noGrad, randint, type Tensor, zeros } from "../../tensor/index.ts";
import type { TableNetwork } from "./network.ts";

/**
 * How the weights of linear layers start. "standard": as `nn.Linear`'s. "unit": normal, then scaled so that what each unit gets (without
 * its bias) has standard deviation 1 over some training rows.
 */
export const weightInits = ["standard", "unit"] as const;
/** One of {@link weightInits}. */
export type WeightInit = (typeof weightInits)[number];

/**
 * How the biases of linear layers start. "standard": as `nn.Linear`'s. "he+5": minus what the unit gets at a random point between 5 of the
 * rows, so that its kink lies among the data. Steinwart 2019 (arXiv 1903.04482); RealMLP.
 */
export const biasInits = ["standard", "he+5"] as const;
/** One of {@link biasInits}. */
export type BiasInit = (typeof biasInits)[number];

export interface InitOptions {
  readonly weightInit: WeightInit;
  readonly biasInit: BiasInit;
}

/**
 * Draws the weights of all linear layers anew by what some training rows give, layer by layer.
 *
 * @param x [N, inputs] and, where the network takes them, codes int32 [N, columns]
 */
export function initialize(
  network: TableNetwork,
  { weightInit, biasInit }: InitOptions,
  x: Tensor,
  codes?: Tensor,
): void {
  if (weightInit === "standard" && biasInit === "standard") return;
  const restore = switchToEval(network);
  noGrad(() => {
    let h = network.encode(x, codes);
    for (const layer of network.layers) {
      if (layer instanceof nn.Linear) {
        if (weightInit === "unit") drawUnitWeight(layer, h);
        if (biasInit === "he+5") drawBias(layer, h);
      }
      h = layer(h);
    }
  });
  restore();
}

function drawUnitWeight(layer: nn.Linear, h: Tensor): void {
  const { weight, inFeatures } = layer;
  nn.init.normal_(weight, 0, 1 / Math.sqrt(inFeatures));
  const spread = nn.functional.linear(h, weight).std(0, { correction: 0 });
  // A unit that gets the same from all rows keeps what was drawn.
  const divisor = spread.add(spread.lt(1e-6).to("float32"));
  weight.div_(divisor.unsqueeze(1));
}

function drawBias(layer: nn.Linear, h: Tensor): void {
  const z = nn.functional.linear(h, layer.weight); // [N, units]
  const rows = randint(0, h.shape[0], [5, layer.outFeatures], { dtype: "int32" });
  const parts = zeros([5, layer.outFeatures]).exponential_();
  const point = z
    .gather(0, rows)
    .mul(parts.div(parts.sum(0)))
    .sum(0);
  layer.bias?.copy_(point.neg());
}
