/** Panels of a right factor whose columns lie side by side: pieces of its lines, one below the other. */
import {
  type Body,
  type FunctionReference,
  i32,
  type Operand,
  range,
  repeat,
  when,
} from "../assembler/index.ts";
import type { Helpers } from "../math/helpers.ts";
import { loadRow, storeRow } from "./access.ts";
import { firstOfShare, type KernelContext, type Phase, phaseParams } from "./context.ts";
import type { Arithmetic } from "./product-arithmetic.ts";
import { copying } from "./product-costs.ts";

/**
 * target[b][panel][k][i] = source[b · sourceBatch + k · sourceK + (panel · width + i) elements]. Distances are bytes; the last
 * panel may have room for more columns than there are.
 */
export interface Copying {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly source: Operand<"i32">;
  readonly target: number;
  readonly batch: number;
  readonly sourceBatch: number;
  readonly sourceK: number;
  readonly k: number;
  readonly columns: number;
  readonly width: number;
}

/** Panels that a line fills at a time: a piece of a line is then a few cache lines long. */
const panelsTogether = 4;

/** The phase that fills panels. A unit is a few panels. */
export function emitCopying(what: Copying, { module, helpers }: KernelContext): Phase {
  const { name, arithmetic, source, target, batch, sourceBatch, sourceK, k, columns, width } = what;
  const { bytes } = arithmetic;
  const panels = Math.ceil(columns / width);
  const groups = Math.ceil(panels / panelsTogether);
  const groupColumns = Math.min(columns, panelsTogether * width);
  const lastColumns = columns - (groups - 1) * panelsTogether * width;
  const panel = k * width * bytes;
  const units = batch * groups;
  const run = module.func(name, { params: phaseParams }, ({ thread, threads }, local) => {
    const [unit, end, group, index, from, to] = ["unit", "end", "group", "index", "from", "to"].map(
      (variable) => local("i32", variable),
    );
    const copy = (length: number, lines: number): Body => [
      copyOf(helpers, arithmetic, length, width).call({
        source: from,
        sourceLine: sourceK,
        target: to,
        targetPanel: panel,
        lines,
      }),
    ];
    const share: Body = [
      unit.set(firstOfShare(units, thread, threads)),
      end.set(firstOfShare(units, i32.add(thread, 1), threads)),
      range(unit, unit, end, 1, [
        group.set(i32.remU(unit, groups)),
        index.set(i32.divU(unit, groups)),
        from.set(i32.add(source, i32.mul(index, sourceBatch))),
        from.set(i32.add(from, i32.mul(group, panelsTogether * width * bytes))),
        to.set(i32.add(target, i32.mul(index, panels * panel))),
        to.set(i32.add(to, i32.mul(group, panelsTogether * panel))),
        groupColumns === lastColumns
          ? copy(lastColumns, k)
          : when(i32.eq(group, groups - 1), copy(lastColumns, k), copy(groupColumns, k)),
      ]),
    ];
    return [when(threads, share, [copy(lastColumns, 0), copy(groupColumns, 0)])];
  });
  return { run, units, nanoseconds: batch * columns * k * copying * (bytes / 4), faults: false };
}

const copyParams = {
  source: "i32",
  sourceLine: "i32", // bytes from one line to the next
  target: "i32",
  targetPanel: "i32", // bytes from one panel to the next
  lines: "i32", // maybe none
} as const;

/** The function that copies lines of `length` elements into panels. */
function copyOf(
  helpers: Helpers,
  { moved, bytes, lanes }: Arithmetic,
  length: number,
  width: number,
): FunctionReference<typeof copyParams, "void"> {
  const name = `copy_${moved}_${length}_${width}`;
  return helpers.get(name, (module) =>
    module.func(name, { params: copyParams }, (p, local) => {
      const vectors = Array.from({ length: width / lanes }, (_, i) => local("v128", `v${i}`));
      const to = local("i32", "to");
      /** The piece of a line that goes to one panel. */
      const piece = (first: number): Body => {
        const used = vectors.slice(0, Math.ceil((length - first) / lanes));
        const row = (address: Operand<"i32">, offset: number, i: number) => ({
          dtype: moved,
          lanes,
          place: { address, offset: offset + 16 * i },
          step: 1,
          active: Math.min(lanes, length - first - i * lanes),
        });
        return [
          used.map((vector, i) => vector.set(loadRow(row(p.source, first * bytes, i)))),
          used.map((vector, i) => storeRow(row(to, 0, i), vector)),
          to.set(i32.add(to, p.targetPanel)),
        ];
      };
      const pieces = Array.from({ length: Math.ceil(length / width) }, (_, i) => piece(i * width));
      const line = [
        to.set(p.target),
        pieces,
        p.source.set(i32.add(p.source, p.sourceLine)),
        p.target.set(i32.add(p.target, width * bytes)),
      ];
      return [when(p.lines, repeat(p.lines, p.lines, line))];
    }),
  );
}
