/** Where a program's numbers lie in the heap. */
import type { Buffer, Schedule } from "../../../core/schedule.ts";
import { bytesPerElement, type TypedArray } from "../../../shape/dtype.ts";
import { ChainruleError } from "../../../util/errors.ts";
import { roundUp } from "../../../util/rounding.ts";
import { i32, type Operand } from "../assembler/index.ts";
import { type Block, type Heap, showBytes } from "../heap.ts";
import { faultBytes } from "./faults.ts";
import type { Resources } from "./resources.ts";

/** Parts of the program's block start at cache lines. */
const lineBytes = 64;

/**
 * The memory of one program: a block with live numbers, pointers to arguments, notes of faults, constants and the arena; the
 * storages that it shares with eager code, which move into the heap here; and scratch memory, which grows while kernels
 * are written.
 */
export class ProgramMemory {
  readonly heap: Heap;
  /** Address of the live numbers. */
  readonly cells: number;
  /** Address of the notes of faults. */
  readonly faults: number;
  readonly #pointers: number;
  readonly #arena: number;
  /** Addresses of constants and states, by the buffer's number. */
  readonly #fixed = new Map<number, number>();
  readonly #resources: Resources;
  /** Scratch blocks that the kernel now being written does not use yet, and those that it does. */
  #spare: Block[] = [];
  #taken: Block[] = [];

  /** @throws ChainruleError `backend` when there is no room */
  constructor(schedule: Schedule, resources: Resources) {
    this.#resources = resources;
    this.heap = resources.heap;
    let end = 0;
    const place = (bytes: number): number => {
      const at = end;
      end = roundUp(end + bytes, lineBytes);
      return at;
    };
    const cells = place(8 * schedule.cells);
    const pointers = place(4 * schedule.arguments);
    const faults = place(faultBytes);
    const constants = constantsOf(schedule).map(([buffer, elements]) => ({
      buffer,
      elements,
      at: place(elements.byteLength),
    }));
    const arena = place(schedule.arena);
    checkSize(end, schedule, this.heap);

    const base = resources.allocate(end).address;
    this.cells = base + cells;
    this.#pointers = base + pointers;
    this.faults = base + faults;
    this.#arena = base + arena;
    this.heap.view("bool").fill(0, base, base + arena);
    for (const { buffer, elements, at } of constants) {
      this.#fixed.set(buffer.id, base + at);
      this.heap.elements(buffer.dtype, base + at, buffer.length).set(elements);
    }
    for (const { id, home } of schedule.buffers) {
      if (home.kind === "state") this.#fixed.set(id, resources.share(home.storage));
    }
  }

  /** Where a buffer starts, for code: a constant, or a load of the argument's pointer. */
  operand(buffer: Buffer): Operand<"i32"> {
    return buffer.home.kind === "argument"
      ? i32.load(this.#pointers + 4 * buffer.home.index)
      : this.address(buffer);
  }

  /** Where a buffer starts now. */
  address({ id, home }: Buffer): number {
    switch (home.kind) {
      case "argument":
        return this.heap.view("int32")[this.#pointers / 4 + home.index];
      case "arena":
        return this.#arena + home.at;
      default:
        return this.#fixed.get(id)!;
    }
  }

  /** Says where an argument starts. */
  point(argument: number, address: number): void {
    this.heap.view("int32")[this.#pointers / 4 + argument] = address;
  }

  /** Memory for the kernel that is being written: blocks of one kernel are apart, those of different kernels overlap. */
  scratch(bytes: number): number {
    const fitting = this.#spare.find((block) => block.bytes >= bytes);
    const block = fitting ?? this.#resources.allocate(bytes);
    this.#spare = this.#spare.filter((other) => other !== block);
    this.#taken.push(block);
    return block.address;
  }

  /** Begins the next kernel, to which all scratch memory is free. */
  nextKernel(): void {
    this.#spare = [...this.#spare, ...this.#taken].sort((a, b) => a.bytes - b.bytes);
    this.#taken = [];
  }
}

function constantsOf({ buffers }: Schedule): [Buffer, TypedArray][] {
  return buffers.flatMap((buffer): [Buffer, TypedArray][] =>
    buffer.home.kind === "constant" ? [[buffer, buffer.home.elements]] : [],
  );
}

/** Refuses a program that can never fit, before anything is allocated. */
function checkSize(own: number, { buffers }: Schedule, heap: Heap): void {
  let bytes = own;
  for (const { home } of buffers) {
    if (home.kind === "state") bytes += home.storage.length * bytesPerElement(home.storage.dtype);
  }
  if (bytes <= heap.limit) return;
  throw new ChainruleError(
    "backend",
    `The program needs ${showBytes(bytes)} of memory, and the engine gives ${showBytes(heap.limit)} at most.`,
    "Use smaller batches, or run it eagerly.",
  );
}
