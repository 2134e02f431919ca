import { FailureNote } from "../parts/FailureNote.tsx";
import { dead, failure, restart } from "../state/studio.ts";

/** The last failure, in a sentence, until it is dismissed or something succeeds. */
export function Failures() {
  if (failure.value === null) return null;
  return (
    <FailureNote
      failure={failure.value}
      again={dead.value ? { label: "Start again", onClick: () => void restart() } : undefined}
      onDismiss={
        dead.value
          ? undefined
          : () => {
              failure.value = null;
            }
      }
    />
  );
}
