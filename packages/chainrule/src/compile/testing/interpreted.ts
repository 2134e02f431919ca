import type { Backend } from "../../core/backend.ts";
import type { Schedule } from "../../core/schedule.ts";
import { evaluateSchedule } from "./evaluate-schedule.ts";

/** A backend that runs schedules in plain JavaScript; `seen` is told of each. */
export const interpretedBackend = (seen: (schedule: Schedule) => void = () => {}): Backend => ({
  name: "interpreted",
  missing: undefined,
  compile(schedule) {
    seen(schedule);
    const cells = new Float64Array(schedule.cells);
    return {
      cells,
      faults: true,
      run(storages, offsets) {
        const given = storages.map(({ elements }, i) => elements.subarray(offsets[i]));
        const { results, states } = evaluateSchedule(schedule, { arguments: given, cells: [...cells] });
        for (const [storage, elements] of states) storage.elements.set(elements);
        return [...results];
      },
      describe: () => ({ tier: "interpreted", threads: 1, bytes: schedule.arena, code: 0, kernels: [] }),
      dispose: () => {},
    };
  },
});
