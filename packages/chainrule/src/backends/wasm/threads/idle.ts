/** How a worker waits for something to do, as a small module: its pace does not depend on when the engine optimizes JavaScript. */
import {
  brIf,
  drop,
  i32,
  i32Atomic,
  loop,
  type MemoryLimits,
  ModuleBuilder,
  memoryAtomic,
  ret,
  when,
} from "../assembler/index.ts";
import { control } from "./control.ts";

/** Looks at the signal before the worker goes to sleep: around a tenth of a millisecond, longer than most pauses between steps. */
const turns = 50_000;

/** Waits for ever, as a duration. */
const endless = -1n;

/**
 * The binary of a module with one export, `idle(at, seen)`: returns when the signal of the control block at `at` is no longer
 * `seen`. The memory is imported as programs import theirs.
 */
export function idleBinary(limits: MemoryLimits): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory("chainrule", "memory", limits);
  const params = { at: "i32", seen: "i32" } as const;
  module.func(
    "idle",
    { params },
    ({ at, seen }, local) => {
      const left = local("i32", "left");
      const signal = { offset: control.signal };
      const idle = { offset: control.idle };
      return [
        left.set(turns),
        loop((again) => [
          when(i32.ne(i32Atomic.load(at, signal), seen), [ret()]),
          brIf(again, left.tee(i32.sub(left, 1))),
        ]),
        drop(i32Atomic.rmwAdd(at, 1, idle)),
        drop(memoryAtomic.wait32(at, seen, endless, signal)),
        drop(i32Atomic.rmwSub(at, 1, idle)),
      ];
    },
    { export: true },
  );
  return module.encode();
}
