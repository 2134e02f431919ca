/** What is switched or changed in a module and all inside it alike: modes, dtypes, gradients. */
import { changes, type DType, isFloating, zeroGradients } from "../../tensor/index.ts";
import { attachMethods } from "../../util/define.ts";
import { ChainruleError } from "../../util/errors.ts";
import { Module } from "./base.ts";
import { convertParameter } from "./parameter.ts";
import { fieldsOf } from "./parts.ts";

declare module "./base.ts" {
  interface Module {
    /**
     * Switches this module and all inside to training mode, or by `train(false)` out of it. Modules start in training mode.
     *
     * @example
     * const model = new nn.Sequential(new nn.Dropout(0.5));
     * model.eval()(ones([4])); // → tensor([1., 1., 1., 1.])
     * model.train()(ones([4])); // → tensor([0., 0., 2., 0.])
     */
    train(mode?: boolean): this;
    /**
     * Switches to evaluation mode: `train(false)`. Dropout then passes everything on, and batch norm uses its running moments.
     *
     * @example
     * const model = new nn.Sequential(new nn.Dropout(0.5));
     * model.eval()(ones([4])); // → tensor([1., 1., 1., 1.])
     * model.at(0).training; // → false
     */
    eval(): this;
    /**
     * Converts parameters, their gradients and floating buffers in place. Parameters keep their identity, so that an optimizer made
     * before still holds them.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * const model = new nn.Linear(2, 1).to("float64");
     * model(zeros([5, 2], { dtype: "float64" })).dtype; // → 'float64'
     * model.to("int32"); // throws dtype: A model cannot be converted to int32
     */
    to(dtype: DType): this;
    /**
     * `to("float32")`.
     *
     * @example
     * new nn.Linear(2, 1, { dtype: "float64" }).float().weight.dtype; // → 'float32'
     */
    float(): this;
    /**
     * `to("float64")`.
     *
     * @example
     * new nn.Linear(2, 1).double().weight.dtype; // → 'float64'
     */
    double(): this;
    /**
     * Calls `visit` with every module inside and then with this one: for initializing weights, say.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * model.apply((module) => {
     *   if (module instanceof nn.Linear) nn.init.constant_(module.weight, 0.5);
     * });
     * model.at(2).weight; // → tensor([[0.5000, 0.5000, 0.5000]], requiresGrad)
     */
    apply(visit: (module: Module) => void): this;
    /**
     * Makes all parameters trainable, or by `requiresGrad_(false)` freezes them.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * model.at(0).requiresGrad_(false);
     * model.parameters().map((p) => p.requiresGrad); // → [false, false, true, true]
     */
    requiresGrad_(value?: boolean): this;
    /**
     * Forgets all gradients; with `setToNone: false` fills them with zeros instead.
     *
     * @example
     * const layer = new nn.Linear(2, 1);
     * layer(ones([3, 2])).sum().backward();
     * layer.weight.grad; // → tensor([[3., 3.]])
     * layer.zeroGrad();
     * layer.weight.grad; // → null
     */
    zeroGrad(options?: { setToNone?: boolean }): void;
  }
}

/** Switches a model to evaluation, and gives back a function that gives every layer its own mode again. */
export function switchToEval(model: Module): () => void {
  const before = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  return () => {
    for (const [module, training] of before) module.training = training;
  };
}

attachMethods(Module.prototype, {
  train(mode = true) {
    for (const module of this.modules()) module.training = mode;
    return this;
  },
  eval() {
    return this.train(false);
  },
  to(dtype) {
    if (!isFloating(dtype)) {
      throw new ChainruleError(
        "dtype",
        `A model cannot be converted to ${dtype}: its parameters are real numbers.`,
        'Use to("float32") or to("float64").',
      );
    }
    changes.count++;
    for (const module of this.modules()) {
      for (const [, parameter] of module.ownParameters()) convertParameter(parameter, dtype);
      for (const { name, tensor } of module.ownBuffers())
        if (isFloating(tensor.dtype)) fieldsOf(module)[name] = tensor.to(dtype);
    }
    return this;
  },
  float() {
    return this.to("float32");
  },
  double() {
    return this.to("float64");
  },
  apply(visit) {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  },
  requiresGrad_(value = true) {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  },
  zeroGrad(options) {
    zeroGradients(this.parameters(), options);
  },
});
