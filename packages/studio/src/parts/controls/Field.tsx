import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface FieldProps {
  readonly label: string;
  /** A sentence below: what it does, in plain words. */
  readonly help?: string;
  /** Keeps the label for screen readers only, where the surroundings say it. */
  readonly hideLabel?: boolean;
}

interface Props extends FieldProps {
  /** What is wrong with the present value. */
  readonly problem?: string;
  /** Draws the control itself, which takes these attributes. */
  readonly children: (attributes: {
    id: string;
    "aria-describedby"?: string;
    "aria-invalid"?: true;
  }) => ComponentChildren;
}

/** A label above a control, and sentences below it that belong to it. */
export function Field({ label, help, hideLabel, problem, children }: Props) {
  const id = useId();
  const described = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "unseen" : undefined}>
        {label}
      </label>
      {children({
        id,
        ...(described && { "aria-describedby": described }),
        ...(problem && { "aria-invalid": true }),
      })}
      {problem && (
        <p id={`${id}-problem`} class="problem" role="alert">
          {problem}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} class="help">
          {help}
        </p>
      )}
    </div>
  );
}
