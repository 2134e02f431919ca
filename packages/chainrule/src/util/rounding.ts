/** The smallest multiple of `unit` that is at least `x`. */
export const roundUp = (x: number, unit: number): number => Math.ceil(x / unit) * unit;
