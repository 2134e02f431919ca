/** The points of vectors that lie one after the other along the innermost dimension of a nest. */
import type { Access } from "../../../core/schedule.ts";
import { type Lanes, loadRow, moved, type Place } from "./access.ts";
import type { Cursors } from "./cursors.ts";
import type { Level, Points } from "./expression.ts";

export interface PointsOptions {
  readonly cursors: Cursors;
  readonly lanes: Lanes;
  /** Number of lanes of vector `i` that stand for points. */
  readonly active: (i: number) => number;
  /** Where an access is, `along` points behind the first one. */
  readonly place?: (access: Access, along: number) => Place;
  readonly level?: (access: Access) => Level;
}

/** Elements where the cursors are. */
export function pointsAt({ cursors, lanes, active, place, level }: PointsOptions): Points {
  const at = place ?? ((access: Access, along: number) => cursors.place(access, along));
  return {
    load: (access, dtype, i, shift) => {
      const first = at(access, i * lanes);
      const from = shift ? moved(first, shift) : first;
      return loadRow({ dtype, lanes, place: from, step: cursors.stepOf(access), active: active(i) });
    },
    lane: (access, i, lane) => at(access, i * lanes + lane),
    level: level ?? ((access) => cursors.levelOf(access)),
  };
}
