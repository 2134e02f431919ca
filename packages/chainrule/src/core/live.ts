/**
 * Numbers that the host computes anew at each step: hyper-parameters, bias corrections, counts. `compute` may advance host
 * state, such as a step count. Eager code just calls it; a recorder calls it again at each run of its program, and hands out
 * the program's inputs in place of the numbers.
 */
export const live = <T extends Readonly<Record<string, number>>>(compute: () => T): T => compute();
