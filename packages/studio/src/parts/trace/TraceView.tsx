import { effect } from "@preact/signals";
import type { ElementRef, Quantity } from "chainrule/trace";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Edit } from "../../protocol.ts";
import type { TraceSource } from "../../state/traceSource.ts";
import { Button, NumberField, Tabs, Toggle } from "../controls/index.ts";
import { Num } from "../Num.tsx";
import { FormulaPanel } from "./FormulaPanel.tsx";
import { columnsOf } from "./graph.ts";
import { Network } from "./Network.tsx";
import { Planes } from "./Planes.tsx";
import { type Picture, pictureFrom } from "./planes.ts";
import { Scrubber } from "./Scrubber.tsx";
import { keyOf, TraceState } from "./state.ts";
import "./trace.css";
import { useMedia } from "./use.ts";
import { cursorText } from "./walk.ts";
import { operandsOf } from "./way.ts";

export interface TraceViewProps {
  readonly source: TraceSource;
  /** What is looked at at first, and whenever this text changes: as `onCursor` gave it. Default the first weighted sum. */
  readonly cursor?: string | null;
  /** Told of each move, as a short text for an address. */
  readonly onCursor?: (cursor: string) => void;
  /** Where the input is a picture, its size (and which pixels its columns are, where some are missing). */
  readonly picture?: Parameters<typeof pictureFrom>[0] | null;
  /** Whether keys work wherever the focus is ("page", the default), or within the view only. */
  readonly keys?: "page" | "view";
  /** Whether weights, inputs and the target may be changed. Default true; a trace that was read from a file can not. */
  readonly editable?: boolean;
  /** Changes to begin with. */
  readonly edits?: readonly Edit[];
  /** Told of all changes that hold, whenever they change. */
  readonly onEdits?: (edits: readonly Edit[]) => void;
}

/** One forward and backward pass, number by number: the network, its matrices and the formula of what is looked at. */
export function TraceView({
  source,
  cursor = null,
  onCursor,
  picture = null,
  keys = "page",
  editable = true,
  edits,
  onEdits,
}: TraceViewProps) {
  const [state, setState] = useState<TraceState | null>(null);
  const [problem, setProblem] = useState("");
  const latest = useRef(source);
  const said = useRef<string | null>(null);
  latest.current = source;
  useEffect(() => {
    // The place stays when another row or step is opened.
    const at = state ? cursorText(state.cursor.peek(), state.granularity.peek()) : cursor;
    TraceState.open(source, at, editable, edits).then(
      (opened) => {
        if (latest.current !== source) return;
        if (state) opened.predicting.value = state.predicting.peek();
        if (state) opened.score.value = state.score.peek();
        if (state?.inside.peek()) opened.showInside(true);
        // Where one went while it was opening counts.
        if (state) opened.point(cursorText(state.cursor.peek(), state.granularity.peek()));
        setState(opened);
        setProblem("");
      },
      (error) => {
        if (latest.current === source && error?.name !== "TraceClosed")
          setProblem(String(error?.message ?? error));
      },
    );
  }, [source, editable]);
  // At once: a cursor that comes back later, after the next move, would be taken for another one.
  useLayoutEffect(() => {
    if (state && cursor !== null && cursor !== said.current) {
      said.current = cursor;
      state.point(cursor);
    }
  }, [cursor, state]);
  useEffect(() => {
    if (!state) return;
    return effect(() => {
      const text = cursorText(state.cursor.value, state.granularity.value);
      if (text === said.current) return;
      said.current = text;
      onCursor?.(text);
    });
  }, [state]);
  useEffect(() => (state && onEdits ? effect(() => onEdits(state.edits.value)) : undefined), [state]);
  const drawn = useMemo(() => picture && pictureFrom(picture), [picture]);
  if (problem !== "") return <p role="alert">{problem}</p>;
  if (!state) return <div class="trace-view" aria-busy="true" />;
  return <Shown key={state.id} state={state} picture={drawn} keys={keys} />;
}

/** A network of more columns has the whole width. */
const DEEP = 6;

type Panel = "formula" | "network" | "numbers";
const none: readonly ElementRef[] = [];

function Shown({
  state,
  picture,
  keys,
}: {
  state: TraceState;
  picture: Picture | null;
  keys: "page" | "view";
}) {
  const narrow = useMedia("(max-width: 47.9rem)");
  const [panel, setPanel] = useState<Panel>("network");
  const explained = state.explained.value;
  const term = state.granularity.value === "term" ? state.cursor.value.term : null;
  // Stepping by terms lights up one term after the other.
  const operands = useMemo(
    () => (explained ? seenOperands(state, operandsOf(explained, term)) : none),
    [explained, term],
  );
  const lit = useMemo(() => litKeys(state, operands), [operands]);
  const { stages, places } = state.walk.value;
  if (places.length === 0) return <p class="dim">This model computes nothing that could be shown.</p>;
  const stage = stages[places[state.place.value].stage];
  const { ref } = state.cursor.value;
  const quantities: Quantity[] =
    stage.pass === "update" || ref.of === "update"
      ? ["value", "gradient", "update"]
      : stage.pass === "backward" || ref.of === "gradient"
        ? ["value", "gradient"]
        : ["value"];
  const network = <Network state={state} picture={picture} operands={operands} lit={lit} />;
  const numbers = (
    <Planes state={state} picture={picture} quantities={quantities} lit={lit} operands={operands} />
  );
  const formula = <FormulaPanel state={state} lit={term === null ? none : operands} />;
  return (
    <div class="trace-view stack">
      <Scrubber state={state} keys={keys}>
        <Marks state={state} />
      </Scrubber>
      {narrow ? (
        <>
          <section class="panel" aria-label="Formula">
            {formula}
          </section>
          <Tabs<"network" | "numbers">
            label="Views"
            tabs={[
              { id: "network", label: "Network" },
              { id: "numbers", label: "Matrices" },
            ]}
            value={panel === "numbers" ? "numbers" : "network"}
            onChange={setPanel}
          >
            {panel === "numbers" ? numbers : network}
          </Tabs>
        </>
      ) : (
        <div class={`trace-panels${columnsOf(state.graph.value) > DEEP ? " deep" : ""}`}>
          <section class="panel" aria-label="Network">
            {network}
          </section>
          <section class="panel" aria-label="Matrices">
            {numbers}
          </section>
          <section class="panel" aria-label="Formula">
            {formula}
          </section>
        </div>
      )}
    </div>
  );
}

/** The probabilities of a loss that is one step are seen as the outputs that they come from. */
const seenOperands = (state: TraceState, operands: readonly ElementRef[]): readonly ElementRef[] => {
  const { output } = state.data.peek();
  return operands.map((one) =>
    state.passedOver.peek().has(one.value) ? { ...one, of: "value", value: output } : one,
  );
};

/** What is computed from: by key, and the bias's unit y_0 = 1 as "one". */
function litKeys(state: TraceState, operands: readonly ElementRef[]): ReadonlySet<string> {
  const keys = new Set(operands.map(keyOf));
  const { links } = state.graph.peek();
  for (const { value, weight } of links)
    if (weight?.bias != null && operands.some((one) => one.value === weight.bias && one.of === "value")) {
      keys.add("one");
      keys.add(`one value ${value}`);
    }
  return keys;
}

/** The loss, edits and the game of predictions. */
function Marks({ state }: { state: TraceState }) {
  const { loss } = state.data.value;
  const edits = state.edits.value.length;
  const { right, asked } = state.score.value;
  const lossRef: ElementRef | null = loss && { value: loss.value, of: "value", index: 0 };
  const hidden = lossRef !== null && state.hidden(lossRef);
  const before = lossRef && state.formerNumber(lossRef);
  return (
    <div class="trace-marks row">
      {loss && lossRef && (
        <span class="trace-loss">
          <button type="button" class="trace-link" onClick={() => state.pick(lossRef)}>
            {state.data.value.layers.some(({ part }) => part === "loss") ? "Loss ℓ" : "Result ℓ"}
          </button>{" "}
          ={" "}
          {hidden ? (
            "?"
          ) : (
            <b data-loss={loss.number}>
              <Num value={loss.number} digits={6} />
            </b>
          )}
          {before !== undefined && before !== null && !hidden && (
            <span class="dim">
              {" "}
              before the edit <Num value={before} digits={6} />
            </span>
          )}
          {loss.after !== null && !hidden && (
            <span title="The loss of the same rows after all weights moved by −η times their derivative at once">
              , after the update{" "}
              <b data-after={loss.after} class={loss.after <= loss.number ? "good" : "bad"}>
                <Num value={loss.after} digits={6} />
              </b>
            </span>
          )}
        </span>
      )}
      {(edits > 0 || state.past.value.length > 0) && (
        <span class="row" role="group" aria-label="Edits">
          <span title="They stay with this row and step while this is open">
            {edits} {edits === 1 ? "number" : "numbers"} changed
          </span>
          <Button kind="quiet" onClick={() => state.undo()} disabled={state.past.value.length === 0}>
            Undo
          </Button>
          <Button kind="quiet" onClick={() => state.reset()} disabled={edits === 0}>
            Reset all
          </Button>
        </span>
      )}
      {state.data.value.rows > 1 && (
        <NumberField
          label={`Row of ${state.data.value.rows}`}
          value={state.row.value + 1}
          min={1}
          max={state.data.value.rows}
          whole
          onChange={(row) => state.toRow(row - 1)}
        />
      )}
      {state.insideLoss.size > 0 && (
        <Toggle
          label="Operations inside the loss"
          title="Walks through the small operations that the cross-entropy is computed by, one by one"
          checked={state.inside.value}
          onChange={(on) => state.showInside(on)}
        />
      )}
      <Toggle
        label="Hide and predict"
        title="Hides what is still to be computed: work it out, type it, and see whether it is right"
        checked={state.predicting.value}
        onChange={(on) => {
          state.predicting.value = on;
        }}
      />
      {asked > 0 && (
        <span role="status" class="num">
          {right} of {asked} right
        </span>
      )}
      {state.problem.value && (
        <p class="bad" role="alert">
          {state.problem.value}
        </p>
      )}
    </div>
  );
}
