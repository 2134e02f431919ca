import { batch } from "@preact/signals";
import type { Explained } from "chainrule/trace";
import { useId, useState } from "preact/hooks";
import { Button } from "../controls/index.ts";
import { judge, type Verdict } from "./judge.ts";
import type { TraceState } from "./state.ts";

/** Asks for the hidden number. One try counts; then it is shown. */
export function Prediction({ state, explained }: { state: TraceState; explained: Explained }) {
  const id = useId();
  const [problem, setProblem] = useState("");
  const [text, setText] = useState("");
  const answer = () => {
    const found = judge(text, explained);
    if (found.kind === "unreadable") return setProblem(found.text);
    tell(state, explained, found);
  };
  return (
    <form
      class="trace-predict"
      onSubmit={(event) => {
        event.preventDefault();
        answer();
      }}
    >
      <label for={id}>What is it?</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        value={text}
        aria-invalid={problem !== ""}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" class="button primary">
        Check
      </button>
      <Button kind="quiet" onClick={() => state.reveal(explained.ref)}>
        Show it
      </Button>
      {problem && (
        <span class="bad" role="alert">
          {problem}
        </span>
      )}
    </form>
  );
}

function tell(state: TraceState, explained: Explained, verdict: Verdict): void {
  const { right, asked } = state.score.value;
  batch(() => {
    state.score.value = { right: right + (verdict.kind === "right" ? 1 : 0), asked: asked + 1 };
    state.verdict.value = { ref: explained.ref, ...verdict };
    state.reveal(explained.ref);
  });
}
