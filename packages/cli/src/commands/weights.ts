import type { Scores, Table } from "chainrule/tables";
import { clip } from "../terminal/format.ts";

/** By what rows count in scores, in words that follow a number of rows; nothing where all count the same. */
export const weightedBy = ({ weightedBy: column }: Scores): string =>
  column === null ? "" : `, weighted by ${clip(column)}`;

/** What is to be said where a table that is tested on lacks the column of weights. */
export const unweighted = (weights: string | null, { columns, source }: Table): string[] =>
  weights === null || columns.some(({ name }) => name === weights)
    ? []
    : [`${source} has no column ${clip(weights)}: in its scores all rows count the same.`];
