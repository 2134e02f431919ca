/** What the numbers of a trace are called: the lecture's z^(k), y^(k) and w_ij^(k), and letters for all else. */
import { unravelIndex } from "../tensor/index.ts";
import type { ElementRef, Expr, Quantity } from "./format.ts";
import type { Step, Value } from "./record.ts";

type Symbol = Extract<Expr, { kind: "symbol" }>;

/** The name of a value: a letter, the layer, and how its elements are counted. */
export interface Name {
  readonly base: string;
  readonly sup?: string;
  /** Weights are written w_ij from unit i to unit j, the bias w_0j. */
  readonly weights?: "results" | "units" | "bias";
}

/** What is named, in the order of computation. */
export interface Named {
  readonly values: readonly Value[];
  readonly steps: readonly Step[];
  readonly inputs: readonly Value[];
  readonly inputNames: readonly string[];
  readonly target: Value | null;
  readonly output: Value;
  readonly loss: Value | null;
}

export class Symbols {
  /** The lecture's k of each value: how many weighted sums lead to it, counted in the order of computation. */
  readonly level = new Map<Value, number>();
  readonly #names = new Map<Value, Name>();
  readonly #rows: number;

  constructor(named: Named, rows: number) {
    this.#rows = rows;
    this.#nameSums(named);
    this.#nameOthers(named);
  }

  name(value: Value): Name {
    return this.#names.get(value) ?? { base: "v", sup: `[${value.id}]` };
  }

  /** A value as a whole: z^(1), W^(1). */
  whole(value: Value): Symbol {
    const { base, sup, weights } = this.name(value);
    if (weights === "bias") return symbol(base, "0", sup);
    return symbol(weights ? base.toUpperCase() : base, undefined, sup);
  }

  /** An element: z_1^(1), w_01^(1), ∂ℓ/∂z_1^(1), or a weight after its update, w⁺_01^(1). */
  element(value: Value, of: Quantity, index: number): Expr {
    const ref: ElementRef = { value: value.id, of, index };
    const plain = this.#plain(value, index);
    if (of === "value") return { ...plain, ref };
    if (of === "update") return { ...plain, base: `${plain.base}⁺`, ref };
    return { kind: "derivative", of: symbol("ℓ"), by: plain, ref };
  }

  /** An element as an operand: as {@link element}, but a constant that is one number as that number. */
  operand(value: Value, index: number): Expr {
    const isNumber = value.role === "constant" && value.tensor.numel === 1;
    const ref: ElementRef = { value: value.id, of: "value", index };
    return isNumber
      ? { kind: "number", value: value.tensor.data[index], ref }
      : this.element(value, "value", index);
  }

  /** z_1k: an element with a letter in the place of its index along one dimension, or for its indices along several. */
  running(value: Value, index: number, dims: readonly number[], letter: string): Expr {
    return this.#plain(value, index, dims, letter);
  }

  #plain(value: Value, index: number, dims: readonly number[] = [], letter = ""): Symbol {
    const { base, sup, weights } = this.name(value);
    const { shape } = value.tensor;
    const [runs] = dims;
    const places: (number | string)[] = unravelIndex(index, shape).map((i, d) =>
      d === runs ? letter : i + 1,
    );
    for (const d of dims.slice(1).sort((a, b) => b - a)) places.splice(d, 1);
    if (this.#rows === 1 && shape[0] === 1 && runs !== 0 && isOfRows(value)) places.shift();
    if (weights === "results" && places.length >= 2) places.push(...places.splice(-2).reverse());
    if (weights === "bias") places.unshift(0);
    return symbol(base, places.join(places.some((i) => Number(i) > 9) ? "," : "") || undefined, sup);
  }

  /** W^(k) and z^(k) of each weighted sum, and y^(k) of what it reads. */
  #nameSums({ steps, output }: Named): void {
    let sums = 0;
    const read: Value[] = [];
    for (const step of steps) {
      const parts = weightedSum(step);
      if (parts) {
        sums++;
        const sup = `(${sums})`;
        this.level.set(step.result, sums);
        this.#set(parts.weights, { base: "w", sup, weights: parts.rows });
        if (parts.bias?.role === "parameter" && parts.bias.tensor.ndim <= 1)
          this.#set(parts.bias, { base: "w", sup, weights: "bias" });
        this.#set(step.result, { base: "z", sup });
        read.push(parts.units);
      } else {
        const levels = step.slots.map(({ value }) => (value && this.level.get(value)) ?? 0);
        this.level.set(step.result, Math.max(0, ...levels));
      }
    }
    if (sums === 0) return;
    const taken = new Set<number>();
    for (const value of [...read, output]) {
      const level = this.level.get(value) ?? 0;
      if (this.#names.has(value) || taken.has(level) || value.role === "parameter") continue;
      taken.add(level);
      this.#set(value, { base: "y", sup: `(${level})` });
    }
  }

  #nameOthers({ values, inputs, inputNames, target, output, loss }: Named): void {
    inputs.forEach((value, i) => {
      this.#set(value, { base: inputNames[i] ?? `x${"′".repeat(i)}` });
    });
    if (target) this.#set(target, { base: "t" });
    if (loss) this.#set(loss, { base: "ℓ" });
    this.#set(output, { base: "y" });
    for (const value of values) {
      if (value.role === "parameter" || value.role === "buffer") this.#set(value, nameOfState(value));
      else if (value.role === "constant") this.#set(value, { base: "c", sup: `[${value.id}]` });
    }
  }

  /** The first name stays. */
  #set(value: Value, name: Name): void {
    if (!this.#names.has(value)) this.#names.set(value, name);
  }
}

/** The parts of a product with a matrix of weights that are learned; null for any other operation. */
function weightedSum(
  step: Step,
): { weights: Value; units: Value; bias: Value | null; rows: "results" | "units" } | null {
  const { weighted } = step.op;
  if (!weighted) return null;
  const of = (name: string | undefined): Value | null =>
    step.slots.find((slot) => slot.name === name)?.value ?? null;
  const weights = of(weighted.weights);
  const units = of(weighted.units);
  if (weights?.role !== "parameter" || !units) return null;
  return { weights, units, bias: of(weighted.bias), rows: weighted.rows };
}

/** Letters of normalizations. */
const greek: Readonly<Record<string, string>> = {
  weight: "γ",
  bias: "β",
  running_mean: "μ",
  running_var: "σ²",
};
/** Letters of all other layers. */
const latin: Readonly<Record<string, string>> = { weight: "w", bias: "b" };

/** Parameters that are no weights of sums, and buffers: γ and β of a normalization, E of an embedding, or the field's own name. */
function nameOfState(value: Value): Name {
  const cut = value.name.lastIndexOf(".");
  const field = value.name.slice(cut + 1);
  const path = value.name.slice(0, Math.max(cut, 0));
  const [use] = value.uses;
  const letters = use?.step.scope?.owner.scopeKind().includes("Norm") ? greek : latin;
  const isTable = field === "weight" && use?.step.op.name === "indexSelect";
  const base = isTable ? "E" : (letters[field] ?? (field || "p"));
  return { base, sup: path ? `[${path}]` : field ? undefined : `[${value.id}]` };
}

/** Whether the first dimension counts rows: of what is no state of the model, as far as that can be seen. */
const isOfRows = ({ role, tensor }: Value): boolean =>
  role === "input" || role === "target" || role === "result" || (role === "constant" && tensor.ndim > 1);

const symbol = (base: string, sub?: string, sup?: string): Symbol => ({
  kind: "symbol",
  base,
  ...(sub === undefined ? {} : { sub }),
  ...(sup === undefined ? {} : { sup }),
});
