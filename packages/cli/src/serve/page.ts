import { createHash } from "node:crypto";
import type { RowSchema } from "chainrule/tables";
import { shellWord } from "../terminal/format.ts";
import type { Answer } from "./answers.ts";

/** `GET /`: how to ask, with a form to try. One page, which loads nothing. */
export function pageAnswer(schema: RowSchema): Answer {
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}`;
  return {
    status: 200,
    type: "text/html; charset=utf-8",
    body: pageText(schema),
    headers: { "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer" },
  };
}

/** A row that shows what values look like. */
export const exampleRow = ({ properties }: RowSchema): Record<string, string | number | boolean | null> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, { type, examples }]) => [
      name,
      examples?.[0] ?? (type[0] === "boolean" ? true : null),
    ]),
  );

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

function pageText(schema: RowSchema): string {
  const { target } = schema;
  const name = escaped(target.name);
  const gives = target.classes
    ? `one of ${target.classes.length} classes: ${escaped(target.classes.slice(0, 20).join(", "))}${target.classes.length > 20 ? ", …" : ""}`
    : "a number";
  const body = shellWord(JSON.stringify(exampleRow(schema)));
  const curl = `curl <span id="address">http://127.0.0.1:8080/</span>predict -H 'Content-Type: application/json' \\\n  -d ${escaped(body)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${name}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Predict <em>${name}</em></h1>
<p>From ${Object.keys(schema.properties).length} columns, ${gives}.</p>
<form id="row">
${fieldsOf(schema)}
<p><button>Predict</button></p>
</form>
<pre id="answer" aria-live="polite"></pre>
<h2>From a program</h2>
<pre>${curl}</pre>
<table>
<tr><td><code>POST /predict</code></td><td>One row as a JSON object, a list of rows, or <code>{"rows": [ … ]}</code>. Every column must be there; <code>null</code> says that its value is not known.</td></tr>
<tr><td><a href="schema"><code>GET /schema</code></a></td><td>JSON Schema of a row, and the target.</td></tr>
<tr><td><a href="health"><code>GET /health</code></a></td><td>Whether the server takes requests.</td></tr>
</table>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function fieldsOf({ properties }: RowSchema): string {
  const fields = Object.entries(properties).map(([name, { type, examples = [] }], i) => {
    const label = `<span>${escaped(name)}</span>`;
    const common = `data-name="${escaped(name)}" data-type="${type[0]}"`;
    const [first] = examples;
    if (type[0] === "boolean") {
      return `<label>${label}<select ${common}><option value="">not known</option><option selected>true</option><option>false</option></select></label>`;
    }
    const value = first === undefined ? "" : ` value="${escaped(String(first))}"`;
    if (type[0] === "number")
      return `<label>${label}<input type="number" step="any" ${common}${value}></label>`;
    const list = examples.map((text) => `<option value="${escaped(String(text))}">`).join("");
    return `<label>${label}<input ${common}${value} list="texts${i}"><datalist id="texts${i}">${list}</datalist></label>`;
  });
  return `<div id="fields">\n${fields.join("\n")}\n</div>`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } em { font-style: normal; color: #2563eb; }
#fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; }
label { display: grid; font-size: .85rem; } label span { overflow: hidden; text-overflow: ellipsis; }
input, select, button { font: inherit; padding: .35rem .5rem; width: 100%; box-sizing: border-box; }
button { width: auto; padding: .4rem 1.2rem; cursor: pointer; }
pre { overflow: auto; padding: .75rem; background: #8881; border-radius: .4rem; } pre:empty { display: none; }
td { padding: .3rem 1rem .3rem 0; vertical-align: top; } td:first-child { white-space: nowrap; }
`;

const SCRIPT = `
const form = document.getElementById("row");
const answer = document.getElementById("answer");
document.getElementById("address").textContent = new URL(".", location.href).href;
const valueOf = ({ value, dataset: { type } }) =>
  value === "" ? null : type === "number" ? Number(value) : type === "boolean" ? value === "true" : value;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = [...form.querySelectorAll("[data-name]")];
  const row = Object.fromEntries(fields.map((field) => [field.dataset.name, valueOf(field)]));
  try {
    const response = await fetch("predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(row),
    });
    answer.textContent = JSON.stringify(await response.json(), null, 2);
  } catch (error) {
    answer.textContent = String(error);
  }
});
`;
