import type { RefObject, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The width of an element in CSS pixels, kept up to date. */
export function useWidth<T extends Element>(first: number): [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.floor(entry.contentRect.width);
      if (now > 0) setWidth(now);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Changes whenever the page turns dark or light: canvases are drawn anew then. */
export function useColourScheme(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = () => setCount((n) => n + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", changed);
      observer.disconnect();
    };
  }, []);
  return count;
}

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => typeof matchMedia === "function" && matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setHolds(list.matches);
    changed();
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return holds;
}

/** Keeps what was drawn under a key for as long as what it is drawn from stays the same: stepping redraws only what it changes. */
export function useKept(): (key: string, from: readonly unknown[], draw: () => VNode) => VNode {
  const kept = useRef(new Map<string, { from: readonly unknown[]; drawn: VNode }>());
  return (key, from, draw) => {
    const known = kept.current.get(key);
    if (known && known.from.length === from.length && known.from.every((part, i) => part === from[i]))
      return known.drawn;
    const drawn = draw();
    kept.current.set(key, { from, drawn });
    return drawn;
  };
}
