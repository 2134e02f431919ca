import { ChainruleError } from "../util/errors.ts";
import type { Observer } from "./events.ts";

/** What every op consults. One object of plain fields, because every op reads it. */
export const modes: { grad: boolean; observer: Observer | null } = { grad: true, observer: null };

/** Runs `body` with one mode changed, and puts the mode back whatever happens. */
export function withMode<K extends keyof typeof modes, R>(
  key: K,
  value: (typeof modes)[K],
  body: () => R,
): R {
  const before = modes[key];
  modes[key] = value;
  let result: R;
  try {
    result = body();
  } finally {
    modes[key] = before;
  }
  if (result instanceof Promise) {
    throw new ChainruleError(
      "argument",
      "An async function was given where the mode must end with the call.",
      "Await first, and pass a function that returns its value directly.",
    );
  }
  return result;
}

/**
 * Runs `body` without recording derivatives, as `torch.no_grad()`, and returns what it returns. Results do not require gradients.
 *
 * @throws ChainruleError `argument` for an async function: the mode ends with the call
 *
 * @example
 * const w = tensor(1, { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // → false
 * noGrad(() => w.sub_(0.25)); // → tensor(0.7500, requiresGrad)
 */
export const noGrad = <R>(body: () => R): R => withMode("grad", false, body);

/**
 * Records derivatives again inside {@link noGrad}, as `torch.enable_grad()`, and returns what `body` returns.
 *
 * @throws ChainruleError `argument` for an async function: the mode ends with the call
 *
 * @example
 * const w = tensor(1, { requiresGrad: true });
 * noGrad(() => enableGrad(() => w.mul(2))).requiresGrad; // → true
 */
export const enableGrad = <R>(body: () => R): R => withMode("grad", true, body);

/**
 * Whether derivatives are recorded now, as `torch.is_grad_enabled()`.
 *
 * @example
 * isGradEnabled(); // → true
 * noGrad(() => isGradEnabled()); // → false
 */
export const isGradEnabled = (): boolean => modes.grad;
