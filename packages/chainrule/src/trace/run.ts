/** Runs a model once under observation, in float64 and apart from everything of the caller's. */
import { Module, type Parameter } from "../nn/index.ts";
import {
  defaultGenerator,
  enableGrad,
  Generator,
  isFloating,
  noGrad,
  showShape,
  Tensor,
  withMode,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { copyOf, type Given, Recorder, type Step, type Value } from "./record.ts";

/** A function of tensors, or a model. */
export type Traceable = Module | ((...inputs: Tensor[]) => Tensor);

/** A loss: a module, or a function of the output and the target. */
export type TraceLoss = Module | ((output: Tensor, target: Tensor) => Tensor);

/** What a pass is made of: copies in float64, and where random numbers start. */
export interface Setup {
  readonly model: Traceable;
  readonly inputs: readonly Tensor[];
  readonly inputNames: readonly string[];
  readonly target: Tensor | null;
  readonly loss: TraceLoss | null;
  readonly gradient: Tensor | null;
  readonly random: readonly (readonly [generator: Generator, state: Uint8Array])[];
}

/** What happened in a pass. */
export interface Pass {
  /** What leads to the result, in the order of computation: ids are places. */
  readonly values: readonly Value[];
  readonly steps: readonly Step[];
  readonly inputs: readonly Value[];
  readonly target: Value | null;
  readonly output: Value;
  readonly loss: Value | null;
}

/** The pass, forward and backward. Nothing of `setup` changes. */
export function run(setup: Setup): Pass {
  const restore = startRandom(setup.random);
  try {
    return enableGrad(() => observe(setup));
  } finally {
    restore();
  }
}

function observe(setup: Setup): Pass {
  const { model, loss } = setup;
  const given = new Map<Tensor, Given>();
  const ownModel = copyOfPart(model, "", given);
  const ownLoss = loss && copyOfPart(loss, "loss.", given);
  const inputs = setup.inputs.map((x, i) => {
    const copy = copyOf(x);
    given.set(copy, { role: "input", name: setup.inputNames[i] });
    return isFloating(copy.dtype) ? copy.requiresGrad_() : copy;
  });
  const target = setup.target && copyOf(setup.target);
  if (target) given.set(target, { role: "target", name: "target" });

  const recorder = new Recorder(given);
  const { output, risk } = withMode("observer", recorder, () => {
    const output = called("The model", ownModel, inputs);
    recorder.part = "loss";
    const risk = ownLoss ? called("The loss", ownLoss, target ? [output, target] : [output]) : null;
    return { output, risk };
  });
  const end = risk ?? output;
  if (risk && risk.numel !== 1) {
    throw new ChainruleError(
      "shape",
      `The loss gave the shape ${showShape(risk.shape)} where one number is needed.`,
      'Use reduction "mean" or "sum".',
    );
  }
  const isLoss = risk !== null || (setup.gradient === null && end.numel === 1);
  if (end.requiresGrad && (isLoss || setup.gradient)) sendBack(recorder, end, setup.gradient);
  const last = recorder.valueOf(end);
  const listed = number(recorder, [
    ...inputs.map((x) => recorder.valueOf(x)),
    ...(target ? [recorder.valueOf(target)] : []),
    last,
    recorder.valueOf(output),
  ]);
  return {
    ...listed,
    inputs: inputs.map((x) => recorder.valueOf(x)),
    target: target && recorder.valueOf(target),
    output: recorder.valueOf(output),
    loss: isLoss ? last : null,
  };
}

/** ℓ of a forward pass alone; NaN where there is none. Running averages of `setup` move. */
export function riskOf({ random, model, loss, inputs, target }: Setup): number {
  const restore = startRandom(random);
  try {
    return withMode("observer", null, () =>
      noGrad(() => {
        const output = called("The model", model, inputs);
        if (!loss) return output.numel === 1 ? output.item() : Number.NaN;
        return called("The loss", loss, target ? [output, target] : [output]).item();
      }),
    );
  } finally {
    restore();
  }
}

/** A copy of a model whose tensors are known by their paths; a plain function is itself. */
function copyOfPart<T extends Traceable | TraceLoss>(
  part: T | Module,
  prefix: string,
  given: Map<Tensor, Given>,
): T | Module {
  if (!(part instanceof Module)) return part;
  const copy = part.clone();
  const names = (role: "parameter" | "buffer", own: [string, Tensor][], before: Tensor[]): void =>
    own.forEach(([name, tensor], i) => {
      given.set(tensor, { role, name: prefix + name, before: before[i] });
    });
  names("parameter", copy.namedParameters(), part.parameters().map(plain));
  names("buffer", copy.namedBuffers(), part.buffers());
  return copy;
}

const plain = (parameter: Parameter): Tensor => parameter.detach();

function called(what: string, f: Traceable | TraceLoss, args: readonly Tensor[]): Tensor {
  const y = (f as (...args: readonly Tensor[]) => unknown)(...args);
  if (y instanceof Tensor) return y;
  throw new ChainruleError(
    "argument",
    `${what} gave something that is no tensor.`,
    "Trace a model that returns one tensor: wrap it in a function that picks one.",
  );
}

/** The backward pass. Leaves that are the caller's own keep the gradients that they have. */
function sendBack(recorder: Recorder, end: Tensor, gradient: Tensor | null): void {
  const leaves = recorder.leaves();
  const before = leaves.map((leaf) => leaf.grad);
  for (const leaf of leaves) leaf.grad = null;
  try {
    withMode("observer", recorder, () => end.backward(gradient ? { gradient } : {}));
  } finally {
    leaves.forEach((leaf, i) => {
      leaf.grad = before[i];
    });
  }
}

/** Numbers what the ends were computed from, in the order of computation; the ends that no operation made come first. */
function number(recorder: Recorder, ends: readonly Value[]): { values: Value[]; steps: Step[] } {
  const needed = new Set<Step>();
  const visit = (value: Value): void => {
    const open = [value];
    for (let one = open.pop(); one; one = open.pop()) {
      if (!one.step || needed.has(one.step)) continue;
      needed.add(one.step);
      for (const slot of one.step.slots) if (slot.value) open.push(slot.value);
    }
  };
  ends.forEach(visit);
  const steps = recorder.steps.filter((step) => needed.has(step));
  const values: Value[] = [];
  const list = (value: Value): void => {
    if (value.id >= 0) return;
    value.id = values.length;
    values.push(value);
  };
  for (const end of ends) if (!end.step) list(end);
  for (const step of steps) {
    for (const { value } of step.slots) if (value) list(value);
    list(step.result);
  }
  for (const value of values) {
    const kept = value.uses.filter(({ step }) => needed.has(step));
    value.uses.splice(0, value.uses.length, ...kept);
  }
  return { values, steps };
}

/** Sets generators to the given states; the function that comes back puts them where they were. */
function startRandom(random: Setup["random"]): () => void {
  const before = random.map(([generator]) => [generator, generator.getState()] as const);
  for (const [generator, state] of random) generator.setState(state);
  return () => {
    for (const [generator, state] of before) generator.setState(state);
  };
}

/** The default generator and those that a model holds, with their states now. */
export function randomOf(model: Traceable): Setup["random"] {
  const found = new Set([defaultGenerator]);
  const modules = model instanceof Module ? model.modules() : [];
  for (const module of modules)
    for (const field of Object.values(module)) if (field instanceof Generator) found.add(field);
  return [...found].map((generator) => [generator, generator.getState()]);
}
