import type { LayerHealth } from "chainrule/trace";
import { cursorText } from "../../parts/trace/walk.ts";
import { failureOf } from "../../state/failure.ts";
import { go } from "../../state/route.ts";
import { failure, worker } from "../../state/studio.ts";

/** What a layer is called, by its number in Trace: `layer 2 (Tanh)`. Before the first weighted sum there is none: `PeriodicEmbedding`. */
export const layerName = ({ k, kind }: Pick<LayerHealth, "k" | "kind">): string =>
  k === 0 ? kind : `layer ${k} (${kind})`;

/** An alarm's sentence with the names of layers that the screens use, in place of their paths in the model. */
export const withLayerNames = (sentence: string, layers: readonly LayerHealth[]): string => {
  const names = new Map(
    layers
      .filter(({ path }) => path !== "")
      .map((layer) => [`layer ${layer.path} (${layer.kind})`, layerName(layer)]),
  );
  return sentence.replace(/layer \S+ \(\w+\)/g, (name) => names.get(name) ?? name);
};

/** Opens Trace at the output of a layer's unit, for the first training row, with the weights of now. */
export async function traceUnit(layer: Pick<LayerHealth, "path">, unit: number): Promise<void> {
  try {
    const rows = { kind: "row", part: "training", row: 0 } as const;
    const data = await worker.trace({ step: -1, rows });
    const found = data.layers.find(({ path, part }) => path === layer.path && part === "network");
    const value = found?.values.at(-1);
    const cursor =
      value === undefined
        ? null
        : cursorText({ ref: { value, of: "value", index: unit }, rest: false, term: null });
    go({ screen: "trace", step: null, rows, cursor });
  } catch (error) {
    failure.value = failureOf(error);
  }
}
