import type { TrainingConfig } from "../../protocol.ts";

/** Whether two settings ask for the same network. */
export const sameNetwork = (a: TrainingConfig, b: TrainingConfig): boolean =>
  a.activation === b.activation && a.dropout === b.dropout && String(a.hidden) === String(b.hidden);
