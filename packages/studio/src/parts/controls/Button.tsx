import type { ComponentChildren } from "preact";

interface Props {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  /** The one thing to do next is "primary"; what stands beside other things is "quiet". Default "plain". */
  readonly kind?: "primary" | "plain" | "quiet";
  readonly disabled?: boolean;
  /** Of a button that stays down. */
  readonly pressed?: boolean;
  /** The name, where the content is a sign only. */
  readonly label?: string;
  /** What it does, in more words. */
  readonly title?: string;
}

export function Button({ children, onClick, kind = "plain", disabled, pressed, label, title }: Props) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      aria-label={label}
      title={title ?? label}
    >
      {children}
    </button>
  );
}
