import type { Module } from "./module.ts";

/** Switches a model to evaluation, and gives back a function that gives every layer its own mode again. */
export function switchToEval(model: Module): () => void {
  const before = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  return () => {
    for (const [module, training] of before) module.training = training;
  };
}
