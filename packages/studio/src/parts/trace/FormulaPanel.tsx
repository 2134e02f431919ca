import { type ElementRef, type Explained, type Expr, exprText, type Term } from "chainrule/trace";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../controls/index.ts";
import { Formula } from "../Formula.tsx";
import { Num } from "../Num.tsx";
import { formatNumber } from "../number.ts";
import { NumberInput } from "./NumberInput.tsx";
import { Prediction } from "./Prediction.tsx";
import { nameOf, sentenceOf } from "./sentence.ts";
import { keyOf, type TraceState } from "./state.ts";
import { type WayStep, wayOf } from "./way.ts";

interface Props {
  readonly state: TraceState;
  readonly lit: readonly ElementRef[];
}

/** The number that is looked at: its sentence, its formula in symbols, then values, then the result, its terms and its check. */
export function FormulaPanel({ state, lit }: Props) {
  const explained = state.explained.value;
  const cursor = state.cursor.value;
  const place = state.walk.value.places[state.place.value];
  const [editing, setEditing] = useState(false);
  useEffect(() => setEditing(false), [keyOf(cursor.ref)]);
  if (!explained) return <div class="trace-formula" aria-busy="true" />;
  const data = state.data.value;
  const hidden = state.hidden(explained.ref);
  const value = data.values[explained.ref.value];
  const former = hidden ? undefined : state.formerNumber(explained.ref);
  const other: ElementRef = { ...explained.ref, of: explained.ref.of === "value" ? "gradient" : "value" };
  const { source } = explained;
  const layer = data.layers[value.layer ?? -1];
  const unnamed = nameOf(data, explained);
  const verdict = state.predicting.value ? state.verdict.value : null;
  return (
    <div class="trace-formula" data-key={keyOf(explained.ref)}>
      {cursor.rest && place ? (
        <p class="trace-sentence" aria-live="polite">
          {place.rest.toLocaleString("en-US")} more numbers of {exprText(value.symbol)}, each computed like
          this one. The largest of them: {sentenceOf(data, explained, hidden)}
        </p>
      ) : (
        <p class="trace-sentence" aria-live="polite">
          {sentenceOf(data, explained, hidden)}
        </p>
      )}
      <dl class="trace-lines">
        {explained.symbols && (
          <>
            <dt>Symbols</dt>
            <dd data-line="symbols">
              <Formula expr={shortened(explained.symbols)} onPick={state.pick} lit={lit} />
            </dd>
          </>
        )}
        {explained.values && (
          <>
            <dt>Values</dt>
            <dd data-line="values">
              <Formula
                expr={shortened(hidden ? withoutResult(explained.values) : explained.values)}
                onPick={state.pick}
                lit={lit}
              />
            </dd>
          </>
        )}
        <dt>Result</dt>
        <dd data-line="result">
          <Formula expr={explained.symbol} /> ={" "}
          {editing ? (
            <NumberInput state={state} of={explained.ref} onDone={() => setEditing(false)} />
          ) : (
            <b class="trace-result" data-number={hidden ? undefined : explained.number}>
              {hidden ? "?" : <Num value={explained.number} digits={6} signed />}
            </b>
          )}
          {former !== undefined && <span class="dim"> before the edit {formatNumber(former)}</span>}
        </dd>
      </dl>
      {hidden && <Prediction key={keyOf(explained.ref)} state={state} explained={explained} />}
      {verdict && keyOf(verdict.ref) === keyOf(explained.ref) && (
        <p class={`trace-verdict ${verdict.kind === "right" ? "good" : "bad"}`} role="status">
          {verdict.text}
        </p>
      )}
      <div class="row">
        {state.editable(explained.ref) && !editing && (
          <Button onClick={() => setEditing(true)}>Change this number</Button>
        )}
        {value.hasGradient && value.id !== data.loss?.value && explained.ref.of !== "update" && (
          <Button kind="quiet" onClick={() => state.pick(other)}>
            {other.of === "gradient" ? "Show its derivative" : "Show its value"}
          </Button>
        )}
        {explained.ref.of === "update" && (
          <Button kind="quiet" onClick={() => state.pick({ ...explained.ref, of: "gradient" })}>
            Show its derivative
          </Button>
        )}
      </div>
      <Check explained={explained} hidden={hidden} />
      {explained.terms.length > 0 && <Terms state={state} explained={explained} hidden={hidden} />}
      {explained.ref.of === "gradient" && <Way state={state} explained={explained} />}
      {source && (
        <p class="dim small">
          <code>{source.op === "linear" ? WEIGHTED_SUM : source.formula}</code>, the operation {source.op}
          {source.layer && ` of ${source.layer.replace(/^layer /, "module ")}`}
          {layer?.about !== undefined && ` (${layer.about})`}
          {value.op?.about !== undefined && explained.ref.of === "value" && `, which ${value.op.about}`}
        </p>
      )}
      {unnamed !== "" && <p class="dim small">{unnamed}</p>}
    </div>
  );
}

/** As the pages write it, from unit i to unit j: PyTorch's own w has its indices the other way round. */
const WEIGHTED_SUM = "z_j = w_0j · 1 + Σ_i w_ij y_i";

/** Long sums are written by their first terms and their last: the table has them all. */
function shortened(expr: Expr): Expr {
  if (expr.kind === "equals") return { ...expr, items: expr.items.map(shortened) };
  if (expr.kind !== "plus" || expr.items.length <= SUMMANDS) return expr;
  const last = expr.items.at(-1) as Expr;
  const dots: Expr[] = last.kind === "text" ? [last] : [{ kind: "text", text: "…" }, last];
  return { ...expr, items: [...expr.items.slice(0, SUMMANDS - 1), ...dots] };
}

const SUMMANDS = 4;

/** "z = 0.35·1 + 0.15·0.05" of the same with " = 0.3575" behind it. */
function withoutResult(values: Expr): Expr {
  if (values.kind !== "equals" || values.items.length < 3) return values;
  return { ...values, items: values.items.slice(0, -1) };
}

function Check({ explained, hidden }: { explained: Explained; hidden: boolean }) {
  const { numeric } = explained;
  if (!numeric || hidden) return null;
  const fine = numeric.error <= 1e-5;
  return (
    <p class="trace-check small" data-error={numeric.error}>
      <b class={numeric.kink ? "warn" : fine ? "good" : "bad"}>
        {numeric.kink ? "Kink" : fine ? "✓ Checked" : "✗ Differs"}
      </b>{" "}
      Numeric derivative, by moving it up and down by {formatNumber(numeric.h, 1)}:{" "}
      <Num value={numeric.value} digits={6} />
      {numeric.kink
        ? ". The function has a corner here, so the two need not agree."
        : `, relative error ${formatNumber(numeric.error, 2)}.`}
    </p>
  );
}

interface TermsProps {
  readonly state: TraceState;
  readonly explained: Explained;
  readonly hidden: boolean;
}

function Terms({ state, explained, hidden }: TermsProps) {
  const { terms, termCount, rest, number } = explained;
  const at = state.granularity.value === "term" ? state.cursor.value.term : null;
  const more = termCount - terms.length;
  const sums = terms.map((_, place) =>
    terms.slice(0, place + 1).reduce((sum, { product }) => sum + product, 0),
  );
  const soFar = at === null ? null : at < terms.length ? sums[at] : number;
  const largest = Math.max(...terms.map(({ product }) => Math.abs(product)), Math.abs(rest), 1e-300);
  const seen = (place: number) => (hidden ? at !== null && place <= at : at === null || place <= at);
  return (
    <div class="wide">
      <table class="trace-terms">
        <caption>
          {termCount === 1 ? "One product" : `${termCount.toLocaleString("en-US")} terms`}
          {more > 0 && `, the ${terms.length} largest of them`}
        </caption>
        <thead>
          <tr>
            <th scope="col">term</th>
            <th scope="col">values</th>
            <th scope="col" class="n">
              product
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {terms.map((term, place) => (
            <tr key={place} class={at === place ? "current" : ""}>
              <td>
                <Factors state={state} term={term} symbols />
              </td>
              <td class="num">
                <Factors state={state} term={term} symbols={false} />
              </td>
              <td class="n">{seen(place) ? <Num value={term.product} signed /> : "…"}</td>
              <td class="trace-bar">{seen(place) && <Bar share={term.product / largest} />}</td>
            </tr>
          ))}
          {more > 0 && (
            <tr class={at === terms.length ? "current" : ""}>
              <td colSpan={2}>{more.toLocaleString("en-US")} more terms, together</td>
              <td class="n">{seen(terms.length) ? <Num value={rest} signed /> : "…"}</td>
              <td class="trace-bar">{seen(terms.length) && <Bar share={rest / largest} />}</td>
            </tr>
          )}
        </tbody>
        {termCount > 1 && (
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {soFar === null || soFar === number ? "sum" : "sum so far"}
              </th>
              <td class="n">
                {soFar !== null ? <Num value={soFar} signed /> : hidden ? "?" : <Num value={number} signed />}
              </td>
              <td />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

/** The size of a term beside the others. */
function Bar({ share }: { share: number }) {
  const width = Math.min(1, Math.abs(share)) * 48;
  return (
    <svg width="50" height="10" aria-hidden="true">
      <rect class={share < 0 ? "minus" : "plus"} x="0" y="1" width={width} height="8" rx="1" />
    </svg>
  );
}

function Factors({ state, term, symbols }: { state: TraceState; term: Term; symbols: boolean }) {
  return (
    <>
      {term.factors.map(({ symbol, value, ref }, place) => {
        const inner = symbols ? <Formula expr={symbol} /> : <Num value={value} />;
        return (
          <span key={place}>
            {place > 0 && " · "}
            {ref && symbols ? (
              <button
                type="button"
                class="trace-link"
                data-key={keyOf(ref)}
                aria-label={exprText(symbol)}
                onClick={() => state.pick(ref)}
              >
                {inner}
              </button>
            ) : (
              inner
            )}
          </span>
        );
      })}
    </>
  );
}

/** A step that hands a derivative on as it is says nothing new; the first and the last always stand. */
const tells = ({ factor }: WayStep, at: number): boolean =>
  at === 0 || factor === null || factor.symbol.kind !== "number" || factor.value !== 1;

/** A weight that a derivative passes through leads on to its own derivative. */
function onTheWay(state: TraceState, ref: ElementRef): ElementRef {
  const { role, hasGradient } = state.data.value.values[ref.value];
  return role === "parameter" && hasGradient && ref.of === "value" ? { ...ref, of: "gradient" } : ref;
}

/** The derivatives from the loss to this one, at each step along the largest term. */
function Way({ state, explained }: { state: TraceState; explained: Explained }) {
  const [way, setWay] = useState<readonly WayStep[]>([]);
  const key = keyOf(explained.ref);
  useEffect(() => {
    let current = true;
    // Not while one scrubs through: it asks for one explanation after the other.
    const timer = setTimeout(() => {
      const { loss } = state.data.value;
      const start: ElementRef | null = loss && { value: loss.value, of: "gradient", index: 0 };
      wayOf(explained.ref, start, (ref) => state.explain(ref)).then(
        (found) => current && setWay(found),
        () => undefined,
      );
    }, 120);
    return () => {
      current = false;
      clearTimeout(timer);
      setWay([]);
    };
  }, [key, explained]);
  if (way.length < 2) return null;
  return (
    <nav class="trace-way" aria-label="The way from the loss">
      <h3>From the loss to here</h3>
      <ol>
        {way.filter(tells).map(({ explained: { ref, symbol, number }, factor }) => (
          <li key={keyOf(ref)}>
            <button
              type="button"
              class="trace-link"
              data-key={keyOf(ref)}
              aria-current={keyOf(ref) === key ? "step" : undefined}
              aria-label={exprText(symbol)}
              onClick={() => state.pick(ref)}
            >
              <Formula expr={symbol} />
            </button>
            <span> = {state.hidden(ref) ? "?" : <Num value={number} signed />}</span>
            {factor && (
              <span class="dim">
                {" "}
                {factor.ref ? (
                  <button
                    type="button"
                    class="trace-link"
                    data-key={keyOf(onTheWay(state, factor.ref))}
                    aria-label={exprText(factor.symbol)}
                    onClick={() => factor.ref && state.pick(onTheWay(state, factor.ref))}
                  >
                    · <Formula expr={factor.symbol} />
                  </button>
                ) : (
                  <>
                    · <Formula expr={factor.symbol} />
                  </>
                )}
              </span>
            )}
          </li>
        ))}
      </ol>
      <p class="dim small">
        At each step through the term that counts most. Steps that only pass it on, times 1, are left out.
      </p>
    </nav>
  );
}
