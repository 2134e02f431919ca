/** From a schedule to the stages of a program and the binary of its module. */
import type { Schedule } from "../../../core/schedule.ts";
import { ModuleBuilder } from "../assembler/index.ts";
import { Helpers } from "../math/helpers.ts";
import { defineBarrier } from "../threads/barrier.ts";
import type { TierDescription } from "../tiers.ts";
import type { KernelContext } from "./context.ts";
import type { EmitKernel } from "./emit.ts";
import { Faults } from "./faults.ts";
import type { ProgramMemory } from "./memory.ts";
import { type PlannedPhase, planSegment, type SegmentStage, type Stage } from "./plan.ts";
import { defineSegment } from "./segments.ts";

/** Name of the module and of the memory that a program imports. */
export const imports = { module: "chainrule", memory: "memory" } as const;

/** What a program runs. */
export interface Code {
  readonly binary: Uint8Array<ArrayBuffer>;
  readonly stages: readonly Stage[];
  readonly faults: Faults;
}

/** Writes all kernels into one module. `threads` is the number to plan for. */
export function writeCode(
  schedule: Schedule,
  memory: ProgramMemory,
  tier: TierDescription,
  emit: EmitKernel,
  threads: number,
): Code {
  const { heap } = memory;
  const module = new ModuleBuilder();
  module.importMemory(imports.module, imports.memory, heap.limits);
  const faults = new Faults(module, memory.faults);
  const context: KernelContext = {
    module,
    helpers: new Helpers(module),
    tier,
    address: (buffer) => memory.operand(buffer),
    cell: (index) => memory.cells + 8 * index,
    scratch: (bytes) => memory.scratch(bytes),
    fault: (kernel, fault) => faults.note(kernel, fault),
  };

  const stages: Stage[] = [];
  let phases: PlannedPhase[] = [];
  const endSegment = (): void => {
    if (phases.length > 0) stages.push(planSegment(phases, threads));
    phases = [];
  };
  schedule.kernels.forEach((kernel, index) => {
    if (kernel.kind === "host") {
      endSegment();
      stages.push({ kind: "host", kernel });
      return;
    }
    memory.nextKernel();
    for (const phase of emit(kernel, context)) phases.push({ phase, kernel: index });
  });
  endSegment();

  const segments = stages.filter((stage) => stage.kind === "segment");
  const meets = heap.shared && segments.some(({ threaded }) => threaded);
  const barrier = meets ? defineBarrier(module, expectedTime(segments)) : undefined;
  let firstPhase = 0;
  segments.forEach((segment, index) => {
    defineSegment(module, index, segment, firstPhase, faults, barrier);
    firstPhase += segment.steps.reduce((sum, { phases }) => sum + phases.length, 0);
  });
  return { binary: module.encode(), stages, faults };
}

/** Nanoseconds on one thread. */
const expectedTime = (segments: readonly SegmentStage[]): number =>
  segments.reduce((sum, { steps }) => {
    const phases = steps.flatMap((step) => step.phases);
    return sum + phases.reduce((time, { phase }) => time + phase.nanoseconds, 0);
  }, 0);
