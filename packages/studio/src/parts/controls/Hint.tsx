import type { ComponentChildren } from "preact";

interface Props {
  /** What it explains. */
  readonly of: string;
  readonly children: ComponentChildren;
}

/** A question mark that opens an explanation in a few sentences. */
export function Hint({ of, children }: Props) {
  return (
    <details class="hint">
      <summary aria-label={`What is ${of}?`} title={`What is ${of}?`}>
        ?
      </summary>
      <div>{children}</div>
    </details>
  );
}
