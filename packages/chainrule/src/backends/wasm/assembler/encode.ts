/** From trees of instructions to the bytes of a function body. */
import { ChainruleError } from "../../../util/errors.ts";
import type { ByteWriter } from "./bytes.ts";
import type {
  Body,
  Expression,
  FunctionSlot,
  GlobalSlot,
  Immediate,
  Label,
  Statement,
  ValueType,
} from "./expression.ts";

/** The byte that stands for a type. */
export const valueTypeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** The numbers that a module gave to what its functions refer to. */
export interface Indices {
  readonly functions: ReadonlyMap<FunctionSlot, number>;
  readonly globals: ReadonlyMap<GlobalSlot, number>;
}

const noResult = 0x40;
const elseOpcode = 0x05;
const endOpcode = 0x0b;

/** Writes statements in order, and the expression that may follow them as a function's result. */
export function encodeBody(
  out: ByteWriter,
  body: readonly (Statement | Body | Expression)[],
  indices: Indices,
  enclosing: readonly Label[] = [],
): void {
  for (const item of body) {
    if (Array.isArray(item)) encodeBody(out, item, indices, enclosing);
    else encodeExpression(out, item as Expression, indices, enclosing);
  }
}

/** Writes an instruction after its operands; `enclosing` are the labels around it, innermost last. */
export function encodeExpression(
  out: ByteWriter,
  { name, opcode, operands, immediate }: Expression,
  indices: Indices,
  enclosing: readonly Label[],
): void {
  for (const operand of operands) encodeExpression(out, operand, indices, enclosing);
  if (opcode <= 0xff) out.byte(opcode);
  else out.byte(opcode >>> 12).u32(opcode & 0xfff);
  if (immediate) encodeImmediate(out, name, immediate, indices, enclosing);
}

function encodeImmediate(
  out: ByteWriter,
  name: string,
  immediate: Immediate,
  indices: Indices,
  enclosing: readonly Label[],
): void {
  switch (immediate.kind) {
    case "constant":
      return encodeConstant(out, name, immediate.value);
    case "local":
      out.u32(immediate.local.index);
      return;
    case "global":
      out.u32(indexOf(indices.globals, immediate.global));
      return;
    case "function":
      out.u32(indexOf(indices.functions, immediate.callee));
      return;
    case "memory":
      out.u32(immediate.alignLog2).u32(immediate.offset);
      if (immediate.lane !== undefined) out.byte(immediate.lane);
      return;
    case "bytes":
      out.bytes(immediate.bytes);
      return;
    case "branch": {
      const depths = immediate.targets.map((label) => depth(label, enclosing));
      if (name === "br_table") out.u32(depths.length - 1);
      for (const value of depths) out.u32(value);
      return;
    }
    case "blocks":
      out.byte(noResult);
      immediate.bodies.forEach((body, i) => {
        if (i > 0) out.byte(elseOpcode);
        encodeBody(out, body, indices, [...enclosing, immediate.label]);
      });
      out.byte(endOpcode);
  }
}

function encodeConstant(out: ByteWriter, name: string, value: number | bigint | Uint8Array): void {
  if (value instanceof Uint8Array) out.bytes(value);
  else if (typeof value === "bigint") out.i64(value);
  else if (name === "i32.const") out.i32(value);
  else if (name === "f32.const") out.f32(value);
  else out.f64(value);
}

/** How many blocks lie between a branch and its label: 0 is the innermost. */
function depth(label: Label, enclosing: readonly Label[]): number {
  const position = enclosing.lastIndexOf(label);
  if (position >= 0) return enclosing.length - 1 - position;
  throw new ChainruleError(
    "backend",
    `A branch leaves for a label ("${label.name}") that does not enclose it.`,
    "Branch only from within the label's own block or loop.",
  );
}

function indexOf<S extends { readonly name: string }>(map: ReadonlyMap<S, number>, slot: S): number {
  const index = map.get(slot);
  if (index !== undefined) return index;
  throw new ChainruleError(
    "backend",
    `"${slot.name}" belongs to another module than the function that names it.`,
    "Define or import it in the same ModuleBuilder.",
  );
}
