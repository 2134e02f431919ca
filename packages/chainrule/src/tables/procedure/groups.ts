import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ParametricActivation } from "../network/layers.ts";
import type { TableNetwork } from "../network/network.ts";
import { optimizers, type RatedGroup } from "./optimizers.ts";
import type { Settings } from "./settings.ts";

/** RealMLP's factors on the rate (Holzmüller et al. 2024, arXiv 2407.04491, table A.1). */
const factors = { frontScale: 6, periodic: 0.1, activation: 0.1, bias: 0.1 } as const;

/**
 * The parameters of a network with their rates and decays. Biases of linear layers and normalizations do not decay; those of
 * periodic features do, as their other parameters.
 *
 * With weights W/√n (n inputs of the layer) and a rate η for W, Adam moves W by η and so the weight w = W/√n by η/√n; plain gradient
 * steps move W by η g/√n and w by η g/n. A decay that is multiplied by the rate has to grow by as much.
 */
export function groupsOf(network: TableNetwork, settings: Settings): RatedGroup[] {
  const { lr, weightDecay, parametrization, optimizer } = settings;
  const { scaling } = optimizers[optimizer];
  const ntk = parametrization === "ntk" && scaling !== null;
  const groups = new Map<string, RatedGroup>();
  const add = (params: Iterable<Tensor | null>, factor: number, decays: boolean, share = 1): void => {
    const key = `${factor} ${decays} ${share}`;
    const group = groups.get(key) ?? {
      params: [],
      lr: lr * factor * share,
      weightDecay: decays ? weightDecay / share : 0,
    };
    for (const p of params) if (p) group.params.push(p);
    groups.set(key, group);
  };
  if (network.periodic) add(network.periodic.parameters(), factors.periodic, true);
  if (network.embedding) add(network.embedding.parameters(), 1, true);
  if (network.scale) add(network.scale.parameters(), factors.frontScale, true);
  for (const layer of network.layers) {
    if (layer instanceof nn.Linear) {
      const share = ntk ? layer.inFeatures ** (scaling === "linear" ? -1 : -0.5) : 1;
      add([layer.weight], 1, true, share);
      add([layer.bias], ntk ? factors.bias : 1, false);
    } else if (layer instanceof ParametricActivation) add([layer.alpha], factors.activation, true);
    else add(layer.parameters(), 1, false);
  }
  return [...groups.values()].filter(({ params }) => params.length > 0);
}
