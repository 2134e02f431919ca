import type { Failure } from "../state/failure.ts";
import { Button } from "./controls/Button.tsx";

interface Props {
  readonly failure: Failure;
  /** Another attempt, with what its button says. */
  readonly again?: { readonly label: string; readonly onClick: () => void };
  readonly onDismiss?: () => void;
}

/** What went wrong and what to do, announced when it appears. */
export function FailureNote({ failure, again, onDismiss }: Props) {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{failure.problem}</strong> {failure.remedy}
      </p>
      {again && <Button onClick={again.onClick}>{again.label}</Button>}
      {onDismiss && (
        <Button kind="quiet" onClick={onDismiss} label="Dismiss">
          ✕
        </Button>
      )}
    </div>
  );
}
