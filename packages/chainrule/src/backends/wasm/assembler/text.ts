/** Code as WebAssembly's text format, to read while developing a kernel. */
import type { Body, Expression, Immediate, Label, Statement } from "./expression.ts";

type Code = readonly (Statement | Body | Expression)[];

/**
 * Folded text of an expression or of a list of statements, one statement a line. Locals, globals and functions appear by
 * name, labels by name and nesting depth (`$again2` is a loop inside another block).
 */
export function toText(code: Expression | Code): string {
  return Array.isArray(code)
    ? lines(code as Code, []).join("\n")
    : lines([code as Expression], []).join("\n");
}

function lines(code: Code, enclosing: readonly Label[]): string[] {
  return code.flatMap((item) =>
    Array.isArray(item) ? lines(item, enclosing) : statement(item as Expression, enclosing),
  );
}

function statement(node: Expression, enclosing: readonly Label[]): string[] {
  const { immediate } = node;
  if (immediate?.kind !== "blocks") return [folded(node, enclosing)];
  const inside = [...enclosing, immediate.label];
  const bodies = immediate.bodies.map((body) => lines(body, inside).map((line) => `  ${line}`));
  const open = `${node.name} ${labelName(immediate.label, inside)}`;
  if (node.name !== "if") return [`(${open}`, ...bodies[0], ")"];
  const condition = node.operands.map((operand) => folded(operand, enclosing)).join(" ");
  const branches = bodies.flatMap((body, i) => [
    `  (${i === 0 ? "then" : "else"}`,
    ...body.map((line) => `  ${line}`),
    "  )",
  ]);
  return [`(${open} ${condition}`, ...branches, ")"];
}

function folded(node: Expression, enclosing: readonly Label[]): string {
  const operands = node.operands.map((operand) => folded(operand, enclosing));
  return `(${[node.name, ...immediateText(node, enclosing), ...operands].join(" ")})`;
}

function immediateText({ name, immediate }: Expression, enclosing: readonly Label[]): readonly string[] {
  if (!immediate) return [];
  switch (immediate.kind) {
    case "constant":
      return [constantText(immediate.value)];
    case "local":
      return [`$${immediate.local.name}`];
    case "global":
      return [`$${immediate.global.name}`];
    case "function":
      return [`$${immediate.callee.name}`];
    case "memory":
      return memoryText(immediate);
    case "bytes":
      // Memory instructions and fences have reserved zero bytes that the text leaves out.
      return /^(memory|atomic)\./.test(name) ? [] : immediate.bytes.map(String);
    case "branch":
      return immediate.targets.map((label) => labelName(label, enclosing));
    case "blocks":
      return [];
  }
}

function memoryText({ offset, alignLog2, lane }: Extract<Immediate, { kind: "memory" }>): string[] {
  const parts = [`align=${2 ** alignLog2}`];
  if (offset > 0) parts.unshift(`offset=${offset}`);
  if (lane !== undefined) parts.push(String(lane));
  return parts;
}

function constantText(value: number | bigint | Uint8Array): string {
  if (value instanceof Uint8Array) return `i8x16 ${[...value].join(" ")}`;
  if (typeof value === "bigint") return String(value);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

const labelName = (label: Label, enclosing: readonly Label[]): string =>
  `$${label.name}${enclosing.lastIndexOf(label) + 1}`;
