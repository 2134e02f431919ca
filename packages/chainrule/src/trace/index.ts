/** Traces, every number of a forward and backward pass explained; and health, what they look like over a batch. */

export type { TraceEdit } from "./edit.ts";
export { traceFromFile } from "./file.ts";
export * from "./format.ts";
export { type HealthOptions, health } from "./health.ts";
export { HEALTHY_UPDATES, layerName } from "./health-alarms.ts";
export type { Alarm, AlarmKind, Distribution, Health, LayerHealth } from "./health-format.ts";
export { firstNotFinite, type NotFinite } from "./not-finite.ts";
export type { Traceable, TraceLoss } from "./run.ts";
export type { TraceInput, TraceOptions } from "./setup.ts";
export { exprText, type TextOptions } from "./text.ts";
export type { TraceFileOptions } from "./to-file.ts";
export { type Trace, trace } from "./trace.ts";
