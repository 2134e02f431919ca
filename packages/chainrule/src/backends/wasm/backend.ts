/** The backend that turns schedules into WebAssembly programs. */
import type { Backend } from "../../core/backend.ts";
import type { Schedule } from "../../core/schedule.ts";
import { ChainruleError } from "../../util/errors.ts";
import { theHeap } from "./heap.ts";
import type { FloatType } from "./microkernels.ts";
import { checkKind } from "./program/check.ts";
import { type CodeKernel, emitKernel } from "./program/emit.ts";
import { WasmProgram } from "./program/program.ts";
import { strictTier, type TierDescription, theTiers } from "./tiers.ts";

/** The kinds of kernels, with their types, that each tier was found to compute right. */
const trusted = new Map<TierDescription, Set<string>>();

/** Checks the kinds of kernels of a schedule that a tier was not checked for; what is wrong, or undefined. */
function distrust(tier: TierDescription, { kernels }: Schedule): string | undefined {
  const known = trusted.get(tier) ?? new Set();
  trusted.set(tier, known);
  for (const kernel of kernels) {
    if (kernel.kind === "host") continue;
    const dtype = typeToCheck(kernel);
    const name = `${kernel.kind} ${dtype}`;
    if (known.has(name)) continue;
    const problem = checkKind(kernel.kind, dtype, theHeap(), tier, emitKernel);
    if (problem !== undefined) return problem;
    known.add(name);
  }
  return undefined;
}

/** The floating type that stands for a kernel's results: whole numbers use the code of float32, as they have its size. */
function typeToCheck(kernel: CodeKernel): FloatType {
  const written = kernel.kind === "scatter" ? [kernel.to] : kernel.stores.map(({ to }) => to);
  return written.some(({ buffer }) => buffer.dtype === "float64") ? "float64" : "float32";
}

/** Why not even the last tier serves: what it lacks, or what went wrong when it was checked. */
const whyNone = (): string => theTiers().refused.at(-1)?.reason ?? "The engine has no WebAssembly SIMD.";

/** Programs by generated WebAssembly, on as many threads as `setNumThreads` says. */
export const wasmBackend: Backend = {
  name: "wasm",
  get missing() {
    return theTiers().current() ? undefined : whyNone();
  },
  compile(schedule) {
    const tiers = theTiers();
    for (let best = tiers.current(); best; best = tiers.current()) {
      const tier = schedule.strict ? strictTier : best;
      const problem = distrust(tier, schedule);
      if (problem === undefined)
        return new WasmProgram(schedule, { heap: theHeap(), tier, emit: emitKernel });
      if (tier !== best) throw new ChainruleError("backend", problem, "Compile it without strict.");
      tiers.stepDown(problem);
    }
    throw new ChainruleError("backend", whyNone(), "Run it eagerly.");
  },
};
