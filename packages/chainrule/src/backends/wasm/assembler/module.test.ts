import { describe, expect, test } from "vitest";
import { ChainruleError } from "../../../util/errors.ts";
import {
  block,
  br,
  brIf,
  brTable,
  f32,
  i32,
  i32Atomic,
  i64,
  type Label,
  loop,
  ModuleBuilder,
  memory,
  memoryAtomic,
  range,
  repeat,
  ret,
  select,
  unreachable,
  when,
} from "./index.ts";

type Exports = Record<string, (...args: number[]) => number>;

const instantiate = (module: ModuleBuilder, imports: WebAssembly.Imports = {}): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(module.encode()), imports).exports as Exports;

test("a function adds its parameters", () => {
  const module = new ModuleBuilder();
  module.func("add", { params: { a: "i32", b: "i32" }, result: "i32" }, ({ a, b }) => [i32.add(a, b)], {
    export: true,
  });
  expect(instantiate(module).add(2, 40)).toBe(42);
});

test("a function may be defined while another one is", () => {
  const module = new ModuleBuilder();
  module.func(
    "outer",
    { params: { x: "i32" }, result: "i32" },
    ({ x }) => {
      const double = module.func("double", { params: { y: "i32" }, result: "i32" }, ({ y }) => [
        i32.add(y, y),
      ]);
      return [i32.add(double.call({ y: x }), 1)];
    },
    { export: true },
  );
  expect(instantiate(module).outer(20)).toBe(41);
});

test("numbers become constants of the operand's type", () => {
  const module = new ModuleBuilder();
  module.func("f", { params: { a: "f32" }, result: "f32" }, ({ a }) => [f32.mul(f32.add(a, 0.5), -2)], {
    export: true,
  });
  module.func("g", { params: { a: "i64" }, result: "i64" }, ({ a }) => [i64.sub(a, 2n ** 40n)], {
    export: true,
  });
  const { f, g } = instantiate(module) as unknown as { f: (a: number) => number; g: (a: bigint) => bigint };
  expect(f(1)).toBe(-3);
  expect(g(0n)).toBe(-(2n ** 40n));
});

test("calls take arguments by name, before and after imports are declared", () => {
  const module = new ModuleBuilder();
  const square = module.func("square", { params: { x: "i32" }, result: "i32" }, ({ x }) => [i32.mul(x, x)]);
  const log = module.importFunc("host", "log", { params: { value: "i32", tag: "i32" } });
  module.func("run", { params: { x: "i32" } }, ({ x }) => [log.call({ tag: 7, value: square.call({ x }) })], {
    export: true,
  });
  const seen: number[][] = [];
  instantiate(module, { host: { log: (...args: number[]) => seen.push(args) } }).run(5);
  expect(seen).toEqual([[25, 7]]);
});

test("locals, set and tee", () => {
  const module = new ModuleBuilder();
  module.func(
    "f",
    { params: { x: "i32" }, result: "i32" },
    ({ x }, local) => {
      const [twice, real, more] = [local("i32"), local("f32"), local("i32")];
      return [
        real.set(1.5),
        more.set(i32.add(twice.tee(i32.mul(x, 2)), 1)),
        i32.add(more, i32.add(twice, i32.truncF32S(real))),
      ];
    },
    { export: true },
  );
  expect(instantiate(module).f(10)).toBe(42);
});

describe("control flow", () => {
  const sumTo = (body: "range" | "repeat"): Exports => {
    const module = new ModuleBuilder();
    module.func(
      "sum",
      { params: { n: "i32" }, result: "i32" },
      ({ n }, local) => {
        const [i, total] = [local("i32", "i"), local("i32", "total")];
        const add = total.set(i32.add(total, i));
        return [body === "range" ? range(i, 0, n, 3, [add]) : repeat(i, n, [add]), total];
      },
      { export: true },
    );
    return instantiate(module);
  };

  test("range runs while below its end, maybe never", () => {
    const { sum } = sumTo("range");
    expect([sum(0), sum(-5), sum(1), sum(4), sum(10)]).toEqual([0, 0, 0, 3, 18]);
  });

  test("repeat counts down to zero", () => {
    const { sum } = sumTo("repeat");
    expect([sum(1), sum(4)]).toEqual([1, 10]);
  });

  test("if with and without else, select", () => {
    const module = new ModuleBuilder();
    module.func(
      "sign",
      { params: { x: "i32" }, result: "i32" },
      ({ x }, local) => {
        const s = local("i32");
        return [
          when(i32.ltS(x, 0), [s.set(-1)], [s.set(select(i32.const(1), 0, x))]),
          when(i32.eq(x, 99), [ret(i32.const(1234))]),
          s,
        ];
      },
      { export: true },
    );
    const { sign } = instantiate(module);
    expect([-5, 0, 8, 99].map((x) => sign(x))).toEqual([-1, 0, 1, 1234]);
  });

  test("branches count the blocks between themselves and their label", () => {
    const module = new ModuleBuilder();
    module.func(
      "f",
      { params: { x: "i32" }, result: "i32" },
      ({ x }, local) => {
        const r = local("i32");
        return [
          block((outer) => [
            block((middle) => [
              when(i32.eqz(x), [br(outer)]),
              loop((again) => [
                r.set(i32.add(r, 10)),
                when(i32.gtS(r, 35), [br(middle)]),
                brIf(again, i32.ltS(r, i32.mul(x, 10))),
              ]),
            ]),
            r.set(i32.add(r, 1)),
          ]),
          r,
        ];
      },
      { export: true },
    );
    const { f } = instantiate(module);
    expect([0, 1, 2, 100].map((x) => f(x))).toEqual([0, 11, 21, 41]);
  });

  test("brTable chooses by index, the last label for all else", () => {
    const module = new ModuleBuilder();
    module.func(
      "f",
      { params: { x: "i32" }, result: "i32" },
      ({ x }) => [
        block((other) => [
          block((one) => [block((zero) => [brTable([zero, one], other, x)]), ret(i32.const(100))]),
          ret(i32.const(101)),
        ]),
        i32.const(-1),
      ],
      { export: true },
    );
    const { f } = instantiate(module);
    expect([0, 1, 2, -1].map((x) => f(x))).toEqual([100, 101, -1, -1]);
  });

  test("a branch to a label outside is an error that says so", () => {
    let escaped: Label | undefined;
    const module = new ModuleBuilder();
    module.func("f", { params: {} }, () => [
      block((exit) => {
        escaped = exit;
        return [];
      }),
      br(escaped as Label),
    ]);
    expect(() => module.encode()).toThrow(ChainruleError);
  });

  test("unreachable traps", () => {
    const module = new ModuleBuilder();
    module.func("f", { params: {} }, () => [unreachable()], { export: true });
    expect(() => instantiate(module).f()).toThrow(WebAssembly.RuntimeError);
  });
});

describe("memory", () => {
  test("defined, exported, filled with data, copied within", () => {
    const module = new ModuleBuilder();
    module.memory({ initial: 1, maximum: 3 }, { export: "memory" });
    module.data(5, Uint8Array.of(1, 2, 3, 4));
    module.func("f", { params: {} }, () => [memory.copy(100, 5, 4), memory.fill(104, 0xee, 2)], {
      export: true,
    });
    module.func("grow", { params: { by: "i32" }, result: "i32" }, ({ by }) => [memory.grow(by)], {
      export: true,
    });
    module.func("size", { params: {}, result: "i32" }, () => [memory.size()], { export: true });
    const exports = instantiate(module) as Exports & { memory: WebAssembly.Memory };
    exports.f();
    expect([...new Uint8Array(exports.memory.buffer, 100, 7)]).toEqual([1, 2, 3, 4, 0xee, 0xee, 0]);
    expect([exports.grow(2), exports.size(), exports.grow(1)]).toEqual([1, 3, -1]);
  });

  test("imported, shared, with atomic accesses", () => {
    const module = new ModuleBuilder();
    module.importMemory("host", "memory", { initial: 1, maximum: 2, shared: true });
    module.func(
      "f",
      { params: { x: "i32" }, result: "i32" },
      ({ x }, local) => {
        const before = local("i32");
        return [
          before.set(i32Atomic.rmwAdd(8, x)),
          memoryAtomic.fence(),
          i32.add(before, i32Atomic.rmwCmpxchg(8, 12, 77)),
        ];
      },
      { export: true },
    );
    module.func("wake", { params: {}, result: "i32" }, () => [memoryAtomic.notify(8, 1)], { export: true });
    module.func(
      "wait",
      { params: { expected: "i32" }, result: "i32" },
      ({ expected }) => [memoryAtomic.wait32(8, expected, 1000n)],
      { export: true },
    );
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    new Int32Array(shared.buffer)[2] = 7;
    const exports = instantiate(module, { host: { memory: shared } });
    expect(exports.f(5)).toBe(7 + 12);
    expect(new Int32Array(shared.buffer)[2]).toBe(77);
    // Nobody waits; another value is there; time runs out.
    expect([exports.wake(), exports.wait(0), exports.wait(77)]).toEqual([0, 1, 2]);
  });
});

test("globals keep their value between calls", () => {
  const module = new ModuleBuilder();
  const counter = module.global("counter", i32.const(10), { mutable: true, export: true });
  module.func("next", { params: {}, result: "i32" }, () => [counter.set(i32.add(counter, 1)), counter], {
    export: true,
  });
  const exports = instantiate(module) as Exports & { counter: WebAssembly.Global };
  expect([exports.next(), exports.next(), exports.counter.value]).toEqual([11, 12, 12]);
});

test("a function of another module is refused", () => {
  const other = new ModuleBuilder().func("f", { params: {} }, () => []);
  const module = new ModuleBuilder();
  module.func("g", { params: {} }, () => [other.call({})]);
  expect(() => module.encode()).toThrow('"f" belongs to another module');
});

test("functions carry their names for debuggers", () => {
  const module = new ModuleBuilder();
  module.func("sweep6", { params: {} }, () => []);
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(module.encode()), "name");
  expect(new TextDecoder().decode(section)).toContain("sweep6");
});

test("an empty module validates", () => {
  expect(WebAssembly.validate(new ModuleBuilder().encode())).toBe(true);
});
