import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, Select } from "../controls/index.ts";
import { Icon } from "./Icon.tsx";
import { spoken } from "./sentence.ts";
import type { TraceState } from "./state.ts";
import { cursorAt, type Granularity, granularities, marksOf, type Pass } from "./walk.ts";

const passes: Record<Pass, string> = {
  forward: "Forward pass",
  loss: "Loss",
  backward: "Backward pass",
  update: "Update",
};
const speeds = ["1", "4", "15", "60"] as const;

interface Props {
  readonly state: TraceState;
  /** Keys are listened to on the whole page, or within the view only where several of them are on one page. */
  readonly keys: "page" | "view";
  /** What stands beside the slider. */
  readonly children?: ComponentChildren;
}

/** Moves through the passes: a slider, keys, and a player. */
export function Scrubber({ state, keys, children }: Props) {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<(typeof speeds)[number]>("4");
  const bar = useRef<HTMLDivElement>(null);
  const walk = state.walk.value;
  const granularity = state.granularity.value;
  const marks = marksOf(walk, granularity);
  const place = state.place.value;
  const at = marks.findLastIndex((mark) => mark <= place);
  const here = walk.stages[walk.places[place].stage];
  const { term } = state.cursor.value;
  const atEnd = () => state.place.peek() >= marks[marks.length - 1];

  const seek = (position: number) =>
    state.goTo(cursorAt(walk, marks[Math.max(0, Math.min(marks.length - 1, position))]));
  const toggle = () => {
    if (!playing && atEnd()) seek(0);
    setPlaying(!playing);
  };
  useEffect(() => {
    if (!playing) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function tick(now) {
      // A number is shown before the next one comes, however slow the machine.
      if (now - last >= 1000 / Number(speed) - 4 && state.explained.peek()) {
        last = now;
        const before = state.cursor.peek();
        state.move(1);
        const after = state.cursor.peek();
        if (after.ref === before.ref && after.term === before.term) {
          setPlaying(false);
          return;
        }
      }
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, state]);

  // At once: keys that are pressed as soon as something is seen count.
  useLayoutEffect(() => {
    const target: HTMLElement | Window | null | undefined =
      keys === "page" ? window : bar.current?.closest<HTMLElement>(".trace-view");
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      if (belongsElsewhere(event)) return;
      const action: Record<string, () => void> = {
        ArrowRight: () => state.move(1),
        ArrowLeft: () => state.move(-1),
        PageDown: () => state.move(1, "layer"),
        PageUp: () => state.move(-1, "layer"),
        Home: () => seek(0),
        End: () => seek(marks.length - 1),
        " ": toggle,
      };
      if (!action[event.key]) return;
      event.preventDefault();
      if (event.key !== " ") setPlaying(false);
      action[event.key]();
    };
    target?.addEventListener("keydown", onKeyDown as EventListener);
    return () => target?.removeEventListener("keydown", onKeyDown as EventListener);
  });
  const layer = here.k === "loss" ? "the loss" : here.k === 0 ? "the inputs" : `layer ${here.k}`;
  const symbol = state.explained.value ? spoken(state.explained.value.symbol) : "";
  const where = `${passes[here.pass]}${here.pass === "loss" ? "" : `, ${layer}`}`;
  const firsts = marksOf(walk, "pass");
  return (
    <div class="trace-scrubber" ref={bar} role="group" aria-label="Position in the passes">
      <div class="row">
        <Button
          kind="primary"
          onClick={toggle}
          label={playing ? "Stop playing" : "Play"}
          title={`${playing ? "Stop" : "Play"} (Space)`}
        >
          <Icon shape={playing ? "pause" : "play"} />
        </Button>
        <Button onClick={() => state.move(-1)} label="Step back" title="Step back (←)">
          <Icon shape="back" />
        </Button>
        <Button onClick={() => state.move(1)} label="Step forth" title="Step forth (→)">
          <Icon shape="forth" />
        </Button>
        <div class="trace-passes">
          {firsts.map((first, n) => {
            const { pass } = walk.stages[walk.places[first].stage];
            const current = pass === here.pass;
            return (
              <Button
                key={pass}
                kind="quiet"
                pressed={current}
                onClick={() => state.goTo(cursorAt(walk, firsts[n]))}
              >
                {passes[pass]}
              </Button>
            );
          })}
        </div>
        <Select<Granularity>
          label="Step by"
          value={granularity}
          options={[...granularities]}
          onChange={(chosen) => {
            state.granularity.value = chosen;
            state.goTo({ ...state.cursor.peek(), term: null });
          }}
        />
        <Select<(typeof speeds)[number]>
          label="Speed"
          value={speed}
          options={speeds.map((value) => ({ value, label: `${value} a second` }))}
          onChange={setSpeed}
        />
      </div>
      <div class="trace-slide">
        <input
          type="range"
          aria-label="Position"
          min={0}
          max={marks.length - 1}
          value={at}
          aria-valuetext={`${at + 1} of ${marks.length}: ${where}, ${symbol}`}
          onInput={({ currentTarget }) => {
            setPlaying(false);
            seek(currentTarget.valueAsNumber);
          }}
        />
        <span class="num small" data-position={at + 1} data-positions={marks.length}>
          {at + 1} of {marks.length}
          {granularity === "term" && term !== null && `, term ${term + 1} of ${state.shownTerms.value}`} ·{" "}
          {where}
        </span>
        {children}
      </div>
    </div>
  );
}

/** Keys of fields, lists, sliders and tables are their own; a button has Space and Enter. */
function belongsElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (
    target.closest(
      "dialog, [contenteditable], textarea, select, input:not([type=range]):not([type=checkbox])",
    )
  )
    return true;
  if (key === " ") return target.closest("button, summary, a, input, [role=button]") !== null;
  const slides = target.closest("input[type=range]");
  return slides !== null && slides.closest(".trace-slide") === null;
}
