/** Tensors as text, laid out as PyTorch prints them. */
import { recording } from "../core/recording.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { showShape } from "../shape/shape.ts";
import { withDefaults } from "../util/options.ts";

/** What {@link setPrintOptions} can be told. What is left out stays as it is; the defaults are those of the start. */
export interface PrintOptions {
  /** Digits after the point. Default 4. */
  precision?: number;
  /** From more elements than this on, only the ends of each dimension are shown. Default 1000. */
  threshold?: number;
  /** How many places are shown at each end then. Default 3. */
  edgeitems?: number;
  /** Characters in a line. Default 80. */
  linewidth?: number;
  /** Scientific notation always or never; default null: where numbers differ much in size. */
  sciMode?: boolean | null;
}

const settings: Required<PrintOptions> = {
  precision: 4,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 80,
  sciMode: null,
};

/**
 * How tensors are printed from now on, as `torch.set_printoptions`.
 *
 * @example
 * setPrintOptions({ precision: 8 });
 * tensor([0.1]).toString(); // → 'tensor([0.10000000])'
 * setPrintOptions({ precision: 4 }); // as it was
 */
export const setPrintOptions = (options: PrintOptions): void =>
  void Object.assign(settings, withDefaults("setPrintOptions", options, settings));

/** Places of one dimension; −1 is the gap in the middle of those that are too many. */
function placesOf(size: number, shortened: boolean): number[] {
  const edge = settings.edgeitems;
  if (!shortened || size <= 2 * edge) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: 2 * edge + 1 }, (_, i) =>
    i < edge ? i : i === edge ? -1 : size - 2 * edge - 1 + i,
  );
}

/** The numbers that will be shown. */
function shownValues(x: Tensor, shortened: boolean): number[] {
  recording?.valueRead(x, "printing");
  const { elements } = x.storage;
  const found: number[] = [];
  const walk = (dim: number, at: number): void => {
    if (dim === x.ndim) found.push(elements[at]);
    else
      for (const i of placesOf(x.shape[dim], shortened)) if (i >= 0) walk(dim + 1, at + i * x.strides[dim]);
  };
  walk(0, x.offset);
  return found;
}

/** How the numbers of one tensor are written: all in the same way. */
function notation(x: Tensor, values: readonly number[]): (value: number) => string {
  if (x.dtype === "bool") return (value) => (value === 0 ? "false" : "true");
  if (!isFloating(x.dtype)) return String;
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  let whole = true;
  for (const value of values) {
    if (value === 0 || !Number.isFinite(value)) continue;
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
    if (!Number.isInteger(value)) whole = false;
  }
  const { precision, sciMode } = settings;
  const wide = largest > 0 && (largest / smallest > 1000 || largest > 1e8 || (!whole && smallest < 1e-4));
  if (sciMode ?? wide) return (value) => special(value) ?? scientific(value, precision);
  if (whole) return (value) => special(value) ?? `${signOfZero(value)}${value.toFixed(0)}.`;
  return (value) => special(value) ?? signOfZero(value) + value.toFixed(precision);
}

const special = (value: number): string | null =>
  Number.isNaN(value) ? "nan" : Number.isFinite(value) ? null : value > 0 ? "inf" : "-inf";

const signOfZero = (value: number): string => (Object.is(value, -0) ? "-" : "");

/** 1.5000e-07, with two digits in the exponent. */
const scientific = (value: number, precision: number): string =>
  signOfZero(value) + value.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2");

function body(x: Tensor, indent: number): string {
  const shortened = x.numel > settings.threshold;
  const values = shownValues(x, shortened);
  const write = notation(x, values);
  const width = values.reduce((widest, value) => Math.max(widest, write(value).length), 0);
  const { elements } = x.storage;
  const perLine = (level: number): number =>
    Math.max(1, Math.floor((settings.linewidth - level) / (width + 2)));

  const rows = (dim: number, at: number, level: number): string => {
    const places = placesOf(x.shape[dim], shortened);
    const step = x.strides[dim];
    if (dim < x.ndim - 1) {
      const parts = places.map((i) => (i < 0 ? "..." : rows(dim + 1, at + i * step, level + 1)));
      return `[${parts.join(`,${"\n".repeat(x.ndim - 1 - dim)}${" ".repeat(level + 1)}`)}]`;
    }
    const cells = places.map((i) => (i < 0 ? " ..." : write(elements[at + i * step]).padStart(width)));
    const lines: string[] = [];
    for (let i = 0; i < cells.length; i += perLine(level))
      lines.push(cells.slice(i, i + perLine(level)).join(", "));
    return `[${lines.join(`,\n${" ".repeat(level + 1)}`)}]`;
  };
  return x.ndim === 0 ? write(elements[x.offset]) : rows(0, x.offset, indent);
}

/** What the numbers do not tell: an empty shape, the dtype unless float32 or bool, the history. */
function facts(x: Tensor): string[] {
  const known: string[] = [];
  if (x.numel === 0 && x.ndim !== 1) known.push(`shape=${showShape(x.shape)}`);
  if (x.dtype === "float64" || x.dtype === "int32") known.push(`dtype=${x.dtype}`);
  if (x.node) known.push(x.node.op ? `gradFn=<${x.node.op.name}>` : "requiresGrad");
  return known;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The numbers in rows and columns, as PyTorch prints them: `tensor([[0.1000, 2.0000]], dtype=float64, requiresGrad)`.
     * `console.log` in Node shows the same. See `setPrintOptions`.
     *
     * @example
     * tensor([0.1, 2], { dtype: "float64" }).toString(); // → 'tensor([0.1000, 2.0000], dtype=float64)'
     * tensor([1e-7, 1]).toString(); // → 'tensor([1.0000e-07, 1.0000e+00])'
     * zeros([2000]).toString(); // → 'tensor([0., 0., 0.,  ..., 0., 0., 0.])'
     */
    toString(): string;
  }
}

defineMethods({
  toString() {
    const indent = "tensor(".length;
    let text = `tensor(${this.numel === 0 ? "[]" : body(this, indent)}`;
    let last = text.length - text.lastIndexOf("\n") - 1;
    for (const fact of facts(this)) {
      if (last + fact.length + 3 > settings.linewidth) {
        text += `,\n${" ".repeat(indent)}${fact}`;
        last = indent + fact.length;
      } else {
        text += `, ${fact}`;
        last += fact.length + 2;
      }
    }
    return `${text})`;
  },
});

// What Node's console.log and debuggers ask for; a plain symbol elsewhere.
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor): string {
    return this.toString();
  },
  enumerable: false,
  configurable: true,
});
