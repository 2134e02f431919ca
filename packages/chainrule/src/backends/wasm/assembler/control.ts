/** Control flow, calls and choices, in the folded form: bodies are lists of statements, branches name their label. */
import {
  type Body,
  type Expression,
  expression,
  type Immediate,
  instruction,
  type Label,
  type Operand,
  type Statement,
  type ValueType,
} from "./expression.ts";
import type { Local } from "./function.ts";
import * as i32 from "./i32.ts";

const structured = (
  name: string,
  opcode: number,
  condition: readonly Expression[],
  label: Label,
  bodies: readonly Body[],
): Statement => ({
  type: "void",
  name,
  opcode,
  operands: condition,
  immediate: { kind: "blocks", label, bodies },
});

/** Runs its body once; a branch to `exit` leaves it. */
export function block(body: (exit: Label) => Body): Statement {
  const exit: Label = { name: "exit" };
  return structured("block", 0x02, [], exit, [body(exit)]);
}

/** Runs its body once; a branch to `again` starts it anew. */
export function loop(body: (again: Label) => Body): Statement {
  const again: Label = { name: "again" };
  return structured("loop", 0x03, [], again, [body(again)]);
}

/** Runs `then` if the condition is not 0, else `otherwise`. */
export function when(condition: Operand<"i32">, then: Body, otherwise?: Body): Statement {
  const bodies = otherwise === undefined ? [then] : [then, otherwise];
  return structured("if", 0x04, [expression("i32", condition)], { name: "end" }, bodies);
}

const branch = (targets: readonly Label[]): Immediate => ({ kind: "branch", targets });

/** Jumps to the end of the block, or the start of the loop, that the label belongs to. */
export const br = (to: Label): Statement => instruction("br", 0x0c, [], "void", [], branch([to]));

/** Jumps if the condition is not 0. */
export const brIf = (to: Label, condition: Operand<"i32">): Statement =>
  instruction("br_if", 0x0d, ["i32"], "void", [condition], branch([to]));

/** Jumps to the label at `index`, or to `otherwise` when there is none. */
export const brTable = (targets: readonly Label[], otherwise: Label, index: Operand<"i32">): Statement =>
  instruction("br_table", 0x0e, ["i32"], "void", [index], branch([...targets, otherwise]));

/** Leaves the function; with its result if it has one. */
export const ret = (value?: Expression<ValueType>): Statement =>
  instruction("return", 0x0f, value ? [value.type] : [], "void", value ? [value] : []);

/** Traps. */
export const unreachable = (): Statement => instruction("unreachable", 0x00, [], "void", []);

/** Evaluates an expression and forgets its value. */
export const drop = (value: Expression<ValueType>): Statement =>
  instruction("drop", 0x1a, [value.type], "void", [value]);

/** `whenTrue` if the condition is not 0, else `whenFalse`; both are evaluated. Numbers take the other's type. */
export function select<T extends ValueType>(
  whenTrue: Expression<T>,
  whenFalse: Operand<T>,
  condition: Operand<"i32">,
): Expression<T> {
  const { type } = whenTrue;
  // Select without a type works for numbers, typed select (0x1c) is needed for references only; v128 counts as number.
  return instruction("select", 0x1b, [type, type, "i32"], type, [
    whenTrue,
    expression(type, whenFalse),
    condition,
  ]);
}

/**
 * For `counter` = `from`, from + step, … below `to` (as signed integers): the body. `to` is evaluated once per turn and must
 * not change while it runs.
 */
export function range(
  counter: Local<"i32">,
  from: Operand<"i32">,
  to: Operand<"i32">,
  step: number,
  body: Body,
): Statement {
  return block((exit) => [
    brIf(exit, i32.geS(counter.tee(from), to)),
    loop((again) => [body, brIf(again, i32.ltS(counter.tee(i32.add(counter, step)), to))]),
  ]);
}

/** Repeats the body `count` times, at least once: `counter` counts down to 0. It may be `count` itself, a parameter say. */
export function repeat(counter: Local<"i32">, count: Operand<"i32">, body: Body): Body {
  return [
    count === counter ? [] : counter.set(count),
    loop((again) => [body, brIf(again, counter.tee(i32.sub(counter, 1)))]),
  ];
}
