import type { Screen } from "../state/route.ts";

export const screenName: Record<Screen, string> = {
  open: "Open",
  trace: "Trace",
  train: "Train",
  health: "Health",
  compare: "Compare",
};
