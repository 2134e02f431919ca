import { useEffect, useRef, useState } from "preact/hooks";
import { Curves } from "../parts/Curves.tsx";
import { Button, NumberField } from "../parts/controls/index.ts";
import { Num } from "../parts/Num.tsx";
import { formatCount } from "../parts/number.ts";
import type { Lab } from "./lab.ts";

interface Props {
  readonly lab: Lab;
  /** The steps that the buttons take. */
  readonly steps: readonly number[];
  /** Steps were taken. */
  readonly onStep: () => void;
  readonly onRestart: (lr: number) => void;
}

/** A slice of training leaves time for a picture of a screen in between. */
const SLICE = 10;

/** Takes steps of gradient descent, and shows how the loss falls. */
export function Training({ lab, steps, onStep, onRestart }: Props) {
  const [left, setLeft] = useState(0);
  const frame = useRef(0);
  // Another lab: what was under way is not its own.
  useEffect(() => {
    setLeft(0);
    return () => cancelAnimationFrame(frame.current);
  }, [lab]);

  const take = (count: number): void => {
    const until = performance.now() + SLICE;
    let rest = count;
    while (rest > 0 && lab.isFinite && performance.now() < until) {
      lab.run(1);
      rest--;
    }
    if (!lab.isFinite) rest = 0;
    setLeft(rest);
    if (rest > 0) frame.current = requestAnimationFrame(() => take(rest));
    else onStep();
  };
  const stop = (): void => {
    cancelAnimationFrame(frame.current);
    setLeft(0);
    onStep();
  };

  const done = lab.losses.length - (lab.isFinite ? 0 : 1);
  const now = lab.loss();
  return (
    <section class="panel stack" aria-labelledby="repeat">
      <h2 id="repeat">Repeat: w ← w − η ∂ℓ/∂w</h2>
      <div class="row">
        {steps.map((count) => (
          <Button
            key={count}
            kind={count === steps[0] ? "primary" : "plain"}
            disabled={left > 0 || !lab.isFinite}
            onClick={() => take(count)}
          >
            {count === 1 ? "1 step" : `${formatCount(count)} steps`}
          </Button>
        ))}
        {left > 0 && <Button onClick={stop}>Stop</Button>}
        <Button kind="quiet" disabled={left > 0 || lab.losses.length === 0} onClick={() => onRestart(lab.lr)}>
          Start again
        </Button>
        <NumberField
          label="η"
          value={lab.lr}
          step={{ factor: 2 }}
          min={0}
          disabled={left > 0}
          onChange={onRestart}
        />
      </div>
      <p aria-live="polite" data-testid="risk">
        {formatCount(done)} {done === 1 ? "step" : "steps"} taken; loss of all rows:{" "}
        <Num value={now} digits={6} />
        {lab.isFinite
          ? "."
          : ". It is not finite any more: η is too large. Choose a smaller one; that starts again."}
      </p>
      {done > 0 && (
        <Curves
          title="Loss before each step"
          log
          lines={[
            {
              label: "loss",
              x: Array.from({ length: done + 1 }, (_, step) => step),
              y: [...lab.losses.slice(0, done), now],
            },
          ]}
        />
      )}
    </section>
  );
}
