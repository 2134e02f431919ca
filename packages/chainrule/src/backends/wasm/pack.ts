/**
 * Kernels that bring a factor of a matrix product into panels, the order in which the inner loops read it: panel after
 * panel, in each of them k after k, `width` neighbouring elements side by side.
 */

import { range, repeat, when } from "./assembler/control.ts";
import type { Body, Statement } from "./assembler/expression.ts";
import type { FunctionReference, Local } from "./assembler/function.ts";
import * as i32 from "./assembler/i32.ts";
import type { ModuleBuilder } from "./assembler/module.ts";
import * as v128 from "./assembler/v128.ts";
import { shuffle } from "./assembler/vector.ts";
import { list } from "./list.ts";
import { elementBytes, type FloatType, lanes } from "./microkernels.ts";

/** The name of the kernel that copies panels `width` wide. */
export const copyName = (width: number): string => `copy${width}`;

/**
 * `copy<width>`: panels from lines that hold one k each, as in a row-major B or a transposed A.
 * panel[p][k][i] = source[k · sourceLine + p · width + i].
 */
export function defineCopy(module: ModuleBuilder, type: FloatType, width: number): void {
  const rowBytes = width * elementBytes[type];
  module.func(
    copyName(width),
    {
      params: {
        source: "i32",
        sourceLine: "i32", // bytes from one k to the next
        target: "i32",
        targetPanel: "i32", // bytes from one panel to the next
        k: "i32", // at least 1
        panels: "i32", // at least 1
      },
    },
    (p, local) => {
      const from = local("i32", "from");
      const to = local("i32", "to");
      const kLeft = local("i32", "kLeft");
      return repeat(p.panels, p.panels, [
        from.set(p.source),
        to.set(p.target),
        repeat(kLeft, p.k, [
          copyBytes(from, to, rowBytes),
          from.set(i32.add(from, p.sourceLine)),
          to.set(i32.add(to, rowBytes)),
        ]),
        p.source.set(i32.add(p.source, rowBytes)),
        p.target.set(i32.add(p.target, p.targetPanel)),
      ]);
    },
    { export: true },
  );
}

/** Copies a fixed number of bytes, a multiple of 4, with the widest moves that fit. */
function copyBytes(from: Local<"i32">, to: Local<"i32">, bytes: number): Statement[] {
  const moves: Statement[] = [];
  let offset = 0;
  for (; offset + 16 <= bytes; offset += 16) {
    moves.push(v128.store(to, v128.load(from, { offset, align: 4 }), { offset, align: 4 }));
  }
  for (; offset + 8 <= bytes; offset += 8) {
    moves.push(v128.store64Lane(0, to, v128.load64Zero(from, { offset, align: 4 }), { offset, align: 4 }));
  }
  for (; offset + 4 <= bytes; offset += 4) {
    moves.push(i32.store(to, i32.load(from, { offset }), { offset }));
  }
  return moves;
}

/** The name of the kernel that interleaves lines. */
export const interleaveName = "interleave";

const interleaveParams = {
  source: "i32",
  sourceLine: "i32", // bytes from one line to the next
  target: "i32",
  targetStep: "i32", // bytes from one k to the next
  targetPanel: "i32", // bytes from one panel to the next
  k: "i32", // elements in a line, at least 1
  lines: "i32", // lines in a panel
  panels: "i32", // at least 1
} as const;

/**
 * `interleave`: panels from lines that hold one row or column each, as in a row-major A or a transposed B.
 * panel[p][k][i] = source[(p · lines + i) · sourceLine + k], for i below `lines`; the panel's k are `targetStep` bytes
 * apart, so that it may be wider than the lines given.
 */
export function defineInterleave(
  module: ModuleBuilder,
  type: FloatType,
  options: { readonly export?: boolean } = { export: true },
): FunctionReference<typeof interleaveParams, "void"> {
  const bytes = elementBytes[type];
  const group = lanes[type]; // lines that are transposed at once
  return module.func(
    interleaveName,
    { params: interleaveParams },
    (p, local) => {
      const line = local("i32", "line"); // first of the lines that move together
      const column = local("i32", "column"); // where its element of k = 0 goes
      const to = local("i32", "to");
      const done = local("i32", "done");
      const wholeK = local("i32", "wholeK");
      const from = list(group, (i) => local("i32", `from${i}`));
      const vectors = list(group, (i) => local("v128", `v${i}`));
      const scratch = list(group, (i) => local("v128", `t${i}`));

      // Moves `count` neighbouring lines: a vector's worth of k at a time, then what is left of k element by element.
      const moveLines = (count: number): Body => {
        const pointers = from.slice(0, count);
        return [
          pointers.map((pointer, i) => pointer.set(i === 0 ? line : i32.add(from[i - 1], p.sourceLine))),
          to.set(column),
          range(done, 0, wholeK, group, [
            pointers.map((pointer, i) => vectors[i].set(v128.load(pointer, { align: bytes }))),
            pointers.map((pointer) => pointer.set(i32.add(pointer, 16))),
            storeColumns(vectors, scratch, count, (store) => [store(to), to.set(i32.add(to, p.targetStep))]),
          ]),
          range(done, wholeK, p.k, 1, [
            pointers.map((pointer, i) => moveElement(type, pointer, to, i * bytes)),
            pointers.map((pointer) => pointer.set(i32.add(pointer, bytes))),
            to.set(i32.add(to, p.targetStep)),
          ]),
          line.set(i32.add(line, i32.mul(p.sourceLine, count))),
          column.set(i32.add(column, count * bytes)),
        ];
      };
      const linesLeft = local("i32", "linesLeft");
      return [
        wholeK.set(i32.and(p.k, -group)),
        line.set(p.source),
        repeat(p.panels, p.panels, [
          column.set(p.target),
          range(linesLeft, group - 1, p.lines, group, moveLines(group)),
          group > 2 ? when(i32.and(p.lines, 2), moveLines(2)) : [],
          when(i32.and(p.lines, 1), moveLines(1)),
          p.target.set(i32.add(p.target, p.targetPanel)),
        ]),
      ];
    },
    options,
  );
}

/** Copies one element, to `offset` bytes beyond `to`. */
function moveElement(type: FloatType, from: Local<"i32">, to: Local<"i32">, offset: number): Statement {
  return type === "float32"
    ? i32.store(to, i32.load(from), { offset })
    : v128.store64Lane(0, to, v128.load64Zero(from), { offset });
}

/**
 * Takes the first `count` of `rows`, transposes them, and hands each column to `place` as a function that stores its `count`
 * elements at an address.
 */
function storeColumns(
  rows: readonly Local<"v128">[],
  scratch: readonly Local<"v128">[],
  count: number,
  place: (store: (to: Local<"i32">) => Statement) => Body,
): Body {
  const size = 16 / rows.length;
  if (count === rows.length) {
    const stores = rows.map((row) => place((to) => v128.store(to, row, { align: size })));
    return [transpose(rows, scratch), stores];
  }
  if (count === 1) {
    const storeLane = size === 4 ? v128.store32Lane : v128.store64Lane;
    return rows.map((_, lane) => place((to) => storeLane(lane, to, rows[0], { align: size })));
  }
  // Two of four lines: pairs of elements side by side.
  const [a, b] = rows;
  const [low, high] = scratch;
  return [
    low.set(shuffle([0, 4, 1, 5], a, b)),
    high.set(shuffle([2, 6, 3, 7], a, b)),
    [low, high].map((pairs) =>
      [0, 1].map((lane) => place((to) => v128.store64Lane(lane, to, pairs, { align: size }))),
    ),
  ];
}

/** Transposes the square of elements that `rows` hold, in place: 4×4 for four vectors, 2×2 for two. */
export function transpose(rows: readonly Local<"v128">[], scratch: readonly Local<"v128">[]): Body {
  const [a, b, c, d] = rows;
  const [t0, t1, t2, t3] = scratch;
  if (rows.length === 2) {
    return [t0.set(shuffle([0, 2], a, b)), b.set(shuffle([1, 3], a, b)), a.set(t0)];
  }
  return [
    t0.set(shuffle([0, 4, 1, 5], a, b)),
    t1.set(shuffle([2, 6, 3, 7], a, b)),
    t2.set(shuffle([0, 4, 1, 5], c, d)),
    t3.set(shuffle([2, 6, 3, 7], c, d)),
    a.set(shuffle([0, 1, 4, 5], t0, t2)),
    b.set(shuffle([2, 3, 6, 7], t0, t2)),
    c.set(shuffle([0, 1, 4, 5], t1, t3)),
    d.set(shuffle([2, 3, 6, 7], t1, t3)),
  ];
}
