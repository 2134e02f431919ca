import type { ElementRef, Expr } from "chainrule/trace";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import { Formula } from "./Formula.tsx";

const number = (value: number, index = 0): Expr => ({
  kind: "number",
  value,
  ref: { value: 1, of: "value", index },
});
const symbol = (base: string, sub?: string, sup?: string): Expr => ({ kind: "symbol", base, sub, sup });
const render = (expr: Expr, more: { onPick?: (ref: ElementRef) => void; lit?: readonly ElementRef[] } = {}) =>
  renderToString(h(Formula, { expr, ...more }));
/** The signs that are read, in order. */
const text = (expr: Expr): string =>
  render(expr)
    .replace(/ aria-label="[^"]*"| title="[^"]*"/g, "")
    .replace(/<[^>]*>/g, "");

test("a formula reads as in the lecture", () => {
  const z: Expr = {
    kind: "equals",
    items: [
      symbol("z", "1", "(1)"),
      { kind: "sum", over: "i", of: { kind: "times", items: [symbol("w", "i1"), symbol("y", "i")] } },
      number(0.3775),
    ],
  };
  expect(text(z)).toBe("z1(1) =∑iwi1·yi =0.3775");
  expect(render(z)).toMatch(/<msubsup><mi[^>]*>z<\/mi><mn>1<\/mn><mi[^>]*>\(1\)<\/mi><\/msubsup>/);
  expect(render(z)).toMatch(/^<span class="formula" role="math" aria-label="[^"]+">/);
});

test("parentheses stand where they must, and nowhere else", () => {
  const sum: Expr = { kind: "plus", items: [symbol("a"), symbol("b")] };
  expect(text({ kind: "times", items: [sum, symbol("c")] })).toBe("(a+b)·c");
  expect(text({ kind: "times", items: [number(2), number(-3)] })).toBe("2·(−3)");
  expect(text({ kind: "plus", items: [number(-2), number(-3)] })).toBe("−2 +(−3)");
  expect(
    text({ kind: "plus", items: [symbol("a"), { kind: "times", items: [number(-3), symbol("b")] }] }),
  ).toBe("a +(−3)·b");
  expect(text(number(-2.5e-7))).toBe("−2.5×10−7");
  expect(text({ kind: "power", base: number(-2), exponent: number(2) })).toBe("(−2)2");
  expect(text({ kind: "power", base: sum, exponent: number(2) })).toBe("(a+b)2");
  expect(text({ kind: "minus", left: sum, right: sum })).toBe("a+b−(a+b)");
  expect(text({ kind: "fraction", top: sum, bottom: sum })).toBe("a+ba+b");
  expect(text({ kind: "call", name: "tanh", args: [sum] })).toBe("tanh\u2061(a+b)");
});

test("numbers of a trace are buttons with names, and those that are lit say so", () => {
  const expr: Expr = { kind: "times", items: [number(2, 0), number(3, 1)] };
  const html = render(expr, { onPick: () => {}, lit: [{ value: 1, of: "value", index: 1 }] });
  expect([...html.matchAll(/role="button"/g)]).toHaveLength(2);
  expect(html).toMatch(/class="pick" role="button" tabindex="0" aria-label="2"/i);
  expect(html).toMatch(/class="pick lit" role="button" tabindex="0" aria-label="3"/i);
  expect(render(expr)).not.toContain("button");
});

test("texts of a column's name stay texts", () => {
  expect(render(symbol("<img src=x>"))).not.toContain("<img");
});
