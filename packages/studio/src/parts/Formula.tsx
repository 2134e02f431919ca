import { type ElementRef, type Expr, exprText } from "chainrule/trace";
import type { ComponentChildren, VNode } from "preact";
import { formatNumber, fullNumber, lowered } from "./number.ts";

interface Props {
  readonly expr: Expr;
  /** Makes the parts that are numbers of a trace into buttons. */
  readonly onPick?: (ref: ElementRef) => void;
  /** Parts that are lit up. */
  readonly lit?: readonly ElementRef[];
  /** Significant digits of numbers. Default 4. */
  readonly digits?: number;
}

/**
 * A formula in MathML. It breaks before "=" and "+" of its outermost level, so that a long one fits a narrow screen.
 */
export function Formula({ expr, onPick, lit = [], digits }: Props) {
  const pen: Pen = { onPick, lit, digits };
  const chunks = piecesOf(expr).map(({ sign, of, index }, i) => (
    <math key={i} aria-hidden={onPick ? undefined : true}>
      {/* Something before it makes a sign stand between, also at the start of a line. */}
      {sign && <mrow />}
      {sign && <mo>{sign}</mo>}
      {within(of, sign === "+" ? "plus" : "none", pen, index)}
    </math>
  ));
  const content = chunks.flatMap((chunk, i) => (i === 0 ? [chunk] : [" ", chunk]));
  return onPick ? (
    <span class="formula" role="group" aria-label={exprText(expr)}>
      {content}
    </span>
  ) : (
    <span class="formula" role="math" aria-label={exprText(expr)}>
      {content}
    </span>
  );
}

interface Pen extends Pick<Props, "onPick" | "digits"> {
  readonly lit: readonly ElementRef[];
}

interface Piece {
  readonly sign: string;
  readonly of: Expr;
  /** The place among its siblings. */
  readonly index: number;
}

/** The parts between which a line may break, each with the sign that it starts with. */
function piecesOf(expr: Expr): Piece[] {
  if (expr.kind !== "equals" && expr.kind !== "plus") return [{ sign: "", of: expr, index: 0 }];
  const own = expr.kind === "equals" ? "=" : "+";
  return expr.items.flatMap((item, i) => {
    const pieces =
      item.kind === "plus" || item.kind === "equals" ? piecesOf(item) : [{ sign: "", of: item, index: i }];
    return pieces.map((piece, k) => (k === 0 ? { ...piece, sign: i === 0 ? "" : own } : piece));
  });
}

type Around = "none" | "plus" | "times" | "power";

/** An expression with parentheses where its surroundings need them. */
function within(expr: Expr, around: Around, pen: Pen, index = 0): VNode {
  const inner = drawn(expr, pen, around === "plus" ? index : 0);
  return needsParentheses(expr, around, index) ? (
    <mrow>
      <mo>(</mo>
      {inner}
      <mo>)</mo>
    </mrow>
  ) : (
    inner
  );
}

function needsParentheses(expr: Expr, around: Around, index: number): boolean {
  if (around === "none") return false;
  if (expr.kind === "number") {
    const negative = expr.value < 0 || Object.is(expr.value, -0);
    return (
      (negative && (index > 0 || around === "power")) ||
      (around === "power" && /×/.test(formatNumber(expr.value)))
    );
  }
  if (around === "plus") return expr.kind === "equals";
  const compound = ["plus", "minus", "equals"].includes(expr.kind);
  if (around === "times") return compound || (expr.kind === "sum" && index === 0);
  return compound || ["times", "fraction", "sum", "power", "derivative", "call"].includes(expr.kind);
}

/** `before` counts what stands to the left of it on its line, where a minus sign would touch another sign. */
function drawn(expr: Expr, pen: Pen, before = 0): VNode {
  switch (expr.kind) {
    case "symbol":
      return pickable(expr.ref, expr, scripts(expr), pen);
    case "number":
      return pickable(expr.ref, expr, numeral(expr.value, pen.digits), pen);
    case "text":
      return <mtext>{expr.text}</mtext>;
    case "equals":
      return joined(expr.items, "=", "none", pen);
    case "plus":
      return joined(expr.items, "+", "plus", pen);
    case "times":
      return joined(expr.items, "·", "times", pen, before);
    case "minus":
      return (
        <mrow>
          {within(expr.left, "plus", pen)}
          <mo>−</mo>
          {within(expr.right, "times", pen, 1)}
        </mrow>
      );
    case "fraction":
      return (
        <mfrac>
          {drawn(expr.top, pen)}
          {drawn(expr.bottom, pen)}
        </mfrac>
      );
    case "power":
      return (
        <msup>
          {within(expr.base, "power", pen)}
          {drawn(expr.exponent, pen)}
        </msup>
      );
    case "sum":
      return (
        <mrow>
          <munder>
            <mo movablelimits={false}>∑</mo>
            {word(expr.over)}
          </munder>
          {within(expr.of, "times", pen, 1)}
        </mrow>
      );
    case "call":
      return (
        <mrow>
          {word(expr.name)}
          <mo>⁡</mo>
          <mrow>
            <mo>(</mo>
            {joined(expr.args, ",", "none", pen)}
            <mo>)</mo>
          </mrow>
        </mrow>
      );
    case "derivative":
      return pickable(
        expr.ref,
        expr,
        <mfrac>
          <mrow>
            <mo>∂</mo>
            {drawn(expr.of, { ...pen, onPick: undefined })}
          </mrow>
          <mrow>
            <mo>∂</mo>
            {drawn(expr.by, { ...pen, onPick: undefined })}
          </mrow>
        </mfrac>,
        pen,
      );
  }
}

function joined(items: readonly Expr[], sign: string, around: Around, pen: Pen, before = 0): VNode {
  return (
    <mrow>
      {items.flatMap((item, i) => [
        ...(i === 0 ? [] : [<mo key={`sign ${i}`}>{sign}</mo>]),
        <mrow key={i}>{within(item, around, pen, i + before)}</mrow>,
      ])}
    </mrow>
  );
}

/** A number; its power of ten is set as one. */
function numeral(value: number, digits: number | undefined): VNode {
  const [mantissa, exponent] = formatNumber(value, digits).split("×10");
  const title = fullNumber(value);
  if (exponent === undefined) return <mn title={title}>{mantissa}</mn>;
  return (
    <mrow title={title}>
      <mn>{mantissa}</mn>
      <mo>×</mo>
      <msup>
        <mn>10</mn>
        <mn>{lowered(exponent)}</mn>
      </msup>
    </mrow>
  );
}

/** A symbol with its indices. */
function scripts({ base, sub, sup }: Extract<Expr, { kind: "symbol" }>): VNode {
  if (sub && sup)
    return (
      <msubsup>
        {word(base)}
        {word(sub)}
        {word(sup)}
      </msubsup>
    );
  if (sub)
    return (
      <msub>
        {word(base)}
        {word(sub)}
      </msub>
    );
  if (sup)
    return (
      <msup>
        {word(base)}
        {word(sup)}
      </msup>
    );
  return word(base);
}

function word(text: string): VNode {
  if (/^[\d.,]+$/.test(text)) return <mn>{text}</mn>;
  if (/\s/.test(text)) return <mtext>{text}</mtext>;
  // Slanted by the style: browsers would take letters of Unicode's mathematical alphabet, which many fonts lack.
  return (
    <mi mathvariant="normal" class={/^.′*$/u.test(text) ? "letter" : undefined}>
      {text}
    </mi>
  );
}

const sameRef = (a: ElementRef, b: ElementRef): boolean =>
  a.value === b.value && a.of === b.of && a.index === b.index;

function pickable(
  ref: ElementRef | undefined,
  expr: Expr,
  inner: ComponentChildren,
  { onPick, lit }: Pen,
): VNode {
  if (!ref) return <mrow>{inner}</mrow>;
  const glow = lit.some((other) => sameRef(other, ref)) ? " lit" : "";
  if (!onPick) return <mrow class={glow}>{inner}</mrow>;
  const pick = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    onPick(ref);
  };
  // MathML has no buttons of its own, and HTML's can not stand within it.
  return (
    <mrow
      class={`pick${glow}`}
      role="button"
      tabIndex={0}
      aria-label={exprText(expr)}
      onClick={pick}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === "Enter" || event.key === " ") pick(event);
      }}
    >
      {inner}
    </mrow>
  );
}
