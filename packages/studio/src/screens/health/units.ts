import type { LayerHealth } from "chainrule/trace";
import { cursorText } from "../../parts/trace/walk.ts";
import { failureOf } from "../../state/failure.ts";
import { go } from "../../state/route.ts";
import { failure, worker } from "../../state/studio.ts";

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
