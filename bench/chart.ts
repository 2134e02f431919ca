/** The benchmark as a picture: each contestant's speed against PyTorch's, on a logarithmic axis, in light and dark. */
import { type Report, type RowResult, ratioOf, times } from "./results.ts";
import { networkName } from "./workloads.ts";

interface Series {
  /** As in the results. */
  readonly contestant: string;
  readonly label: string;
  readonly colours: readonly [light: string, dark: string];
  readonly radius: number;
}

/** Drawn in this order, so that chainrule's dots lie on top. */
const series: readonly Series[] = [
  { contestant: "tfjs", label: "TensorFlow.js", colours: ["#c2410c", "#fb923c"], radius: 4 },
  { contestant: "jax-js", label: "jax-js", colours: ["#7e22ce", "#d8b4fe"], radius: 4 },
  { contestant: "brain.js", label: "brain.js", colours: ["#be185d", "#f9a8d4"], radius: 4 },
  { contestant: "onnxruntime", label: "onnxruntime-web", colours: ["#0f766e", "#5eead4"], radius: 4 },
  { contestant: "eager", label: "chainrule, eager", colours: ["#6b7280", "#9aa4b2"], radius: 4 },
  { contestant: "chainrule", label: "chainrule, compiled", colours: ["#1d4ed8", "#60a5fa"], radius: 6 },
];

const [width, left, right, top, rowHeight, gap] = [900, 300, 70, 84, 26, 14];

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const px = (value: number): string => value.toFixed(1);

function label({ workload }: RowResult): string {
  if (workload.task === "product") return networkName(workload);
  const details = workload.task === "training" ? `${workload.batch}, ${workload.optimizer}` : "inference, 1";
  return `${networkName(workload)} · ${details}`;
}

/** Powers of ten around all values, and 1. */
function axis(values: readonly number[]): { low: number; high: number } {
  const logs = [...values, 1].map(Math.log10);
  return { low: Math.floor(Math.min(...logs)), high: Math.max(1, Math.ceil(Math.max(...logs))) };
}

/** Draws training and inference; products of matrices have a table of their own. */
export function chart(report: Report): string {
  const rows = report.rows.filter(({ workload, timings }) => workload.task !== "product" && timings.PyTorch);
  const shown = series.filter(({ contestant }) => rows.some(({ timings }) => timings[contestant]));
  const ratios = rows.flatMap((row) => shown.map((one) => ratioOf(row, one.contestant, "PyTorch") ?? 1));
  const { low, high } = axis(ratios);
  const x = (ratio: number): number =>
    left + ((Math.log10(ratio) - low) / (high - low)) * (width - left - right);
  const firstInference = rows.findIndex(({ workload }) => workload.task === "inference");
  const y = (row: number): number =>
    top + (row + 0.5) * rowHeight + (firstInference > 0 && row >= firstInference ? gap : 0);
  const bottom = y(rows.length - 1) + rowHeight / 2;

  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map((value) => {
    const name = value === 1 ? "PyTorch" : value < 1 ? `1/${Math.round(1 / value)}` : `${value}×`;
    const at = px(x(value));
    return (
      `<line class="${value === 1 ? "one" : "grid"}" x1="${at}" x2="${at}" y1="${top}" y2="${px(bottom)}"/>` +
      `<text class="tick" x="${at}" y="${px(bottom + 18)}">${name}</text>`
    );
  });
  const legend: string[] = [];
  let legendX = 20;
  for (const { contestant, label: text, radius } of shown.toReversed()) {
    const name = contestant.replace(".", "");
    legend.push(`<circle class="${name}" cx="${px(legendX + 6)}" cy="54" r="${radius}"/>`);
    legend.push(`<text x="${px(legendX + 17)}" y="58.5">${text}</text>`);
    legendX += 17 + text.length * 7.1 + 20;
  }
  const lines = rows.map((row, i) => {
    const cy = px(y(i));
    const dots = shown.map(({ contestant, radius }) => {
      const ratio = ratioOf(row, contestant, "PyTorch");
      if (ratio === undefined) return "";
      const title = `${contestant}: ${times(ratio)} PyTorch's speed`;
      return `<circle class="${contestant.replace(".", "")}" cx="${px(x(ratio))}" cy="${cy}" r="${radius}"><title>${title}</title></circle>`;
    });
    const ours = ratioOf(row, "chainrule", "PyTorch");
    const figure =
      ours === undefined
        ? ""
        : `<text class="figure" x="${width - 16}" y="${px(y(i) + 4.5)}">${times(ours)}</text>`;
    const name = `<text class="name" x="${left - 16}" y="${px(y(i) + 4.5)}">${escaped(label(row))}</text>`;
    return `<line class="row" x1="${left}" x2="${width - right}" y1="${cy}" y2="${cy}"/>${name}${dots.join("")}${figure}`;
  });

  const fills = (theme: 0 | 1): string =>
    shown
      .map(({ contestant, colours }) => `.${contestant.replace(".", "")}{fill:${colours[theme]}}`)
      .join("");
  const height = Math.ceil(bottom + 34);
  const title = "Speed on a CPU, as a multiple of PyTorch's";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${title}">
<style>
.page{fill:#fff;stroke:#d0d7de}text{fill:#1f2328;font:13px ui-sans-serif,system-ui,"Segoe UI","DejaVu Sans",sans-serif}.title{font-weight:600;font-size:16px}.name,.figure{text-anchor:end}.figure{font-weight:600}.tick{text-anchor:middle;fill:#57606a;font-size:12px}.grid,.row{stroke:#d8dee4}.row{stroke-dasharray:1 4}.one{stroke:#57606a;stroke-width:1.5}${fills(0)}
@media (prefers-color-scheme:dark){.page{fill:#0d1117;stroke:#30363d}text{fill:#e6edf3}.tick{fill:#8b949e}.grid,.row{stroke:#30363d}.one{stroke:#8b949e}${fills(1)}}
</style>
<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="20" y="30">${escaped(title)}</text>
${legend.join("")}
${ticks.join("\n")}
${lines.join("\n")}
</svg>
`;
}
