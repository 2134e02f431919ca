/** Modules that apply functions to arrays, for tests, checks and measurements. */
import { f32x4, i32, ModuleBuilder, repeat, type Statement, v128 } from "../../assembler/index.ts";
import { type Emitter, type FloatType, VectorCode } from "../code.ts";
import { Helpers } from "../helpers.ts";

/** y[i] = f(x[i], …) for i in [0, count); addresses in bytes, `count` in pairs of vectors. */
export type Map = (y: number, x: number, x2: number, count: number) => void;

export interface MapProgram {
  readonly memory: WebAssembly.Memory;
  readonly map: Map;
}

export interface MapOptions {
  readonly type: FloatType;
  readonly fused: boolean;
  readonly arity?: 1 | 2;
  /** 64 KiB pages of memory. */
  readonly pages?: number;
}

/** The binary of a program that applies `emitter`, two vectors at a time. */
export function mapBinary(emitter: Emitter, { type, fused, arity = 1, pages = 16 }: MapOptions) {
  const module = new ModuleBuilder();
  module.memory({ initial: pages }, { export: "memory" });
  const helpers = new Helpers(module);
  module.func(
    "map",
    { params: { y: "i32", x: "i32", x2: "i32", count: "i32" } },
    ({ y, x, x2, count }, local) => {
      const code = new VectorCode({ type, fused, local, helpers });
      const pairs = [0, 16].map((offset) => {
        const loads = [v128.load(x, { offset })];
        if (arity === 2) loads.push(v128.load(x2, { offset }));
        return loads;
      });
      const results = code.inlineAll(emitter, pairs);
      const stores: Statement[] = results.map((result, i) => v128.store(y, result, { offset: 16 * i }));
      const steps = [x, x2, y].map((pointer) => pointer.set(i32.add(pointer, 32)));
      return [code.constants, repeat(count, count, [code.take(), stores, steps])];
    },
    { export: true },
  );
  return module.encode();
}

/** The program itself. */
export function mapProgram(emitter: Emitter, options: MapOptions): MapProgram {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(mapBinary(emitter, options)));
  return exports as unknown as MapProgram;
}

/** Whether this engine knows relaxed multiply–add. */
export function supportsRelaxed(): boolean {
  const module = new ModuleBuilder();
  module.func("probe", { params: { a: "v128" }, result: "v128" }, ({ a }) => [f32x4.relaxedMadd(a, a, a)]);
  return WebAssembly.validate(module.encode());
}
