import type { Args, Op } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/** Is told of every op right after it ran: anomaly detection and traces are built on it. */
export type ApplyObserver = (op: Op, args: Args, result: Tensor) => void;
