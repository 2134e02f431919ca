/** Putting a module together: memory, imports, globals, functions, data; and its binary. */
import { ByteWriter } from "./bytes.ts";
import { encodeBody, encodeExpression, type Indices, valueTypeCode } from "./encode.ts";
import {
  type Body,
  constant,
  type Expression,
  type FunctionSlot,
  type GlobalSlot,
  type ResultType,
  type Statement,
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

interface DefinedFunction {
  readonly reference: AnyReference;
  readonly locals: readonly ValueType[];
  readonly body: readonly (Statement | Body | Expression)[];
}

interface Memory {
  readonly limits: MemoryLimits;
  /** Where an imported one comes from. */
  readonly from?: { readonly module: string; readonly name: string };
}

/** A function without the types of its call. */
type AnyReference = Pick<FunctionReference, "name" | "signature">;

const section = {
  custom: 0,
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
  readonly #imports: { readonly module: string; readonly name: string; readonly reference: AnyReference }[] =
    [];
  readonly #functions: DefinedFunction[] = [];
  readonly #globals: {
    readonly slot: GlobalSlot;
    readonly initial: Expression;
    readonly mutable: boolean;
  }[] = [];
  readonly #exports: { readonly name: string; readonly kind: number; readonly slot?: object }[] = [];
  readonly #data: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  #memory: Memory | undefined;

  /** Defines the module's memory. */
  memory(limits: MemoryLimits, options: { readonly export?: string } = {}): void {
    this.#memory = { limits };
    if (options.export !== undefined) this.#exports.push({ name: options.export, kind: external.memory });
  }

  /** Takes the memory from the importer: at least `initial` pages, at most `maximum`, and shared if `limits` says so. */
  importMemory(module: string, name: string, limits: MemoryLimits): void {
    this.#memory = { limits, from: { module, name } };
  }

  /** Takes a function from the importer. */
  importFunc<const P extends Parameters, R extends ResultType = "void">(
    module: string,
    name: string,
    signature: Signature<P, R>,
  ): FunctionReference<P, R> {
    const reference = makeReference(name, signature);
    this.#imports.push({ module, name, reference });
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
    this.#functions.push({ reference, locals, body });
    if (options.export) this.#exports.push({ name, kind: external.function, slot: reference });
    return reference;
  }

  /** Defines a global variable with its first value, a constant. */
  global<T extends ValueType>(
    name: string,
    initial: Expression<T>,
    options: { readonly mutable?: boolean; readonly export?: boolean } = {},
  ): Global<T> {
    const global = makeGlobal(initial.type, name);
    this.#globals.push({ slot: global.slot, initial, mutable: options.mutable ?? false });
    if (options.export) this.#exports.push({ name, kind: external.global, slot: global.slot });
    return global;
  }

  /** Bytes that the memory holds at `address` once the module is instantiated. */
  data(address: number, bytes: Uint8Array): void {
    this.#data.push({ address, bytes });
  }

  /** The module's binary, for `new WebAssembly.Module`. */
  encode(): Uint8Array<ArrayBuffer> {
    const indices = this.#indices();
    const types = new TypeTable();
    const declared = this.#functions.map(({ reference }) => types.indexOf(reference));
    // Numbers all types, before they are written.
    const imports = this.#importSection(types);
    const out = new ByteWriter().bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

    writeSection(out, section.type, types.all, (inner, { params, result }) => {
      inner.byte(0x60).vector(params, (type) => inner.byte(valueTypeCode[type]));
      inner.vector(result === "void" ? [] : [result], (type) => inner.byte(valueTypeCode[type]));
    });
    const memory = this.#memory;
    writeSection(out, section.import, imports, (inner, { module, name, describe }) => {
      describe(inner.name(module).name(name));
    });
    writeSection(out, section.function, declared, (inner, type) => inner.u32(type));
    writeSection(out, section.memory, memory && !memory.from ? [memory.limits] : [], writeLimits);
    writeSection(out, section.global, this.#globals, (inner, { initial, mutable }) => {
      inner.byte(valueTypeCode[initial.type as ValueType]).byte(mutable ? 1 : 0);
      encodeExpression(inner, initial, indices, []);
      inner.byte(end);
    });
    writeSection(out, section.export, this.#exports, (inner, { name, kind, slot }) => {
      const map: ReadonlyMap<object, number> = kind === external.global ? indices.globals : indices.functions;
      inner
        .name(name)
        .byte(kind)
        .u32(slot ? (map.get(slot) as number) : 0);
    });
    writeSection(out, section.code, this.#functions, (inner, { locals, body }) => {
      inner.sized((code) => {
        code.vector(runs(locals), ({ type, count }) => code.u32(count).byte(valueTypeCode[type]));
        encodeBody(code, body, indices);
        code.byte(end);
      });
    });
    writeSection(out, section.data, this.#data, (inner, { address, bytes }) => {
      inner.byte(0);
      encodeExpression(inner, constant("i32", address), indices, []);
      inner.byte(end).u32(bytes.length).bytes(bytes);
    });
    this.#writeNames(out, indices);
    return out.finish();
  }

  #importSection(types: TypeTable) {
    const functions = this.#imports.map(({ module, name, reference }) => {
      const type = types.indexOf(reference);
      return { module, name, describe: (out: ByteWriter) => void out.byte(external.function).u32(type) };
    });
    const { limits, from } = this.#memory ?? {};
    if (!limits || !from) return functions;
    return [
      { ...from, describe: (out: ByteWriter) => writeLimits(out.byte(external.memory), limits) },
      ...functions,
    ];
  }

  #indices(): Indices {
    const references = [...this.#imports, ...this.#functions].map(({ reference }) => reference);
    return {
      functions: new Map<FunctionSlot, number>(references.map((reference, index) => [reference, index])),
      globals: new Map<GlobalSlot, number>(this.#globals.map(({ slot }, index) => [slot, index])),
    };
  }

  /** Function names for debuggers and profilers, in the custom section "name". */
  #writeNames(out: ByteWriter, { functions }: Indices): void {
    if (functions.size === 0) return;
    out.byte(section.custom).sized((inner) => {
      inner.name("name").byte(1);
      inner.sized((names) =>
        names.vector([...functions], ([slot, index]) => names.u32(index).name(slot.name)),
      );
    });
  }
}

/** Function types, each once. */
class TypeTable {
  readonly all: FunctionReference["signature"][] = [];
  readonly #known = new Map<string, number>();

  indexOf({ signature }: Pick<FunctionReference, "signature">): number {
    const key = `${signature.params.join()}>${signature.result}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const index = this.all.push(signature) - 1;
    this.#known.set(key, index);
    return index;
  }
}

function writeSection<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (inner: ByteWriter, item: T) => void,
): void {
  if (items.length === 0) return;
  out.byte(id).sized((inner) => inner.vector(items, (item) => write(inner, item)));
}

function writeLimits(out: ByteWriter, { initial, maximum, shared = false }: MemoryLimits): void {
  out.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0)).u32(initial);
  if (maximum !== undefined) out.u32(maximum);
}

/** Neighbours of one type, counted: the form in which a function declares its locals. */
function runs(types: readonly ValueType[]): { type: ValueType; count: number }[] {
  const found: { type: ValueType; count: number }[] = [];
  for (const type of types) {
    const last = found.at(-1);
    if (last?.type === type) last.count++;
    else found.push({ type, count: 1 });
  }
  return found;
}
