import type { ElementRef } from "chainrule/trace";
import { useEffect, useId, useRef, useState } from "preact/hooks";
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
  const [text, setText] = useState(String(state.number(of) ?? ""));
  const [problem, setProblem] = useState(false);
  const id = useId();
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const finish = (take: boolean) => {
    if (left.current) return;
    const number = parseNumber(input.current?.value ?? "");
    if (take && !Number.isFinite(number)) {
      setProblem(true);
      return;
    }
    left.current = true;
    if (take) state.edit(of, number);
    onDone();
  };
  return (
    <>
      <input
        ref={input}
        type="text"
        inputMode="decimal"
        class="trace-number"
        aria-label="New number"
        aria-invalid={problem}
        aria-describedby={problem ? id : undefined}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setProblem(false);
        }}
        value={text}
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
      {problem && (
        <span id={id} class="trace-problem" role="alert">
          Not a number. Type one such as 0.25; Escape leaves it as it was.
        </span>
      )}
    </>
  );
}
