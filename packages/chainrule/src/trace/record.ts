import type { Observer } from "../core/events.ts";
import { currentScope, isGradEnabled, type Op, type Scope, Tensor, withMode } from "../tensor/index.ts";

/** A tensor of the computation as it was when an operation read or made it. */
export interface Value {
  /** Its place among the values that are shown; -1 for what leads to no result. */
  id: number;
  readonly role: "input" | "target" | "parameter" | "buffer" | "constant" | "result";
  readonly name: string;
  /** Its elements as they were then, without history. */
  tensor: Tensor;
  /** What made it; null for what is given. */
  readonly step: Step | null;
  /** Where it is read. */
  readonly uses: Slot[];
}

/** One tensor (or number) that an operation read. */
export interface Slot {
  readonly step: Step;
  readonly name: string;
  /** The place in a list of tensors; 0 for what is no list. */
  readonly index: number;
  /** What was read; null for a plain number. */
  readonly value: Value | null;
  readonly number: number;
  /** What the operation sends back to it in the backward pass. */
  sent: Tensor | null;
}

/** One operation. */
export interface Step {
  readonly op: Op;
  /** Attributes; the tensors among them may have been changed since: `argumentsOf` has them as they were. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly slots: readonly Slot[];
  readonly result: Value;
  readonly scope: Scope | null;
  readonly part: "network" | "loss";
}

/** What a tensor is that no operation made. */
export interface Given {
  readonly role: Value["role"];
  readonly name: string;
  /** Its elements before the pass, where they may be changed in place. */
  readonly before?: Tensor;
}

/** Writes down what happens: operations, what they read and made, and what the backward pass sends where. */
export class Recorder implements Observer {
  readonly steps: Step[] = [];
  part: Step["part"] = "network";
  readonly #given: Map<Tensor, Given>;
  readonly #known = new Map<Tensor, Value>();
  /** Tensors by storage, for what is changed in place. */
  readonly #byStorage = new Map<Tensor["storage"], Tensor[]>();
  readonly #results: [result: Tensor, step: Step][] = [];
  #byNode = new Map<Tensor["node"], Step>();

  constructor(given: Map<Tensor, Given>) {
    this.#given = given;
  }

  applied(op: Op, args: object, result: Tensor): void {
    const step = { op, args: { ...args }, scope: currentScope(), part: this.part } as unknown as {
      -readonly [K in keyof Step]: Step[K];
    };
    const slots: Slot[] = [];
    let history = false;
    for (const name of op.inputs) {
      const read = step.args[name];
      for (const [index, x] of (Array.isArray(read) ? read : [read]).entries()) {
        if (typeof x === "number") slots.push({ step, name, index, value: null, number: x, sent: null });
        if (!(x instanceof Tensor)) {
          // A place in the op's order that nothing fills, such as a missing bias, has an edge too.
          if (typeof x !== "number")
            slots.push({ step, name, index, value: null, number: Number.NaN, sent: null });
          continue;
        }
        const value = this.valueOf(x);
        const slot = { step, name, index, value, number: Number.NaN, sent: null };
        slots.push(slot);
        value.uses.push(slot);
        history ||= x.requiresGrad && op.vjp[name] !== undefined;
      }
    }
    step.slots = slots;
    step.result = this.#remember(result, "result", "", history && isGradEnabled(), step);
    this.steps.push(step);
    this.#results.push([result, step]);
  }

  derived(node: NonNullable<Tensor["node"]>, _input: string, gradient: Tensor, index: number): void {
    const slot = this.#stepOf(node)?.slots[index];
    if (slot) slot.sent = gradient;
  }

  /** What was remembered of a tensor stays as it was; the next operation reads another value. */
  changed(_name: string, target: Tensor): void {
    for (const tensor of this.#byStorage.get(target.storage) ?? []) {
      const value = this.#known.get(tensor);
      const before = this.#given.get(tensor)?.before;
      if (value && before) value.tensor = before;
      this.#known.delete(tensor);
      this.#given.delete(tensor);
      if (value && value.role !== "result") this.#given.set(tensor, { role: value.role, name: value.name });
    }
    this.#byStorage.delete(target.storage);
  }

  /** The value that a tensor holds now. */
  valueOf(tensor: Tensor): Value {
    const known = this.#known.get(tensor);
    if (known) return known;
    const { role, name } = this.#given.get(tensor) ?? {
      role: tensor.requiresGrad ? ("parameter" as const) : ("constant" as const),
      name: "",
    };
    return this.#remember(tensor, role, name, tensor.requiresGrad, null);
  }

  #remember(tensor: Tensor, role: Value["role"], name: string, history: boolean, step: Step | null): Value {
    // What has a history cannot be changed in place while derivatives are recorded; of the rest a copy is kept.
    const kept = history || this.#given.get(tensor)?.before ? tensor.detach() : copyOf(tensor);
    const value: Value = { id: -1, role, name, tensor: kept, step, uses: [] };
    this.#known.set(tensor, value);
    const { storage } = tensor;
    const sharing = this.#byStorage.get(storage);
    if (sharing) sharing.push(tensor);
    else this.#byStorage.set(storage, [tensor]);
    return value;
  }

  /** Leaves that were read and are none of the given ones: those that a function holds on to. */
  leaves(): Tensor[] {
    return [...this.#known.keys()].filter((x) => x.requiresGrad && x.isLeaf && !this.#given.has(x));
  }

  #stepOf(node: Tensor["node"]): Step | undefined {
    if (this.#byNode.size === 0)
      for (const [result, step] of this.#results) this.#byNode.set(result.node, step);
    return this.#byNode.get(node);
  }
}

/** A copy without history that no observer is told of. */
export const copyOf = (x: Tensor): Tensor => withMode("observer", null, () => x.detach().clone());

/** An op's arguments with the tensors as they were; `replaced` may put others in their place. */
export function argumentsOf(
  step: Step,
  replaced: (value: Value, slot: Slot) => Tensor = (value) => value.tensor,
): Record<string, unknown> {
  const args: Record<string, unknown> = { ...step.args };
  for (const slot of step.slots) {
    const { name, index, value } = slot;
    if (!value) continue;
    if (Array.isArray(step.args[name])) {
      const list = (
        args[name] === step.args[name] ? [...(args[name] as unknown[])] : args[name]
      ) as unknown[];
      list[index] = replaced(value, slot);
      args[name] = list;
    } else args[name] = replaced(value, slot);
  }
  return args;
}
