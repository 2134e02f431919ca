/**
 * `npm run bench:rows`: how long one row takes, from the object to the prediction, and a row of many.
 *
 * The least that a row by itself can take is the time to read the weights once, which a compiled sum over as many numbers needs.
 */
import { readFileSync } from "node:fs";
import { compile, noGrad, randn, type Tensor } from "chainrule";
import {
  type AnyRow,
  type GivenSettings,
  LoadedModel,
  refineText,
  type Table,
  tableOf,
  textAt,
  textColumn,
  trainTable,
} from "chainrule/tables";

const small: GivenSettings = {
  hidden: [32, 32],
  numberEncoding: "plain",
  frontScale: false,
  parametricActivation: false,
};

function readTable(name: string): Table {
  const text = readFileSync(new URL(`../packages/cli/data/${name}.csv`, import.meta.url), "utf8");
  const [head, ...lines] = text
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const columns = head.map((title, j) =>
    textColumn(
      title,
      lines.map((line) => line[j]),
    ),
  );
  return tableOf(
    name,
    columns.map((column) => refineText(column)),
  );
}

const rowsOf = ({ rows, columns }: Table): AnyRow[] =>
  Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(
      columns.map((column) => [column.name, column.type === "number" ? column.values[i] : textAt(column, i)]),
    ),
  );

/** Microseconds of a call: the least of several means. */
function microseconds(calls: number, call: () => void): number {
  for (let i = 0; i < calls; i++) call();
  let least = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < 9; repeat++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    least = Math.min(least, ((performance.now() - start) / calls) * 1000);
  }
  return least;
}

const titles = ["table", "network", "weights", "one row µs", "read once µs", "of many µs"];
const line = (cells: readonly (string | number)[]): string =>
  cells.map((cell, i) => (i < 2 ? String(cell).padEnd(14) : String(cell).padStart(13))).join("");

console.log(line(titles));
for (const [name, target] of [
  ["penguins", "species"],
  ["diabetes", "progression"],
  ["digits", "digit"],
] as const) {
  const table = readTable(name);
  const rows = rowsOf(table);
  for (const [network, settings] of [
    ["default", {}],
    ["32, 32", small],
  ] as const) {
    const { model } = await trainTable(table, {
      ...settings,
      target,
      testSize: 0.2,
      validationSize: 0.2,
      epochs: 1,
      seed: 0,
    });
    const loaded = new LoadedModel(model);
    let i = 0;
    const one = microseconds(2000, () => loaded.predict(rows[i++ % rows.length]));
    const many = microseconds(5, () => loaded.predictAll(rows)) / rows.length;
    const count = model.network.parameters().reduce((sum, { numel }) => sum + numel, 0);
    const weights = randn([count]);
    const sum = compile((x: Tensor) => x.sum());
    const least = microseconds(2000, () => noGrad(() => sum(weights)));
    console.log(line([name, network, count, one.toFixed(2), least.toFixed(2), many.toFixed(2)]));
    loaded.dispose();
    sum.dispose();
  }
}
