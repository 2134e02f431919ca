/** Losses: each a function and a module that holds its options. */
export * from "./binary.ts";
export * from "./classes.ts";
export * from "./distance.ts";
export * from "./likelihood.ts";
export * from "./modules.ts";
export * from "./reduction.ts";
export * from "./regression.ts";
