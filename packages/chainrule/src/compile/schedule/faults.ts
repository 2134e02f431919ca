import type { Group } from "./group.ts";

/** Whether a kernel may stop the program: an index out of range, a division of whole numbers by zero, a failing host. */
export const mayFault = (group: Group): boolean =>
  group.members.some(({ source, dtype }) => {
    switch (source.kind) {
      case "gather":
      case "scatter":
        return true;
      case "binary":
        return dtype === "int32" && (source.op === "div" || source.op === "remainder");
      default:
        return false;
    }
  });
