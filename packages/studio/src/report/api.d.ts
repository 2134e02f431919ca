/** What `@chainrule/studio/report` exports, once it is built; `render.tsx` is held to it. */
import type { ChartOptions, Curve, ReportData, SearchData } from "./data.d.ts";

export type * from "./data.d.ts";

/** A report as one HTML file that loads nothing, in light and dark. Rows whose traces would make it larger than about 1 MB are shown without. */
export declare function reportHtml(data: ReportData): Promise<string>;
/** The report of a search over settings as one HTML file. */
export declare function searchHtml(data: SearchData): string;
/** Curves as an SVG file of its own, in light colours. */
export declare function chartSvg(curves: readonly Curve[], options: ChartOptions): string;
