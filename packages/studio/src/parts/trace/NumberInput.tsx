import type { ElementRef } from "chainrule/trace";
import { useEffect, useRef } from "preact/hooks";
import { parseNumber } from "../number.ts";
import type { TraceState } from "./state.ts";

interface Props {
  readonly state: TraceState;
  /** The number that is edited. */
  readonly of: ElementRef;
  readonly onDone: () => void;
}

/** A field in the place of a number. Enter and leaving it take what was typed, Escape does not. */
export function NumberInput({ state, of, onDone }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const finish = (take: boolean) => {
    if (left.current) return;
    const number = parseNumber(input.current?.value ?? "");
    if (take && !Number.isFinite(number)) {
      input.current?.setAttribute("aria-invalid", "true");
      return;
    }
    left.current = true;
    if (take) state.edit(of, number);
    onDone();
  };
  return (
    <input
      ref={input}
      type="text"
      inputMode="decimal"
      class="trace-number"
      aria-label="New number"
      value={String(state.number(of) ?? "")}
      onBlur={() => {
        const readable = Number.isFinite(parseNumber(input.current?.value ?? ""));
        finish(readable);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(true);
        if (event.key === "Escape") finish(false);
        if (event.key === "Enter" || event.key === "Escape") event.preventDefault();
      }}
    />
  );
}
