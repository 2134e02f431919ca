import { setImmediate } from "node:timers/promises";
import type { Explanation } from "@chainrule/studio/report";
import {
  everyNth,
  type Importance,
  type PartialDependence,
  type Plan,
  partialDependence,
  permutationImportance,
  rowWeights,
  type Scores,
  sensitiveColumns,
  type TableModel,
} from "chainrule/tables";

const MOST_ROWS = 1000;
const FEWEST_ROWS = 200;
/** Rows that go through the network, for all shuffles together: a second's work or two. */
const MOST_PREDICTIONS = 200_000;
/** Multiplications in the network, for all shuffles together: a few seconds' work. From there on not all columns are tested. */
const MOST_WORK = 20_000_000_000;
/** Rows that tell which columns to test. */
const SCREEN_ROWS = 4;
const REPEATS = 5;
const SHOWN = 15;
const CURVES = 4;
const CURVE_ROWS = 500;
/** Classes that have a curve: of more, the most frequent. */
const CURVE_CLASSES = 10;

/** Looks at the test rows of a plan, or at so many of them as there is time for. Between its parts it lets other things happen, such as Ctrl-C, which may abort it: then it gives null. */
export async function explain(
  model: TableModel,
  { test, split, table, weights }: Plan,
  scores: Scores,
  seed: number,
  signal?: AbortSignal,
): Promise<Explanation | null> {
  const names = model.spec.features.map(({ name }) => name);
  const columns = names.length;
  const most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_PREDICTIONS / (REPEATS * columns))));
  const rows = everyNth(countedRows(test, weights), most);
  // A single row can not be shuffled.
  if (rows.length < 2) return { rows: rows.length, columns, tested: 0, importance: [], dependence: [] };
  const parameters = model.network.parameters().reduce((sum, { numel }) => sum + numel, 0);
  const shuffles = Math.floor(MOST_WORK / (rows.length * parameters));
  const affordable = Math.max(SHOWN, Math.floor(shuffles / REPEATS));
  const few = everyNth(rows, SCREEN_ROWS);
  const tested = columns <= affordable ? names : sensitiveColumns(model, test.table, few, affordable);
  const found: Importance[] = [];
  for (const column of tested) {
    await setImmediate();
    if (signal?.aborted) return null;
    found.push(
      ...permutationImportance(model, test.table, {
        rows,
        columns: [column],
        repeats: REPEATS,
        seed,
        weights,
      }),
    );
  }
  const importance = found.sort((a, b) => b.mean - a.mean).slice(0, SHOWN);
  const training = everyNth(split.training, CURVE_ROWS);
  const classes = curveClasses(scores);
  const dependence: PartialDependence[] = [];
  for (const { column } of importance.slice(0, CURVES)) {
    await setImmediate();
    if (signal?.aborted) return null;
    dependence.push(partialDependence(model, table, column, { rows: training, classes }));
  }
  return { rows: rows.length, columns, tested: tested.length, importance, dependence };
}

/** The test rows that count. */
function countedRows({ table, rows }: Plan["test"], weights: string | null): Int32Array {
  const counts = rowWeights(table, weights, rows);
  return counts === null ? rows : rows.filter((_, i) => counts.values[i] > 0);
}

/** The most frequent of many classes, by their numbers; undefined for the usual ones. */
function curveClasses(scores: Scores): number[] | undefined {
  if (scores.task === "regression" || scores.byClass.length <= CURVE_CLASSES) return undefined;
  return [...scores.byClass.keys()]
    .sort((a, b) => scores.byClass[b].support - scores.byClass[a].support)
    .slice(0, CURVE_CLASSES);
}
