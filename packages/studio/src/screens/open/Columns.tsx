import { formatCount, formatPercent } from "../../parts/number.ts";
import type { ColumnPreview } from "../../protocol.ts";

interface Props {
  readonly columns: readonly ColumnPreview[];
  /** Rows of the table, to tell the share that is missing; null where it is not known. */
  readonly rows: number | null;
  /** Where columns can be chosen: the one to predict, those that are used, and what is told of a change. */
  readonly choice?: {
    readonly target: string;
    readonly used: ReadonlySet<string>;
    readonly onChange: (name: string, use: boolean) => void;
  };
}

/** Whether a column can be used at all: one without different values can not. */
export const usable = ({ distinct, missing }: ColumnPreview): boolean =>
  distinct > 1 || (distinct === 1 && missing > 0);

const MOST_COLUMNS = 200;

/** What each column holds. */
export function Columns({ columns, rows, choice }: Props) {
  const isUsed = (name: string): boolean =>
    choice !== undefined && (name === choice.target || choice.used.has(name));
  return (
    <div class="wide tall-table" tabIndex={0} role="region" aria-label="Columns">
      <table>
        <thead>
          <tr>
            {choice && <th scope="col">use</th>}
            <th scope="col">column</th>
            <th scope="col">type</th>
            <th scope="col" class="n">
              missing
            </th>
            <th scope="col" class="n">
              distinct
            </th>
            <th scope="col">spread</th>
            <th scope="col">values</th>
          </tr>
        </thead>
        <tbody>
          {columns.slice(0, MOST_COLUMNS).map((column) => (
            <tr
              key={column.name}
              class={(choice ? !isUsed(column.name) : column.dropped) ? "dim" : undefined}
            >
              {choice && (
                <td>
                  {column.name === choice.target ? (
                    "target"
                  ) : (
                    <input
                      type="checkbox"
                      aria-label={`Use ${column.name}`}
                      checked={choice.used.has(column.name)}
                      disabled={!usable(column)}
                      onChange={({ currentTarget }) => choice.onChange(column.name, currentTarget.checked)}
                    />
                  )}
                </td>
              )}
              <th scope="row">{column.name}</th>
              <td>{column.type}</td>
              <td class="n">
                {column.missing === 0 ? "–" : formatCount(column.missing)}
                {column.missing > 0 && rows ? ` (${formatPercent(column.missing / rows)})` : ""}
              </td>
              <td class="n">{formatCount(column.distinct)}</td>
              <td>{column.histogram && <Spread {...column.histogram} />}</td>
              <td>
                {column.summary}
                {column.dropped && (
                  <span class="warn">
                    {" "}
                    {choice && isUsed(column.name) ? "Used, although it is" : "Not used:"} {column.dropped}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {columns.length > MOST_COLUMNS && (
        <p class="dim">
          The first {MOST_COLUMNS} of {formatCount(columns.length)} columns.
        </p>
      )}
    </div>
  );
}

/** A histogram as small as a word. */
function Spread({ edges, counts }: NonNullable<ColumnPreview["histogram"]>) {
  const most = Math.max(1, ...counts);
  const width = 96 / counts.length;
  const told = counts.map((count, i) => `${edges[i]} to ${edges[i + 1]}: ${count}`).join("\n");
  return (
    <svg class="spread" viewBox="0 0 96 20" role="img" aria-label={`Rows by value. ${told}`}>
      <title>{told}</title>
      {counts.map((count, i) => {
        const height = count === 0 ? 0 : Math.max(1, (20 * count) / most);
        return (
          <rect
            key={i}
            x={i * width}
            y={20 - height}
            width={Math.max(0.5, width - 0.5)}
            height={height}
            fill="var(--c0)"
          />
        );
      })}
    </svg>
  );
}
