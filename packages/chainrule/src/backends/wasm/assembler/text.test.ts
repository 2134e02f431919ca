import { expect, test } from "vitest";
import { block, brIf, f32x4, i32, loop, ModuleBuilder, memory, v128, when } from "./index.ts";
import { toText } from "./text.ts";

test("code prints in the folded text format", () => {
  let text = "";
  new ModuleBuilder().func("kernel", { params: { from: "i32", count: "i32" } }, ({ from, count }, local) => {
    const sum = local("v128", "sum");
    const code = [
      sum.set(f32x4.const(0, 0, 0, 0)),
      block((exit) => [
        loop((again) => [
          sum.set(f32x4.add(sum, v128.load(from, { offset: 16, align: 4 }))),
          when(i32.eqz(count), [memory.fill(0, -1, 8)], [from.set(i32.add(from, 16))]),
          brIf(again, count.tee(i32.sub(count, 1))),
          brIf(exit, 1),
        ]),
      ]),
      v128.store32Lane(3, 0, sum),
    ];
    text = toText(code);
    return code;
  });
  expect(text).toMatchInlineSnapshot(`
    "(local.set $sum (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0))
    (block $exit1
      (loop $again2
        (local.set $sum (f32x4.add (local.get $sum) (v128.load offset=16 align=4 (local.get $from))))
        (if $end3 (i32.eqz (local.get $count))
          (then
            (memory.fill (i32.const 0) (i32.const -1) (i32.const 8))
          )
          (else
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
          )
        )
        (br_if $again2 (local.tee $count (i32.sub (local.get $count) (i32.const 1))))
        (br_if $exit1 (i32.const 1))
      )
    )
    (v128.store32_lane align=4 3 (i32.const 0) (local.get $sum))"
  `);
});
