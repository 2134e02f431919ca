import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A click on the dark ground around it closes it too. The types do not know this attribute. */
const closedByAll: object = { closedby: "any" };

/** A window over the page. Escape closes it; the focus stays within, and goes back to where it came from. */
export function Dialog({ title, open, onClose, children }: Props) {
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !box.current?.open) box.current?.showModal();
    if (!open && box.current?.open) box.current.close();
  }, [open]);
  return (
    <dialog ref={box} aria-labelledby={id} onClose={onClose} {...closedByAll}>
      {open && (
        <div class="dialog">
          <form method="dialog" class="dialog-head">
            <h2 id={id}>{title}</h2>
            <button type="submit" class="button plain">
              Close
            </button>
          </form>
          {children}
        </div>
      )}
    </dialog>
  );
}
