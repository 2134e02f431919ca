/** Runs single kernels: a module of their own, over a memory of their own, thread after thread. */
import type { Buffer, Kernel } from "../../../../core/schedule.ts";
import { bytesPerElement, type TypedArray } from "../../../../shape/dtype.ts";
import { roundUp } from "../../../../util/rounding.ts";
import { type Body, block, i32, ModuleBuilder, ret } from "../../assembler/index.ts";
import { Helpers } from "../../math/helpers.ts";
import { TierChoice, type TierDescription, withFlags } from "../../tiers.ts";
import type { Fault, KernelContext, KernelEmitter, Phase } from "../context.ts";

/** The tiers of this engine: the one with relaxed instructions, if there is one, and the strict one. */
export const testTiers: readonly TierDescription[] = ["relaxed", "strict"].flatMap(
  (wish) => new TierChoice(undefined, wish).current() ?? [],
);

/** A fault that a kernel noted. */
export class RunFault extends Error {
  override readonly name = "RunFault";
}

export interface RunOptions {
  readonly tier: TierDescription;
  readonly elements: ReadonlyMap<Buffer, TypedArray>;
  readonly cells?: readonly number[];
}

/** Bytes at the beginning of memory that say which fault there was. */
const FAULT = 0;
const CELLS = 64;
const ALIGNMENT = 64;

/** Bytes before and after each buffer that nothing may write. */
const GUARD = 64;
const GUARD_BYTE = 0xa5;

type RunPhase = (thread: number, threads: number) => void;

/** A compiled kernel with its buffers in memory. */
export class KernelRun<K extends Kernel> {
  readonly phases: readonly Phase[];
  readonly #exports: Record<string, RunPhase>;
  readonly #memory: WebAssembly.Memory;
  readonly #addresses = new Map<Buffer, number>();
  readonly #scratch: number;

  constructor(kernel: K, emit: KernelEmitter<K>, { tier, elements, cells = [] }: RunOptions) {
    let top = CELLS + 8 * cells.length;
    for (const buffer of elements.keys()) {
      // Arguments are aligned to their elements only.
      const skew = buffer.home.kind === "argument" ? bytesPerElement(buffer.dtype) : 0;
      const at = roundUp(top + GUARD, ALIGNMENT) + skew;
      this.#addresses.set(buffer, at);
      top = at + buffer.length * bytesPerElement(buffer.dtype) + GUARD;
    }
    this.#scratch = roundUp(top, ALIGNMENT);
    let bytes = this.#scratch;
    const module = new ModuleBuilder();
    const context: KernelContext = {
      module,
      helpers: new Helpers(module),
      tier,
      address: (buffer) => {
        const at = this.#addresses.get(buffer);
        if (at === undefined) throw new TypeError("The buffer has no elements.");
        // What an argument's address is read from matters not, if it is no constant.
        return buffer.home.kind === "argument" ? i32.add(i32.load(FAULT + 8), at) : at;
      },
      cell: (index) => CELLS + 8 * index,
      scratch: (size) => {
        bytes = Math.max(bytes, this.#scratch + size);
        return this.#scratch;
      },
      fault: (_, fault) => block(() => [noteFault(fault), ret()]),
    };
    this.phases = emit(kernel, context);
    this.phases.forEach(({ run }, p) => {
      const params = { thread: "i32", threads: "i32" } as const;
      module.func(`phase${p}`, { params }, ({ thread, threads }) => [run.call({ thread, threads })], {
        export: true,
      });
    });
    const pages = Math.ceil((bytes + 65536) / 65536);
    module.memory({ initial: pages }, { export: "memory" });
    const { exports } = withFlags(tier.flags, () => {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()));
      // The engine compiles a function at its first call: in time for the flags.
      this.phases.forEach((_, p) => void (instance.exports[`phase${p}`] as RunPhase)(0, 0));
      return instance;
    });
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#exports = exports as Record<string, RunPhase>;
    new Float64Array(this.#memory.buffer, CELLS, cells.length).set(cells);
    const all = new Uint8Array(this.#memory.buffer);
    for (const [buffer, at] of this.#addresses) {
      all.fill(GUARD_BYTE, at - GUARD, at);
      const end = at + buffer.length * bytesPerElement(buffer.dtype);
      all.fill(GUARD_BYTE, end, end + GUARD);
      this.elements(buffer).set(elements.get(buffer) as TypedArray);
    }
  }

  /** The elements of a buffer in memory. */
  elements(buffer: Buffer): TypedArray {
    const constructors = {
      float32: Float32Array,
      float64: Float64Array,
      int32: Int32Array,
      bool: Uint8Array,
    };
    const at = this.#addresses.get(buffer) as number;
    return new constructors[buffer.dtype](this.#memory.buffer, at, buffer.length);
  }

  /** Runs all phases. */
  run(threads = 1): void {
    for (let p = 0; p < this.phases.length; p++) {
      for (let thread = 0; thread < threads; thread++) this.#exports[`phase${p}`](thread, threads);
      this.#check();
    }
  }

  #check(): void {
    const [kind, index] = new Int32Array(this.#memory.buffer, FAULT, 2);
    if (kind === 1) throw new RunFault(`index ${index}`);
    if (kind === 2) throw new RunFault("division");
  }

  /** Throws if something was written outside of the buffers. */
  checkGuards(): void {
    const all = new Uint8Array(this.#memory.buffer);
    for (const [buffer, at] of this.#addresses) {
      const end = at + buffer.length * bytesPerElement(buffer.dtype);
      for (let i = 1; i <= GUARD; i++) {
        if (all[at - i] !== GUARD_BYTE || all[end + i - 1] !== GUARD_BYTE)
          throw new Error(`Written outside of buffer ${buffer.id}.`);
      }
    }
  }
}

function noteFault(fault: Fault): Body {
  return fault.kind === "index"
    ? [i32.store(FAULT, 1), i32.store(FAULT + 4, fault.index)]
    : [i32.store(FAULT, 2)];
}
