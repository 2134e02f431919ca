/** What `compile` does on engines that lack something. Each test loads the library afresh, on an engine that seems to lack it. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";

let warn: MockInstance<typeof console.warn>;

beforeEach(() => {
  vi.resetModules();
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** WebAssembly with some parts replaced. */
const webAssembly = (parts: object): object =>
  Object.create(
    WebAssembly,
    Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, { value }])),
  );

/** Compiles a step, runs it twice, and compares it with the same steps uncompiled. Gives what it is made of, in words. */
async function trainAndCompare(): Promise<string> {
  const { compile, manualSeed, nn, optim, randint, randn } = await import("../index.ts");
  const { setNumThreads } = await import("./index.ts");
  setNumThreads(2);
  const make = () => {
    manualSeed(1);
    const model = new nn.Sequential(new nn.Linear(100, 300), new nn.Tanh(), new nn.Linear(300, 3));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const lossFn = new nn.CrossEntropyLoss();
    const [x, y] = [randn([128, 100]), randint(0, 3, [128])];
    const step = () => {
      const loss = lossFn(model(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    };
    return step;
  };
  const step = make();
  const [eager, fast, strict] = [make(), compile(step), compile(make(), { strict: true })];
  for (let t = 0; t < 4; t++) {
    const wanted = eager().item();
    expect(Math.abs(fast().item() - wanted)).toBeLessThan(1e-5);
    expect(Math.abs(strict().item() - wanted)).toBeLessThan(1e-5);
    // Workers start, or fail to, while the event loop turns.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const explanation = compile.explain(step);
  fast.dispose();
  strict.dispose();
  setNumThreads(1);
  return explanation.trimEnd().split("\n").at(-1) ?? "";
}

test("this engine lacks nothing: its programs have two threads", async () => {
  expect(await trainAndCompare()).toMatch(/on 2 threads/);
  expect(warn.mock.calls).toEqual([]);
});

describe("functions run uncompiled, and one line says so,", () => {
  const missing = "compile() runs functions uncompiled, and slower: The engine has no WebAssembly SIMD.";

  test("without WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await trainAndCompare();
    expect(warn.mock.calls).toEqual([[missing]]);
  });

  test("without vectors", async () => {
    vi.stubGlobal("WebAssembly", webAssembly({ validate: () => false }));
    await trainAndCompare();
    expect(warn.mock.calls).toEqual([[missing]]);
  });

  test("where the engine compiles nothing, by its policy for instance", async () => {
    const refuse = class {
      constructor() {
        throw new Error("Refused to compile or instantiate WebAssembly module.");
      }
    };
    vi.stubGlobal("WebAssembly", webAssembly({ Module: refuse }));
    const { engineReport } = await import("../index.ts");
    // Before anything was compiled.
    const report = engineReport();
    expect(report).toMatchObject({ tier: "none", threads: 1, sharedMemory: false });
    expect(report.refused.at(-1)).toEqual({
      tier: "simd",
      reason: expect.stringMatching(/compiles no WebAssembly here \(.*Refused to compile/),
    });
    await trainAndCompare();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/uncompiled.*Refused to compile/)]]);
  });
});

describe("programs run on one thread, and nothing is said,", () => {
  afterEach(() => expect(warn.mock.calls).toEqual([]));

  test("without shared memory", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  test("in a page that is not isolated", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  const { Memory } = WebAssembly;

  test("where shared memory is refused", async () => {
    const refuse = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.shared) throw new RangeError("could not allocate memory");
        super(descriptor);
      }
    };
    vi.stubGlobal("WebAssembly", webAssembly({ Memory: refuse }));
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  test("where only a little shared memory can be had", async () => {
    const refuse = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.shared && (descriptor.maximum ?? 0) > 1)
          throw new RangeError("could not allocate memory");
        super(descriptor);
      }
    };
    vi.stubGlobal("WebAssembly", webAssembly({ Memory: refuse }));
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  test("where memory is never shared, whatever is asked for", async () => {
    const overlook = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super({ ...descriptor, shared: false });
      }
    };
    vi.stubGlobal("WebAssembly", webAssembly({ Memory: overlook }));
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  test("without workers", async () => {
    vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: undefined } }));
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  test("where a worker cannot be made", async () => {
    const { getBuiltinModule } = process;
    const without = (name: string): unknown =>
      name === "node:worker_threads"
        ? {
            Worker: class {
              constructor() {
                throw new Error("Access to this API has been restricted");
              }
            },
          }
        : getBuiltinModule(name);
    vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: without } }));
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });

  test("where a worker ends before it starts", async () => {
    const { getBuiltinModule } = process;
    const without = (name: string): unknown =>
      name === "node:worker_threads"
        ? {
            Worker: class {
              on = () => this;
              once(event: string, listener: () => void) {
                if (event === "exit") setTimeout(listener);
                return this;
              }
              unref() {}
              postMessage() {}
              async terminate() {}
            },
          }
        : getBuiltinModule(name);
    vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: without } }));
    expect(await trainAndCompare()).toMatch(/on one thread/);
  });
});

test("without relaxed instructions a slower tier serves", async () => {
  const { validate } = WebAssembly;
  // The opcode of a relaxed multiply–add begins with these bytes.
  const plain = (bytes: Uint8Array<ArrayBuffer>): boolean =>
    validate(bytes) &&
    !bytes.some((byte, i) => byte === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 0x02);
  vi.stubGlobal("WebAssembly", webAssembly({ validate: plain }));
  expect(await trainAndCompare()).toMatch(/tier "simd"/);
  expect(warn.mock.calls).toEqual([]);
});
