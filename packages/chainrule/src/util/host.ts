/** Node's `process`, or as much of it as the engine has. */
export const host = (globalThis as { process?: Partial<typeof globalThis.process> }).process;
