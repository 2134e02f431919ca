/** Pages that are one file: they load nothing, and their policy lets nothing but their own script run. */
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { Chart } from "../parts/charts/Chart.tsx";
import baseCss from "../style/base.css?raw";
import chartsCss from "../style/charts.css?raw";
import tokensCss from "../style/tokens.css?raw";
import type { ChartOptions, Curve, ReportData, ReportRow, SearchData } from "./data.d.ts";
import { packed } from "./packing.ts";
import { Report } from "./Report.tsx";
import reportCss from "./report.css?raw";
import { Search } from "./Search.tsx";

/** What the pages of traced rows need to be stepped through. */
export interface TraceScript {
  readonly code: string;
  /** SHA-256 of the code in base64, for the page's policy. */
  readonly sha256: string;
  readonly css: string;
}

/** Traces take at most so many letters of a page, all together; a row for which there is no room is shown without. */
const MOST_TRACED = 640_000;

export async function reportPage(data: ReportData, script: TraceScript): Promise<string> {
  const traces: string[] = [];
  const rows: ReportRow[] = [];
  let left = MOST_TRACED;
  for (const row of data.rows ?? []) {
    const trace = row.trace === null ? "" : await packed(JSON.stringify(row.trace));
    const fits = trace !== "" && trace.length <= left;
    if (fits) left -= trace.length;
    traces.push(fits ? trace : "");
    rows.push(fits ? row : { ...row, trace: null });
  }
  const content = <Report {...data} rows={rows} />;
  return page(data.title, content, traces.some((trace) => trace !== "") ? { traces, script } : null);
}

export const searchPage = (data: SearchData): string => page(data.title, <Search {...data} />, null);

/** The colours of light, by their names. */
const light = new Map<string, string>();
for (const [, name = "", value = ""] of (/:root\s*{([^}]*)}/.exec(tokensCss)?.[1] ?? "").matchAll(
  /--([\w-]+):\s*([^;}]+)/g,
))
  light.set(name, value.trim());
const lightOf = (name: string): string => {
  const value = light.get(name) ?? "";
  const other = /^var\(--([\w-]+)\)$/.exec(value)?.[1];
  return other === undefined ? value : lightOf(other);
};

export function chartPicture(curves: readonly Curve[], options: ChartOptions): string {
  const svg = renderToString(<Chart curves={curves} {...options} />);
  return svg
    .replace("<svg", `<svg xmlns="http://www.w3.org/2000/svg" style="background:${lightOf("back")}"`)
    .replace(/var\(--([\w-]+)\)/g, (_, name: string) => lightOf(name));
}

/** Light on paper, whatever the screen has. */
const printCss = `@media print { :root, :root:not([data-theme]) { color-scheme: light; ${[...light].map(([name, value]) => `--${name}: ${value};`).join(" ")} } }`;

interface Traced {
  /** Packed; empty where a row has none. */
  readonly traces: readonly string[];
  readonly script: TraceScript;
}

function page(title: string, content: VNode, traced: Traced | null): string {
  const css = [tokensCss, baseCss, chartsCss, traced?.script.css ?? "", reportCss, printCss].join("\n");
  const run = traced === null ? "'none'" : `'sha256-${traced.script.sha256}'`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${run}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
${renderToString(
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <title>{title}</title>
      <style dangerouslySetInnerHTML={{ __html: css }} />
    </head>
    <body>
      {content}
      {traced && (
        <>
          <script
            type="application/json"
            id="traces"
            dangerouslySetInnerHTML={{ __html: JSON.stringify(traced.traces) }}
          />
          <script dangerouslySetInnerHTML={{ __html: traced.script.code }} />
        </>
      )}
    </body>
  </html>,
)}
`;
}
