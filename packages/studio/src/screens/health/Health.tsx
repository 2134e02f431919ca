import type { Health as HealthData, LayerHealth } from "chainrule/trace";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Curves } from "../../parts/Curves.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { formatCount, formatNumber } from "../../parts/number.ts";
import { failureOf } from "../../state/failure.ts";
import { failure, progress, project, worker } from "../../state/studio.ts";
import { Fault } from "../train/Fault.tsx";
import { Spoken } from "../train/Spoken.tsx";
import { useLatest } from "../train/useLatest.ts";
import { Alarms } from "./Alarms.tsx";
import { LayerDetail } from "./LayerDetail.tsx";
import { LayerTable } from "./LayerTable.tsx";
import "./health.css";

interface Watched {
  readonly now: HealthData;
  readonly history: readonly { readonly step: number; readonly health: HealthData }[];
}

/** Of a longer history every second sample is forgotten. */
const MOST_SAMPLES = 240;

/**
 * Looks at the health again and again, and keeps what was seen: only new samples cross over. While training runs, the Worker takes them
 * by itself; standing still, it is asked for the state of now.
 */
class Watcher {
  #history: Watched["history"] = [];
  /** Where training was at the last look. */
  #step = 0;

  async look(): Promise<Watched> {
    const { running = false, step = 0 } = progress.peek() ?? {};
    const asked = running ? null : await worker.health();
    // Steps were forgotten on the way back: so are their samples.
    const known = step < this.#step ? this.#history.filter((sample) => sample.step <= step) : this.#history;
    this.#step = step;
    const fresh = await worker.healthHistory(known.at(-1)?.step ?? -1);
    const all = [...known, ...fresh];
    this.#history =
      all.length > MOST_SAMPLES ? all.filter((_, n) => n % 2 === 0 || n === all.length - 1) : all;
    const now = asked ?? this.#history.at(-1)?.health ?? (await worker.health());
    return { now, history: this.#history };
  }
}

export default function Health() {
  const open = project.value;
  const trainable = open?.trainable ?? false;
  useEffect(() => {
    if (!trainable) return;
    const tell = (on: boolean): void => {
      worker.watchHealth(on).catch((error: unknown) => {
        failure.value = failureOf(error);
      });
    };
    tell(true);
    return () => tell(false);
  }, [trainable]);
  const running = progress.value?.running ?? false;
  const watcher = useMemo(() => new Watcher(), []);
  const watched = useLatest(() => watcher.look(), `health ${running}`, { pause: 400, on: trainable });
  // Between two questions the last answer stays: starting and stopping asks anew.
  const last = useRef<Watched | null>(null);
  last.current = watched ?? last.current;
  const [chosen, setChosen] = useState(0);
  const detail = useRef<HTMLDivElement>(null);
  if (open === null) return null;
  if (!trainable) {
    return (
      <Empty title="There is nothing to look at">
        <p>
          {open.task === "circuit"
            ? "An expression has no layers. Its derivatives are to be seen in Trace."
            : "Health is measured on rows of data, and this model came without any."}
        </p>
      </Empty>
    );
  }
  if (last.current === null) return <p class="empty dim">Looking…</p>;
  const { now, history } = last.current;
  const place = Math.min(chosen, now.layers.length - 1);
  const layer = now.layers[place];
  const showLayer = (shown: LayerHealth): void => {
    setChosen(
      now.layers.findIndex((one) => one === shown || (one.path === shown.path && one.kind === shown.kind)),
    );
    detail.current?.scrollIntoView({ block: "start" });
    detail.current?.focus({ preventScroll: true });
  };
  return (
    <div class="health">
      <h1 class="unseen">Health of {open.title}</h1>
      <Spoken />
      <Fault />
      <p class="help measured">
        Measured on {formatCount(now.rows)} training rows at step{" "}
        <span class="num">{formatCount(history.at(-1)?.step ?? 0)}</span>; while training runs, up to four
        times a second.
      </p>
      <Alarms health={now} onLayer={showLayer} />
      <Optimality now={now} history={history} />
      <section class="panel wide-panel" aria-label="Layers">
        <h2>Layer by layer</h2>
        <p class="help">
          In the order of computation. Gradients that fade from the last layer to the first leave the first
          ones untrained. Choose a layer to see how its numbers are spread.
        </p>
        <LayerTable health={now} chosen={place} onChoose={setChosen} />
      </section>
      <div ref={detail} tabIndex={-1} class="wide-panel">
        {layer && <LayerDetail layer={layer} place={place} history={history} />}
      </div>
    </div>
  );
}

/** ‖∇L‖ over time against the first-order condition of optimality. */
function Optimality({ now, history }: Watched) {
  const lines = useMemo(
    () => [
      {
        label: "‖∇L‖",
        x: history.map(({ step }) => step),
        y: history.map(({ health }) => health.gradientNorm),
        colour: 2,
        dots: history.length < 60,
      },
    ],
    [history],
  );
  const first = history[0]?.health.gradientNorm;
  return (
    <section class="panel" aria-label="Optimality">
      <h2>How far from a minimum</h2>
      <p>
        At a minimum ∇L = 0 (the first-order condition of optimality). Now ‖∇L‖ ={" "}
        <strong class="num" data-value={now.gradientNorm}>
          {formatNumber(now.gradientNorm)}
        </strong>
        {first !== undefined && history.length > 1 && <>, at first it was {formatNumber(first)}</>}. The loss
        is <span class="num">{formatNumber(now.loss)}</span>.
      </p>
      <Curves title="‖∇L‖" lines={lines} log height={180} />
    </section>
  );
}
