import { useMemo, useRef, useState } from "preact/hooks";
import { Curves, type Line } from "../../parts/Curves.tsx";
import { Slider, Toggle } from "../../parts/controls/index.ts";
import type { Measured, Project } from "../../protocol.ts";
import type { Curve } from "../../state/curve.ts";
import { go } from "../../state/route.ts";
import { curve, progress } from "../../state/studio.ts";
import { scoreWords } from "./Spoken.tsx";
import { Smoother } from "./smooth.ts";

/** The share of the past that stays in a smoothed curve, by the place of its slider: a window of 1, 2, 5, … steps. */
const windows = [1, 5, 20, 100, 500] as const;

/** A curve of so many steps may be drawn once more for each millisecond that has passed. */
const STEPS_PER_MS = 5000;

/** The loss, the score and ‖∇L‖ over the steps. A click opens the step in Trace. */
export function LossCurves({ project }: { project: Project }) {
  const [log, setLog] = useState(true);
  // Steps of single batches jump: what matters is how they go on the whole.
  const [window, setWindow] = useState(project.config.batchSize > 0 ? 2 : 0);
  const { steps, losses, measured } = useUnhurried(curve.value, progress.value?.running ?? false);
  const width = windows[window] ?? 1;
  const smoother = useMemo(() => new Smoother(1 - 1 / width), [width]);
  const lossLines = useMemo<Line[]>(() => {
    const lines: Line[] = [{ label: "each step", x: steps, y: losses, colour: 0, faint: width > 1 }];
    if (width > 1) lines.push({ label: "smoothed", x: steps, y: smoother.of(steps, losses), colour: 0 });
    if (project.rows.validation > 0)
      lines.push(lineOf("validation", measured, 1, ({ validation }) => validation?.loss ?? Number.NaN));
    return lines;
  }, [steps, losses, measured, width, smoother, project]);
  const scoreLines = useMemo<Line[]>(() => {
    const lines = [lineOf("training", measured, 0, ({ training }) => training.score)];
    if (project.rows.validation > 0)
      lines.push(lineOf("validation", measured, 1, ({ validation }) => validation?.score ?? Number.NaN));
    return lines;
  }, [measured, project]);
  const slopeLines = useMemo(
    () => [lineOf("‖∇L‖", measured, 2, ({ gradientNorm }) => gradientNorm ?? Number.NaN)],
    [measured],
  );
  const shared = {
    marker: progress.value?.step ?? null,
    onPick: (step: number) => go({ screen: "trace", step, rows: { kind: "batch", step } }),
    pickLabel: "open this step in Trace",
  };
  return (
    <section class="panel loss-curves" aria-label="Curves">
      <div class="row">
        <h2>Curves</h2>
        <Toggle label="Logarithmic axis" checked={log} onChange={setLog} />
        <Slider
          label="Smoothing"
          value={window}
          min={0}
          max={windows.length - 1}
          onInput={setWindow}
          text={(place) => (place === 0 ? "off" : `over ${windows[place]} steps`)}
        />
      </div>
      <Curves title="Loss" lines={lossLines} log={log} {...shared} />
      <div class="grid" style={{ "--column": "16rem" }}>
        <Curves title={scoreWords(project)} lines={scoreLines} height={160} {...shared} />
        <Curves
          title="‖∇L‖, the slope of the loss: 0 at a minimum"
          lines={slopeLines}
          log
          height={160}
          {...shared}
        />
      </div>
      <p class="help">Click a step, or choose it with the arrow keys and Enter, to open it in Trace.</p>
    </section>
  );
}

/** Drawing a curve costs as its length does: while training runs, one of millions of steps is drawn less often. */
function useUnhurried(present: Curve, running: boolean): Curve {
  const drawn = useRef({ curve: present, time: 0 });
  const now = performance.now();
  if (!running || now - drawn.current.time > present.losses.length / STEPS_PER_MS)
    drawn.current = { curve: present, time: now };
  return drawn.current.curve;
}

const lineOf = (
  label: string,
  measured: readonly Measured[],
  colour: number,
  value: (point: Measured) => number,
): Line => ({
  label,
  x: measured.map(({ step }) => step),
  y: measured.map(value),
  colour,
  dots: measured.length < 60,
});
