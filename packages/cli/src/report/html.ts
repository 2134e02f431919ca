/** Text that means itself in HTML, in attributes too. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** An HTML table. Texts are escaped; numbers, also as texts, stand at the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const aligned = head.map((_, i) =>
    rows.every((row) => /^[-\d.,% –]*$/.test(row[i] ?? "")) ? ' class="n"' : "",
  );
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((value, i) => `<${tag}${aligned[i] ?? ""}>${escaped(value)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((cells) => line("td", cells)).join("\n");
  return `<div class="wide"><table>\n<thead>${line("th", head)}</thead>\n<tbody>${body}</tbody>\n</table></div>`;
}

/** The colours of a page in light: ground, texts, lines, curves, and what is right. */
export const light = {
  back: "#fff",
  text: "#1b1f24",
  dim: "#5b6570",
  line: "#d5dae0",
  c0: "#1f6feb",
  c1: "#d1570f",
  c2: "#1a7f4b",
  c3: "#8250df",
  good: "#1a7f4b",
} as const;

const dark: Record<keyof typeof light, string> = {
  back: "#14171b",
  text: "#e4e8ec",
  dim: "#98a2ad",
  line: "#343b43",
  c0: "#6cb0ff",
  c1: "#ff9a57",
  c2: "#57cf8b",
  c3: "#c29bff",
  good: "#57cf8b",
};

const variables = (colours: typeof dark): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");

const STYLE = `
:root { color-scheme: light dark; ${variables(light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p { margin: .4rem 0; } .dim, figcaption { color: var(--dim); } .big { font-size: 1.3rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; } th, td { padding: .15rem .7rem .15rem 0; text-align: left; }
th { color: var(--dim); font-weight: 500; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.hit { color: var(--good); font-weight: 600; }
.row { display: flex; flex-wrap: wrap; gap: 1rem 2rem; } figure { margin: .5rem 0; } svg { max-width: 100%; height: auto; }
svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }`;

/** A whole page that needs no other file. */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
${body}
</body>
</html>
`;
