import { progress } from "../../state/studio.ts";

/** Why training stopped by itself, and what to do: announced when it appears. */
export function Fault() {
  const fault = progress.value?.fault;
  if (!fault) return null;
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{fault.problem}</strong> {fault.remedy}
      </p>
    </div>
  );
}
