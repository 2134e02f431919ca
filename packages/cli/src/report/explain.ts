import {
  type Importance,
  type PartialDependence,
  type Plan,
  partialDependence,
  permutationImportance,
  type TableModel,
} from "chainrule/tables";

/** What a model's predictions depend on. */
export interface Explanation {
  /** Rows that the columns were shuffled over. */
  readonly rows: number;
  /** The most important columns, the most important first. */
  readonly importance: readonly Importance[];
  /** How predictions follow the first few of them. */
  readonly dependence: readonly PartialDependence[];
}

const MOST_ROWS = 1000;
const FEWEST_ROWS = 200;
/** Rows that go through the network, for all shuffles together: a second's work or two. */
const MOST_PREDICTIONS = 200_000;
const REPEATS = 5;
const SHOWN = 15;
const CURVES = 4;

/** Looks at the test rows of a plan, or at so many of them as there is time for. */
export function explain(model: TableModel, { test, split, table }: Plan, seed: number): Explanation {
  const columns = model.spec.features.length;
  const most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_PREDICTIONS / (REPEATS * columns))));
  const step = Math.max(1, test.rows.length / most);
  const rows = test.rows.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  // A single row can not be shuffled.
  if (rows.length < 2) return { rows: rows.length, importance: [], dependence: [] };
  const importance = permutationImportance(model, test.table, { rows, repeats: REPEATS, seed }).slice(
    0,
    SHOWN,
  );
  const training = split.training.filter((_, i, all) => i % Math.max(1, Math.floor(all.length / 500)) === 0);
  return {
    rows: rows.length,
    importance,
    dependence: importance
      .slice(0, CURVES)
      .map(({ column }) => partialDependence(model, table, column, { rows: training })),
  };
}
