import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Things whose arrival has been told: coming back to the screen does not tell it again. */
const told = new WeakSet<object>();

/** Moves the focus to a heading when what it heads has just been opened, so that everyone notices. */
export function useArrival(opened: object): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (told.has(opened)) return;
    told.add(opened);
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: "nearest" });
  }, [opened]);
  return heading;
}
