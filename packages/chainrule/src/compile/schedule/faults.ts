import type { Value } from "../../core/graph.ts";
import { mayStop } from "../faults.ts";
import { isHostNumber } from "../sources.ts";
import type { Group } from "./group.ts";

/**
 * Draws by probabilities, of which the host may find one outside of [0, 1]. One that the host sets before each run it has looked
 * at by then.
 */
const mayFailOnHost = ({ source }: Value): boolean =>
  source.kind === "random" && source.p !== null && typeof source.p !== "number" && !isHostNumber(source.p);

/** Whether a kernel may stop the program. */
export const mayFault = ({ members }: Group): boolean =>
  members.some((value) => mayStop(value) || mayFailOnHost(value));
