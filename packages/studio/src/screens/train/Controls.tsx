import { useMemo, useRef } from "preact/hooks";
import { Button, NumberField, Slider } from "../../parts/controls/index.ts";
import { formatCount, formatNumber, fullNumber } from "../../parts/number.ts";
import type { Project } from "../../protocol.ts";
import { Pace } from "../../shell/Pace.tsx";
import { curve, pause, progress, rewind, run, setRate, step } from "../../state/studio.ts";
import { furthest } from "./furthest.ts";
import { latestOnly } from "./latestOnly.ts";
import { formatScore, Spoken, scoreWords } from "./Spoken.tsx";

/** Run, pause, one step, back; the learning rate; and where training is. */
export function Controls({ project }: { project: Project }) {
  const now = progress.value;
  const at = now?.step ?? 0;
  const running = now?.running ?? false;
  const goTo = useMemo(
    () =>
      latestOnly(async (to: number) => {
        if (progress.peek()?.running) await pause();
        await rewind(to);
      }),
    [],
  );
  const changeRate = useMemo(() => latestOnly(setRate), []);
  const last = Math.max(furthest.value, at);
  return (
    <section class="panel controls" aria-label="Training">
      <div class="buttons">
        <Button kind="primary" onClick={running ? pause : run}>
          {running ? "Pause" : "Run"}
        </Button>
        <Button onClick={step} disabled={running} title="One update of the weights">
          One step
        </Button>
        <Button
          onClick={() => goTo(at - 1)}
          disabled={running || at === 0}
          title="Back to the state before the last step"
        >
          One step back
        </Button>
        <Button onClick={() => goTo(0)} disabled={at === 0} title="Back to the initial weights">
          To the start
        </Button>
        <Pace />
      </div>
      <div class="sliders">
        <Slider
          label="Step"
          value={at}
          min={0}
          max={Math.max(1, last)}
          disabled={last === 0}
          onInput={goTo}
          text={(n) => `${formatCount(n)} of ${formatCount(last)}`}
          help="Drag to go back: weights, optimizer and random numbers are those of that step, exactly."
        />
        <div class="rate">
          <Slider
            label="Learning rate now"
            value={now?.lr ?? project.config.lr}
            min={1e-6}
            max={10}
            log
            onInput={changeRate}
            help="Changes from the next step on, also while training runs."
          />
          <NumberField
            label="Learning rate, typed"
            hideLabel
            value={now?.lr ?? project.config.lr}
            min={0}
            max={1000}
            step={{ factor: 10 ** 0.1 }}
            onChange={changeRate}
          />
        </div>
      </div>
      <Readings project={project} />
      <Spoken />
    </section>
  );
}

/** The present figures, one under each name. */
function Readings({ project }: { project: Project }) {
  const now = progress.value;
  const { losses, measured } = curve.value;
  const score = measured[measured.length - 1];
  const name = scoreWords(project);
  const speed = useRef(0);
  if (now && now.stepsPerSecond > 0) speed.current = now.stepsPerSecond;
  const last = losses[losses.length - 1] ?? Number.NaN;
  const readings: [name: string, text: string, title?: string][] = [
    ["step", formatCount(now?.step ?? 0)],
    ["epoch", formatCount(now?.epoch ?? 0)],
    ["steps a second", speed.current > 0 ? formatCount(Math.round(speed.current)) : "–"],
    ["loss of the last step", losses.length > 0 ? formatNumber(last, 6) : "–", fullNumber(last)],
    [`${name}, training`, score ? formatScore(project, score.training.score) : "–"],
    ...(project.rows.validation > 0
      ? [
          [`${name}, validation`, score?.validation ? formatScore(project, score.validation.score) : "–"] as [
            string,
            string,
          ],
        ]
      : []),
    ["‖∇L‖", score?.gradientNorm == null ? "–" : formatNumber(score.gradientNorm)],
  ];
  return (
    <dl class="readings">
      {readings.map(([term, text, title]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd class="num" title={title}>
            {text}
          </dd>
        </div>
      ))}
    </dl>
  );
}
