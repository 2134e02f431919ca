/** A module as text: its layers, and a table of them. */
import {
  bytesPerElement,
  isFloating,
  noGrad,
  type Shape,
  showShape,
  Tensor,
  zeros,
} from "../../tensor/index.ts";
import { attachMethods } from "../../util/define.ts";
import { Module } from "./base.ts";
import { switchToEval } from "./modes.ts";

/** What a summary runs the model on: a tensor, or the shape of one. */
export type SummaryInput = Tensor | Shape;

declare module "./base.ts" {
  interface Module {
    /**
     * The modules inside with their sizes, nested, as PyTorch prints a model. Node's `console.log(model)` shows it too.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * console.log(`${model}`); // → Sequential(
     * //     (0): Linear(inFeatures=2, outFeatures=3, bias=true)
     * //     (1): ReLU()
     * //     (2): Linear(inFeatures=3, outFeatures=1, bias=true)
     * //   )
     */
    toString(): string;
    /**
     * A table of layers with output shapes and parameter counts, at most 80 columns wide. Runs the model once in evaluation mode
     * on the given inputs: tensors, or shapes (with the batch) of float tensors filled with zeros. Nothing of the model changes.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * console.log(model.summary([5, 2])); // → Layer  Output shape  Parameters
     * //   ────────────────────────────────────────────────────────────────────────────────
     * //   Sequential                            [5, 1]                                   –
     * //     0: Linear                           [5, 3]                                   9
     * //     1: ReLU                             [5, 3]                                   –
     * //     2: Linear                           [5, 1]                                   4
     * //   ────────────────────────────────────────────────────────────────────────────────
     * //   Parameters: 13, of which trained: 13. Memory: 52 bytes.
     */
    summary(...inputs: SummaryInput[]): string;
  }
}

/** The modules inside a module, nested, each with its sizes. */
function printTree(module: Module): string {
  const inside = module.ownModules().map(([name, child]) => `(${name}): ${indented(printTree(child))}`);
  const extra = module.extraRepr();
  const lines = extra ? [indented(extra), ...inside] : inside;
  if (inside.length === 0 && !extra.includes("\n")) return `${module.scopeKind()}(${extra})`;
  return `${module.scopeKind()}(\n  ${lines.join("\n  ")}\n)`;
}

const indented = (text: string): string => text.replaceAll("\n", "\n  ");

const WIDTHS = [38, 28, 14];

/** See `Module.summary`. */
function summarize(model: Module, inputs: readonly SummaryInput[]): string {
  const shapes = outputShapes(model, inputs);
  const rows = model.namedModules().map(([path, module]) => {
    const names = path === "" ? [] : path.split(".");
    const name = names.length > 0 ? `${names[names.length - 1]}: ` : "";
    let count = 0;
    for (const [, p] of module.ownParameters()) count += p.numel;
    return [
      `${"  ".repeat(names.length)}${name}${module.scopeKind()}`,
      shapes.get(module) ?? "not called",
      count > 0 ? grouped(count) : "–",
    ];
  });
  const rule = "─".repeat(WIDTHS[0] + WIDTHS[1] + WIDTHS[2]);
  const all = model.numParameters();
  const trained = model.numParameters({ trainable: true });
  let bytes = 0;
  for (const t of [...model.parameters(), ...model.buffers()]) bytes += t.numel * bytesPerElement(t.dtype);
  return [
    line(["Layer", "Output shape", "Parameters"]),
    rule,
    ...rows.map(line),
    rule,
    `Parameters: ${grouped(all)}, of which trained: ${grouped(trained)}. Memory: ${memory(bytes)}.`,
  ].join("\n");
}

/** Runs the model as it is in evaluation, and notes what each module gave last. */
function outputShapes(model: Module, inputs: readonly SummaryInput[]): Map<Module, string> {
  const dtype = model.parameters().find((p) => isFloating(p.dtype))?.dtype ?? "float32";
  const args = inputs.map((input) => (input instanceof Tensor ? input : zeros(input, { dtype })));
  const modules = model.modules();
  const shapes = new Map<Module, string>();
  const removals = modules.map((module) =>
    module.registerForwardHook((_, __, output) => {
      shapes.set(module, shapeText(output));
    }),
  );
  const restore = switchToEval(model);
  try {
    noGrad(() => model(...(args as never[])));
  } finally {
    restore();
    for (const remove of removals) remove();
  }
  return shapes;
}

function shapeText(output: unknown): string {
  if (output instanceof Tensor) return showShape(output.shape);
  return Array.isArray(output) ? output.map(shapeText).join(", ") : typeof output;
}

const line = ([layer, shape, count]: readonly string[]): string =>
  `${cell(layer, WIDTHS[0])}${cell(shape, WIDTHS[1])}${count.padStart(WIDTHS[2])}`;

/** Text in a column: cut where it is too long, with a blank after it. */
const cell = (text: string, width: number): string =>
  (text.length < width ? text : `${text.slice(0, width - 2)}…`).padEnd(width);

const grouped = (count: number): string => count.toLocaleString("en-US");

function memory(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

attachMethods(Module.prototype, {
  toString() {
    return printTree(this);
  },
  summary(...inputs) {
    return summarize(this, inputs);
  },
});
