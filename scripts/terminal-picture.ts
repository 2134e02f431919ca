/**
 * Draws what a command prints in a terminal as an SVG that follows the reader's light or dark theme:
 * `node scripts/terminal-picture.ts docs/start.svg "npm start" -- node packages/cli/bin/chainrule.js train …`
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const [file, title, , ...command] = process.argv.slice(2);
if (!file || !title || command.length === 0) {
  console.error('Usage: node scripts/terminal-picture.ts FILE.svg "TITLE" -- COMMAND [ARGUMENT …]');
  process.exit(2);
}
const { stdout, stderr, status } = spawnSync(command[0], command.slice(1), {
  encoding: "utf8",
  env: { ...process.env, FORCE_COLOR: "1", COLUMNS: "84" },
});
if (status !== 0) {
  console.error(stderr);
  process.exit(status ?? 1);
}

/** Foreground colours by SGR code, for a light and a dark background. */
const colours: Record<number, readonly [light: string, dark: string]> = {
  31: ["#b3261e", "#ff8a80"],
  32: ["#1b7f3b", "#7ee08f"],
  33: ["#8a6100", "#ffd166"],
  34: ["#2457c5", "#8ab4ff"],
  35: ["#8e2fb0", "#e0a6ff"],
  36: ["#0b7285", "#74dbe8"],
  90: ["#6b7280", "#9aa4b2"],
};

const ESC = String.fromCharCode(27);
/** A sequence that sets colours and the like, or another one that a terminal understands. */
const sequence = new RegExp(`(${ESC}\\[[0-9;?]*[A-Za-z])`);

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** One line as tspans. Understands colours, bold, dim and underline; other sequences are dropped. */
function line(text: string): string {
  let style = new Set<string>();
  return text
    .split(sequence)
    .map((part) => {
      if (!part.startsWith(ESC)) return part === "" ? "" : span(part, style);
      if (!part.endsWith("m")) return "";
      for (const n of part.slice(2, -1).split(";").map(Number)) {
        if (n === 0) style = new Set();
        else if (n === 1 || n === 2) style.add(n === 1 ? "b" : "d");
        else if (n === 22) style = new Set([...style].filter((s) => s !== "b" && s !== "d"));
        else if (n === 39) style = new Set([...style].filter((s) => !s.startsWith("c")));
        else if (n in colours) style = new Set([...style].filter((s) => !s.startsWith("c"))).add(`c${n}`);
      }
      return "";
    })
    .join("");
}

const span = (text: string, style: ReadonlySet<string>): string =>
  style.size === 0 ? escaped(text) : `<tspan class="${[...style].join(" ")}">${escaped(text)}</tspan>`;

/** What remains on the screen: a carriage return starts the line again. */
const lines = stdout
  .trimEnd()
  .split("\n")
  .map((raw) => raw.split("\r").filter(Boolean).at(-1) ?? "");

const columns = Math.max(84, ...lines.map((l) => stripVTControlCharacters(l).length));
const [charWidth, lineHeight, margin, bar] = [8.4, 20, 20, 36];
const width = Math.round(columns * charWidth + 2 * margin);
const height = lines.length * lineHeight + 2 * margin + bar;
const rules = (theme: 0 | 1): string =>
  Object.entries(colours)
    .map(([n, pair]) => `.c${n}{fill:${pair[theme]}}`)
    .join("");

writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escaped(title)}">
<style>
.page{fill:#fff;stroke:#d0d7de}.title{fill:#57606a}text{fill:#1f2328;font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}.b{font-weight:700}.d{opacity:.65}${rules(0)}
@media (prefers-color-scheme:dark){.page{fill:#0d1117;stroke:#30363d}.title{fill:#8b949e}text{fill:#e6edf3}${rules(1)}}
</style>
<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="${margin}" y="25">$ ${escaped(title)}</text>
${lines.map((l, i) => `<text x="${margin}" y="${bar + margin + (i + 0.7) * lineHeight}" xml:space="preserve">${line(l)}</text>`).join("\n")}
</svg>
`,
);
console.log(`${file}: ${lines.length} lines of at most ${columns} columns`);
