import { Select } from "../parts/controls/index.ts";
import { formatCount } from "../parts/number.ts";
import { progress, setPace } from "../state/studio.ts";

const paces = [1, 10, 100, 1000, 0] as const;

/** How many steps a second training is held to, so that one sees it learn. The Worker keeps it. */
export function Pace() {
  const pace = progress.value?.pace ?? 0;
  return (
    <Select
      label="Pace of training"
      hideLabel
      value={String(pace)}
      options={[...new Set([...paces, pace])].map((steps) => ({ value: String(steps), label: named(steps) }))}
      onChange={(chosen) => void setPace(Number(chosen))}
    />
  );
}

const named = (steps: number): string =>
  steps === 0
    ? "as fast as it can"
    : steps === 1
      ? "1 step a second"
      : `${formatCount(steps)} steps a second`;
