/** The random generator and what is drawn from it, on plain typed arrays; tensors build on these. */
export { beta } from "./random/beta.ts";
export * from "./random/fill.ts";
export { defaultGenerator, Generator, manualSeed } from "./random/generator.ts";
export { multinomial, randperm } from "./random/sample.ts";
