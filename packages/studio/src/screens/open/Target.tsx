import { useState } from "preact/hooks";
import { Button, Select } from "../../parts/controls/index.ts";
import { formatCount } from "../../parts/number.ts";
import { type AwaitingTarget, awaitingTarget, busy, chooseTarget } from "../../state/studio.ts";
import { Columns, usable } from "./Columns.tsx";
import { Head } from "./Head.tsx";
import { useArrival } from "./useArrival.ts";

const nameOf = ({ name }: { readonly name: string }): string => name;

/** A table before it is known what to predict. */
export function Target({ table }: { table: AwaitingTarget }) {
  const { name, columns, head, rows, guess } = table;
  const [target, setTarget] = useState(guess);
  /** Columns that a person has said something of; the others are used unless they look of no use. */
  const [said, setSaid] = useState<ReadonlyMap<string, boolean>>(new Map());
  const heading = useArrival(table);
  const used = new Set(
    columns
      .filter(
        (column) =>
          column.name !== target && usable(column) && (said.get(column.name) ?? column.dropped === ""),
      )
      .map((column) => column.name),
  );
  const choice = {
    include: columns.filter((column) => column.dropped !== "" && used.has(column.name)).map(nameOf),
    exclude: columns.filter((column) => column.dropped === "" && said.get(column.name) === false).map(nameOf),
  };
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
        <Button
          kind="primary"
          onClick={() => void chooseTarget(target, choice)}
          disabled={busy.value !== "" || used.size === 0}
        >
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
      {used.size === 0 && (
        <p class="warn" role="status">
          No column is left to predict {target} from. Tick one in the table, even one that looks like an
          identifier.
        </p>
      )}
      <Columns
        columns={columns}
        rows={rows}
        choice={{ target, used, onChange: (name, use) => setSaid(new Map([...said, [name, use]])) }}
      />
      <Head names={columns.map((column) => column.name)} head={head} />
    </section>
  );
}
