/** Still charts as SVG, in colours of the page's variables, each with its numbers as a table behind it. */
export { Bars } from "./Bars.tsx";
export { Chart } from "./Chart.tsx";
export { Confusion, MOST_CLASSES } from "./Confusion.tsx";
export { DataTable } from "./DataTable.tsx";
export { Figure, tableOfCurves } from "./Figure.tsx";
export { Histogram } from "./Histogram.tsx";
export { Ridges } from "./Ridges.tsx";
export { Scatter } from "./Scatter.tsx";
export type { Bar, Bins, Cell, ChartOptions, Curve, TableData } from "./types.d.ts";
