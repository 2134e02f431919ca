import { Button } from "../parts/controls/index.ts";
import { formatCount, formatNumber, fullNumber } from "../parts/number.ts";
import { curve, dead, pause, progress, run, step } from "../state/studio.ts";
import { Pace } from "./Pace.tsx";

/** How training goes, and its two most used buttons, on every screen. */
export function Training() {
  const now = progress.value;
  const running = now?.running ?? false;
  const { losses } = curve.value;
  const loss = losses.at(-1);
  return (
    <div class="training" role="group" aria-label="Training">
      <dl>
        <div>
          <dt>step</dt>
          <dd>{formatCount(now?.step ?? 0)}</dd>
        </div>
        {loss !== undefined && (
          <div>
            <dt>loss</dt>
            <dd title={fullNumber(loss)}>{formatNumber(loss)}</dd>
          </div>
        )}
        {running && (
          <div>
            <dt>steps/s</dt>
            <dd>{formatCount(Math.round(now?.stepsPerSecond ?? 0))}</dd>
          </div>
        )}
      </dl>
      <Pace />
      <Button
        kind="primary"
        onClick={() => void (running ? pause() : run())}
        disabled={dead.value}
        title={running ? "Pauses training (k)" : "Trains until paused (k)"}
      >
        {running ? "Pause" : "Run"}
      </Button>
      <Button onClick={() => void step()} disabled={running || dead.value} title="One step of training (s)">
        One step
      </Button>
    </div>
  );
}
