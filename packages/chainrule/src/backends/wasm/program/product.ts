/** Products of matrices in programs, each carried out in the way that suits it. */
import type { ProductKernel } from "../../../core/schedule.ts";
import type { KernelEmitter } from "./context.ts";
import { isProductType } from "./product-arithmetic.ts";
import { emitBlocks } from "./product-blocks.ts";
import { dotsTime, emitDots } from "./product-dots.ts";
import { transposed } from "./product-factors.ts";
import { planProduct } from "./product-plan.ts";
import { emitTerms, hasFewTerms } from "./product-terms.ts";

/** Writes a product. */
export const emitProduct: KernelEmitter<ProductKernel> = (kernel, context) => {
  const { dtype, batch, m, n } = kernel;
  if (batch * m * n === 0) return [];
  if (!isProductType(dtype)) throw new TypeError(`There are no products of ${dtype}.`);
  if (hasFewTerms(kernel)) return emitTerms(kernel, context);
  const typed = { ...kernel, dtype };
  const { tile } = context.tier;
  const plan = planProduct(typed, tile);
  const [dots, time] = [typed, transposed(typed)]
    .map((oriented) => [oriented, dotsTime(oriented, tile)] as const)
    .reduce((best, next) => (next[1] < best[1] ? next : best));
  return time < plan.nanoseconds ? emitDots(dots, context) : emitBlocks(plan, context);
};
