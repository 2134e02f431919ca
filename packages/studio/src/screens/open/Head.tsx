interface Props {
  readonly names: readonly string[];
  readonly head: readonly (readonly string[])[];
}

const MOST_COLUMNS = 50;

/** The first rows as they were read. */
export function Head({ names, head }: Props) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="First rows">
      <table>
        <caption>
          The first {head.length} rows
          {names.length > MOST_COLUMNS ? `, and the first ${MOST_COLUMNS} columns` : ""}
        </caption>
        <thead>
          <tr>
            {names.slice(0, MOST_COLUMNS).map((name, i) => (
              <th key={i} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {head.map((cells, row) => (
            <tr key={row}>
              {cells.slice(0, MOST_COLUMNS).map((cell, i) => (
                <td key={i} class={/^[-+\d.,e]*$/i.test(cell) ? "num" : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
