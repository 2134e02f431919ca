export { ChainedScheduler, SequentialLR } from "./compose.ts";
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "./cosine.ts";
export { CyclicLR, type CyclicOptions, OneCycleLR, type OneCycleOptions } from "./cycle.ts";
export {
  ConstantLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
} from "./decay.ts";
export { type PlateauOptions, ReduceLROnPlateau } from "./plateau.ts";
export { Schedule, type Scheduled, type ScheduledGroup, type ScheduleState } from "./schedule.ts";
