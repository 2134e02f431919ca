import type { ProgramDescription } from "../../../core/backend.ts";
import type { Schedule } from "../../../core/schedule.ts";
import { threadsOf } from "../threads/pool.ts";
import type { TierDescription } from "../tiers.ts";
import type { Code } from "./code.ts";
import type { Resources } from "./resources.ts";

/** What a program is made of: each kernel's threads are those of the phase that uses most, its time the sum over its phases. */
export function describeProgram(
  schedule: Schedule,
  { stages, binary }: Code,
  { tier }: TierDescription,
  resources: Resources,
): ProgramDescription {
  const most = threadsOf(resources.heap);
  const kernels = schedule.kernels.map(() => ({ threads: 1, microseconds: 0 }));
  let threads = 1;
  for (const stage of stages) {
    if (stage.kind === "host") continue;
    for (const { parallel, phases } of stage.steps) {
      for (const { phase, kernel } of phases) {
        const used = parallel ? Math.max(1, Math.min(most, phase.units)) : 1;
        kernels[kernel].threads = Math.max(kernels[kernel].threads, used);
        kernels[kernel].microseconds += phase.nanoseconds / 1000;
        threads = Math.max(threads, used);
      }
    }
  }
  return { tier, threads, bytes: resources.bytes, code: binary.length, kernels };
}
