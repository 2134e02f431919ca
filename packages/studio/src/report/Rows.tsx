import { Bars, DataTable } from "../parts/charts/index.ts";
import { formatPercent } from "../parts/number.ts";
import type { ReportData, ReportRow } from "./data.d.ts";
import { Note, Section } from "./Section.tsx";

/** A few rows, each with its way through the network. The script of the page puts a trace into each `data-trace`. */
export function Rows({ rows = [] }: ReportData) {
  if (rows.length === 0) return null;
  return (
    <Section title="Rows, one by one">
      <Note>
        {rows.some(({ trace }) => trace !== null)
          ? "Rows that the model tells well, and rows that it does not. Each can be stepped through: every number of its way through the trained network, forward to the loss and back to every weight."
          : "Rows that the model tells well, and rows that it does not."}
      </Note>
      {rows.map((row, i) => (
        <Row key={i} row={row} place={i} />
      ))}
    </Section>
  );
}

const verdicts = {
  right: ["good", "✓ right"],
  wrong: ["bad", "✗ wrong"],
  uncertain: ["warn", "? uncertain"],
  near: ["good", "✓ near"],
  far: ["bad", "✗ far off"],
} as const;

function Row({ row, place }: { readonly row: ReportRow; readonly place: number }) {
  const { title, verdict, truth, predicted, probabilities, cells, trace } = row;
  const [tone, word] = verdicts[verdict];
  const bars = probabilities.slice(0, 5).map(({ label, probability }) => ({ label, value: probability }));
  return (
    <article class="traced">
      <h3>
        {title}: <span class={tone}>{word}</span>
      </h3>
      <p>
        Truth <b>{truth}</b>, predicted <b>{predicted}</b>
      </p>
      <div class="figures">
        {bars.length > 0 && (
          <Bars bars={bars} title={`probabilities of ${title}`} label={(value) => formatPercent(value)} />
        )}
        <details>
          <summary>Its values ({cells.length} columns)</summary>
          <DataTable
            name={`Values of ${title}`}
            head={["column", "value"]}
            rows={cells.map(({ name, text }) => [name, text])}
          />
        </details>
      </div>
      {trace && (
        <details class="trace" data-trace={place}>
          <summary>Step through it</summary>
          <noscript>This part needs scripts, which are switched off.</noscript>
        </details>
      )}
    </article>
  );
}
