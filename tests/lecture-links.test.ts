/** The lecture's page leads to single numbers of a trace in the studio, by the places that they have in it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { linspace, manualSeed, nn, stack } from "chainrule";
import { exprText, type Quantity, trace } from "chainrule/trace";
import { expect, test } from "vitest";

const page = readFileSync(join(import.meta.dirname, "../docs/lecture.md"), "utf8");
const links = [...page.matchAll(/\[([^\]]*)\]\(\/studio\/index\.html#\/trace\?([^)]*)\)/g)].map(
  ([, text, query]) => {
    const words = new URLSearchParams(query);
    return { text, example: words.get("ex"), row: words.get("row"), at: words.get("at") ?? "" };
  },
);

manualSeed(0);
const x = linspace(-1, 1, 200);
const xx = stack([x, x.mul(x)], -1);
const y = x.mul(Math.PI).sin();
const model = new nn.Sequential(
  new nn.Linear(2, 3),
  new nn.ReLU(),
  new nn.Linear(3, 1),
  new nn.Flatten(0, 1),
);
const loss = new nn.MSELoss({ reduction: "sum" });
const row = trace(model, xx.at("149:150"), { target: y.at("149:150"), loss, lr: 1e-3 });
const batch = trace(model, xx, { target: y, loss, lr: 1e-3 });

test("there are links", () => expect(links.length).toBeGreaterThan(10));

test.each(links)("$text is at $at of $row", ({ text, example, row: rows, at }) => {
  expect(example).toBe("lecture");
  expect(["training:149", "batch:0"]).toContain(rows);
  const [quantity, value, index] = at.split(".");
  const of = { v: "value", g: "gradient", u: "update" }[quantity] as Quantity;
  const { symbol } = (rows === "batch:0" ? batch : row).explain({
    value: Number(value),
    of,
    index: Number(index),
  });
  // An update is spoken of by its weight.
  expect(text).toContain(exprText(symbol).replace("⁺", ""));
});
