import type { Graph } from "../../core/graph.ts";
import type { Interpreter } from "../../core/primitives.ts";
import { foldConstants } from "./constants.ts";
import { removeDead } from "./dead.ts";
import { gatherEarly } from "./lookups.ts";
import { chooseOneHot } from "./one-hot.ts";
import { shareCommon } from "./share.ts";
import { simplify } from "./simplify.ts";

/** All passes, in the order in which they help each other. */
export function improve(graph: Graph, host: Interpreter): Graph {
  const wanted = removeDead(graph);
  const simple = shareCommon(simplify(foldConstants(wanted, host)));
  const early = removeDead(gatherEarly(simple));
  return removeDead(simplify(shareCommon(chooseOneHot(early))));
}
