import { useMemo, useState } from "preact/hooks";
import { Curves, type Line } from "../../parts/Curves.tsx";
import { Toggle } from "../../parts/controls/index.ts";
import type { RunSummary } from "../../protocol.ts";

/** The losses of all runs over their steps: validation where there is one, dashed beyond the four colours. */
export function RunsCurves({ runs }: { runs: readonly RunSummary[] }) {
  const [log, setLog] = useState(true);
  const lines = (part: "training" | "validation"): Line[] =>
    runs.flatMap(({ name, curve }, n) =>
      curve[part].length > 0
        ? [{ label: name, x: curve.steps, y: curve[part], colour: n % 4, dashed: n >= 4 }]
        : [],
    );
  const [training, validation] = useMemo(() => [lines("training"), lines("validation")], [runs]);
  return (
    <section class="panel" aria-label="Curves of all runs">
      <div class="row">
        <h2>Losses</h2>
        <Toggle label="Logarithmic axis" checked={log} onChange={setLog} />
      </div>
      <div class="grid" style={{ "--column": "24rem" }}>
        <Curves title="Training rows" lines={training} log={log} />
        {validation.length > 0 && <Curves title="Validation rows" lines={validation} log={log} />}
      </div>
    </section>
  );
}
