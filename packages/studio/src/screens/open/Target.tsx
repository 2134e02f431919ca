import { useState } from "preact/hooks";
import { Button, Select } from "../../parts/controls/index.ts";
import { formatCount } from "../../parts/number.ts";
import { type AwaitingTarget, awaitingTarget, busy, chooseTarget } from "../../state/studio.ts";
import { Columns } from "./Columns.tsx";
import { Head } from "./Head.tsx";
import { useArrival } from "./useArrival.ts";

/** A table before it is known what to predict. */
export function Target({ table }: { table: AwaitingTarget }) {
  const { name, columns, head, rows, guess } = table;
  const [target, setTarget] = useState(guess);
  const heading = useArrival(table);
  const chosen = columns.find((column) => column.name === target);
  return (
    <section class="panel stack" aria-labelledby="opened">
      <h2 id="opened" ref={heading} tabIndex={-1}>
        {name}
      </h2>
      <p class="dim">
        A table of {formatCount(rows)} rows and {formatCount(columns.length)} columns. Which column shall be
        predicted from the others?
      </p>
      <div class="row end">
        <Select
          label="Target"
          value={target}
          options={columns.map((column) => ({
            value: column.name,
            label: `${column.name} (${column.type})`,
          }))}
          onChange={setTarget}
        />
        <Button kind="primary" onClick={() => void chooseTarget(target)} disabled={busy.value !== ""}>
          Go on with {target}
        </Button>
        <Button
          kind="quiet"
          onClick={() => {
            awaitingTarget.value = null;
          }}
        >
          Cancel
        </Button>
      </div>
      {chosen && (
        <p class="dim small">
          {chosen.type === "number" && chosen.distinct > 20
            ? "A number of many values: the network learns regression."
            : `${formatCount(chosen.distinct)} distinct values.`}
        </p>
      )}
      <Columns columns={columns} rows={rows} />
      <Head names={columns.map((column) => column.name)} head={head} />
    </section>
  );
}
