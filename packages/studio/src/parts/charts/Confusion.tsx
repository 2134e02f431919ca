import { formatCount } from "../number.ts";

interface Props {
  readonly labels: readonly string[];
  /** How many rows of class i were told to be of class j. */
  readonly counts: readonly (readonly number[])[];
}

/** The largest number of classes that are shown. */
export const MOST_CLASSES = 30;

/** True classes in rows, predicted ones in columns. A cell is shaded by its share of the row; what is right has another colour. */
export function Confusion({ labels, counts }: Props) {
  return (
    <section class="wide" tabIndex={0} aria-label="Confusion matrix">
      <table class="confusion">
        <caption>How many rows of each true class were told to be of each class</caption>
        <thead>
          <tr>
            <th scope="col">true \ predicted</th>
            {labels.map((label, j) => (
              <th key={j} scope="col" class="n">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, i) => {
            const all = row.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={i}>
                <th scope="row">{labels[i]}</th>
                {row.map((count, j) => (
                  <td key={j} class={`n${i === j ? " hit" : ""}`} style={shade(count / (all || 1), i === j)}>
                    {count === 0 ? "·" : formatCount(count)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

const shade = (share: number, hit: boolean): string | undefined =>
  share === 0
    ? undefined
    : `background:color-mix(in srgb, var(--${hit ? "good" : "negative"}) ${Math.round(4 + 22 * share)}%, transparent)`;
