/** Putting a module together: memory, imports, globals, functions, data; and its binary. */
import { ByteWriter } from "./bytes.ts";
import { encodeBody, type Indices, valueTypeCode } from "./encode.ts";
import {
  constant,
  type Expression,
  type FunctionSlot,
  type GlobalSlot,
  type ResultType,
  type ValueType,
} from "./expression.ts";
import {
  type Declare,
  type Define,
  type FunctionReference,
  type Global,
  type Local,
  type LocalsOf,
  makeGlobal,
  makeLocal,
  makeReference,
  type Parameters,
  type Signature,
} from "./function.ts";

/** Sizes of a memory in pages of 64 KiB. A shared one needs a maximum. */
export interface MemoryLimits {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** Writes an item of a section. */
type Write = (out: ByteWriter, indices: Indices) => void;

const section = {
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  code: 10,
  data: 11,
} as const;
const external = { function: 0, memory: 2, global: 3 } as const;
const end = 0x0b;

/**
 * A WebAssembly module under construction.
 *
 * ```ts
 * const module = new ModuleBuilder();
 * module.func("add", { params: { a: "i32", b: "i32" }, result: "i32" }, ({ a, b }) => [i32.add(a, b)], { export: true });
 * const { add } = new WebAssembly.Instance(new WebAssembly.Module(module.encode())).exports;
 * ```
 */
export class ModuleBuilder {
  /** The items of each section, by its number. */
  readonly #sections: readonly Write[][] = Array.from({ length: 12 }, () => []);
  readonly #types = new Map<string, number>();
  readonly #imports: FunctionSlot[] = [];
  readonly #functions: FunctionSlot[] = [];
  readonly #globals: GlobalSlot[] = [];

  /** Defines the module's memory. */
  memory(limits: MemoryLimits, options: { readonly export?: string } = {}): void {
    this.#add("memory", (out) => writeLimits(out, limits));
    this.#export(options.export, external.memory, () => 0);
  }

  /** Takes the memory from the importer: at least `initial` pages, at most `maximum`, and shared if `limits` says so. */
  importMemory(module: string, name: string, limits: MemoryLimits): void {
    this.#add("import", (out) => writeLimits(out.name(module).name(name).byte(external.memory), limits));
  }

  /** Takes a function from the importer. */
  importFunc<const P extends Parameters, R extends ResultType = "void">(
    module: string,
    name: string,
    signature: Signature<P, R>,
  ): FunctionReference<P, R> {
    const reference = makeReference(name, signature);
    this.#imports.push(reference);
    const type = this.#typeOf(reference);
    this.#add("import", (out) => out.name(module).name(name).byte(external.function).u32(type));
    return reference;
  }

  /** Defines a function. `define` gets its parameters by name, and `local`, which declares a local. */
  func<const P extends Parameters, R extends ResultType = "void">(
    name: string,
    signature: Signature<P, R>,
    define: Define<P, R>,
    options: { readonly export?: boolean } = {},
  ): FunctionReference<P, R> {
    const reference = makeReference(name, signature);
    const type = this.#typeOf(reference);
    const params: Record<string, Local<ValueType>> = {};
    Object.entries(signature.params).forEach(([key, type], index) => {
      params[key] = makeLocal(type, key, index);
    });
    const first = reference.signature.params.length;
    const locals: ValueType[] = [];
    const declare: Declare = (type, localName = `local${locals.length}`) => {
      const index = first + locals.push(type) - 1;
      return makeLocal(type, localName, index);
    };
    const body = define(params as LocalsOf<P>, declare);
    // Only now, as `define` may define functions that the body calls; their order is that of the code section.
    this.#functions.push(reference);
    this.#add("function", (out) => out.u32(type));
    this.#add("code", (out, indices) =>
      out.sized((code) => {
        code.vector(runs(locals), ([type, count]) => code.u32(count).byte(valueTypeCode[type]));
        encodeBody(code, body, indices);
        code.byte(end);
      }),
    );
    this.#export(options.export && name, external.function, ({ functions }) => functions.get(reference));
    return reference;
  }

  /** Defines a global variable with its first value, a constant. */
  global<T extends ValueType>(
    name: string,
    initial: Expression<T>,
    options: { readonly mutable?: boolean; readonly export?: boolean } = {},
  ): Global<T> {
    const global = makeGlobal(initial.type, name);
    this.#globals.push(global.slot);
    this.#add("global", (out, indices) => {
      out.byte(valueTypeCode[initial.type]).byte(options.mutable ? 1 : 0);
      encodeBody(out, [initial], indices);
      out.byte(end);
    });
    this.#export(options.export && name, external.global, ({ globals }) => globals.get(global.slot));
    return global;
  }

  /** Bytes that the memory holds at `address` once the module is instantiated. */
  data(address: number, bytes: Uint8Array): void {
    this.#add("data", (out, indices) => {
      encodeBody(out.byte(0), [constant("i32", address)], indices);
      out.byte(end).u32(bytes.length).bytes(bytes);
    });
  }

  /** The module's binary, for `new WebAssembly.Module`. */
  encode(): Uint8Array<ArrayBuffer> {
    const numbered = <S>(slots: readonly S[]) => new Map(slots.map((slot, index) => [slot, index]));
    const functions = numbered([...this.#imports, ...this.#functions]);
    const indices = { functions, globals: numbered(this.#globals) };
    const out = new ByteWriter().bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    this.#sections.forEach((items, id) => {
      if (items.length > 0)
        out.byte(id).sized((inner) => inner.vector(items, (write) => write(inner, indices)));
    });
    // Function names for debuggers and profilers, in the custom section "name".
    out.byte(0).sized((inner) =>
      inner
        .name("name")
        .byte(1)
        .sized((names) => names.vector([...functions], ([{ name }, index]) => names.u32(index).name(name))),
    );
    return out.finish();
  }

  #add(name: keyof typeof section, write: Write): void {
    this.#sections[section[name]].push(write);
  }

  #export(
    name: string | false | undefined,
    kind: number,
    index: (indices: Indices) => number | undefined,
  ): void {
    if (name)
      this.#add("export", (out, indices) =>
        out
          .name(name)
          .byte(kind)
          .u32(index(indices) ?? 0),
      );
  }

  /** The number of a function's type; equal ones share it. */
  #typeOf({ signature: { params, result } }: Pick<FunctionReference, "signature">): number {
    const results = result === "void" ? [] : [result];
    const codes = (types: readonly ValueType[]) => [
      types.length,
      ...types.map((type) => valueTypeCode[type]),
    ];
    const bytes = [0x60, ...codes(params), ...codes(results)];
    const key = bytes.join();
    let index = this.#types.get(key);
    if (index === undefined) {
      index = this.#types.size;
      this.#types.set(key, index);
      this.#add("type", (out) => out.bytes(bytes));
    }
    return index;
  }
}

function writeLimits(out: ByteWriter, { initial, maximum, shared = false }: MemoryLimits): void {
  out.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0)).u32(initial);
  if (maximum !== undefined) out.u32(maximum);
}

/** Neighbours of one type, counted: the form in which a function declares its locals. */
function runs(types: readonly ValueType[]): [type: ValueType, count: number][] {
  const found: [ValueType, number][] = [];
  for (const type of types) {
    const last = found.at(-1);
    if (last?.[0] === type) last[1]++;
    else found.push([type, 1]);
  }
  return found;
}
