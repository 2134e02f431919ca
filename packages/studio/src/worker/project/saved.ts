/** Models of examples as files. */
import { ChainruleError } from "chainrule";
import { readSafetensors } from "chainrule/io";
import type { TrainingConfig } from "../../protocol.ts";
import { weightCount } from "../session/config.ts";
import type { Problem } from "../session/problem.ts";
import { sameNetwork } from "./network.ts";

/**
 * An example whose model starts with the weights of a file, as long as its architecture stays.
 *
 * @throws ChainruleError `file` or `state` where the weights are none of this network's
 */
export function savedExample(problem: Problem, config: TrainingConfig, bytes: Uint8Array): Problem {
  const { tensors } = readSafetensors(bytes);
  // Before a network is made: settings must not make us allocate more than the file holds.
  const wanted = weightCount(problem.told.inputNames.length, config.hidden, problem.outputs);
  const found = Object.values(tensors).reduce((sum, { numel }) => sum + numel, 0);
  if (found !== wanted) {
    throw new ChainruleError(
      "file",
      `The file holds ${found} weights where the network of its settings has ${wanted}.`,
      "Save the model again.",
    );
  }
  const infinite = Object.entries(tensors).find(([, { data }]) => !data.every(Number.isFinite));
  if (infinite) {
    throw new ChainruleError(
      "file",
      `The weights "${infinite[0]}" of the file are not all finite numbers.`,
      "Save the model again, before its training came to such values.",
    );
  }
  return {
    ...problem,
    config,
    plain: (settings) => !sameNetwork(settings, config),
    told: { ...problem.told, kind: "model" },
    model(settings) {
      const model = problem.model(settings);
      if (sameNetwork(settings, config)) model.loadStateDict(tensors);
      return model;
    },
  };
}
