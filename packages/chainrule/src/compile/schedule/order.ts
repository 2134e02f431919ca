import type { Value } from "../../core/graph.ts";
import { check } from "../../util/errors.ts";
import { mayFault } from "./faults.ts";
import type { Group } from "./group.ts";
import type { Places } from "./places.ts";

/**
 * The groups in the order in which their kernels run: about that of recording, but draws first, as the host is left once; then
 * what only changes state as soon as it can, while the gradients that it takes are in the caches, and only when nothing that
 * may fault is left, so that a fault changes no state. (What may fault never waits for a change of state: see places.ts.)
 */
export function orderGroups(groups: readonly Group[], { blocks }: Places): Group[] {
  const blockers = new Map(groups.map((group) => [group, group.after.size]));
  const followers = new Map<Group, Group[]>();
  for (const group of groups) {
    for (const earlier of group.after) followers.set(earlier, [...(followers.get(earlier) ?? []), group]);
  }
  const faulting = new Set(groups.filter(mayFault));
  const writes = new Map(groups.map((group) => [group, statesWritten(group)]));
  const urgency = (group: Group): number => {
    const written = writes.get(group) as "none" | "some" | "only";
    if (written !== "none" && faulting.size > 0) return 3;
    if (group.anchor?.source.kind === "random") return 0;
    return written === "only" ? 1 : 2;
  };
  const before = (a: Group, b: Group): boolean => {
    const order = urgency(a) - urgency(b);
    return order < 0 || (order === 0 && byPosition(a, b) < 0);
  };
  const ready = groups.filter((group) => group.after.size === 0);
  const ordered: Group[] = [];
  while (ready.length > 0) {
    let next = ready[0];
    for (const group of ready) if (before(group, next)) next = group;
    ready.splice(ready.indexOf(next), 1);
    faulting.delete(next);
    ordered.push(next);
    for (const follower of followers.get(next) ?? []) {
      const left = (blockers.get(follower) as number) - 1;
      blockers.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  check(
    ordered.length === groups.length,
    "backend",
    () => "Kernels of a compiled function wait for each other.",
    () => "This is an error in chainrule.",
  );
  return ordered;

  function statesWritten({ stored }: Group): "none" | "some" | "only" {
    const inState = [...stored.keys()].filter((value) => blocks.get(value)?.home?.kind === "state").length;
    return inState === 0 ? "none" : inState === stored.size ? "only" : "some";
  }
}

/** Where a group stands in the recording: at the first value that it is for. */
const positionOf = ({ anchor, stored }: Group): number =>
  anchor ? anchor.id : Math.min(...[...stored.keys()].map(({ id }: Value) => id));

const byPosition = (a: Group, b: Group): number => positionOf(a) - positionOf(b);
