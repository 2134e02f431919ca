import { useEffect, useState } from "preact/hooks";
import { Num } from "../parts/Num.tsx";
import type { Lesson } from "./lessons.ts";
import { type Compared, compared } from "./published.ts";

/** What the source prints, beside what is computed here from the beginning. */
export function Sources({ lesson }: { readonly lesson: Lesson }) {
  const [rows, setRows] = useState<readonly Compared[]>([]);
  useEffect(() => {
    // After the first picture: some of it takes thousands of steps.
    const waiting = setTimeout(() => setRows(compared(lesson)), 50);
    return () => clearTimeout(waiting);
  }, [lesson]);
  if (lesson.published.length === 0) return null;
  return (
    <section class="panel stack" aria-labelledby="source" aria-busy={rows.length === 0}>
      <h2 id="source">Beside the source</h2>
      <div class="wide" role="region" aria-label="Published and computed numbers" tabIndex={0}>
        <table class="published">
          <thead>
            <tr>
              <th scope="col">number</th>
              <th scope="col">source</th>
              <th scope="col">here</th>
              <th scope="col">agree</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ what, numbers, found, agrees }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td>
                  <Numbers of={numbers} />
                </td>
                <td data-what={what}>
                  <Numbers of={found} />
                </td>
                <td class={agrees ? "good" : "bad"}>{agrees ? "yes" : "no"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const Numbers = ({ of }: { readonly of: readonly number[] }) => (
  <>{of.flatMap((x, i) => [i === 0 ? "" : ", ", <Num key={i} value={x} digits={10} />])}</>
);
