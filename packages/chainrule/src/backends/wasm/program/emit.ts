/** From kernels to phases. */
import type { HostKernel, Kernel } from "../../../core/schedule.ts";
import type { KernelContext, KernelEmitter, Phase } from "./context.ts";
import { emitFold } from "./fold.ts";
import { emitLoop } from "./loop.ts";
import { emitProduct } from "./product.ts";
import { emitScatter } from "./scatter.ts";

/** A kernel that becomes code. */
export type CodeKernel = Exclude<Kernel, HostKernel>;

/** Writes a kernel of any kind. */
export type EmitKernel = (kernel: CodeKernel, context: KernelContext) => readonly Phase[];

const emitters: { readonly [K in CodeKernel["kind"]]: KernelEmitter<Extract<CodeKernel, { kind: K }>> } = {
  loop: emitLoop,
  fold: emitFold,
  product: emitProduct,
  scatter: emitScatter,
};

/** Writes a kernel into the module of its context. */
export function emitKernel<K extends CodeKernel["kind"]>(
  kernel: Extract<CodeKernel, { kind: K }>,
  context: KernelContext,
): readonly Phase[] {
  return emitters[kernel.kind as K](kernel, context);
}
