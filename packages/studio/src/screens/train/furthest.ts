import { effect, signal } from "@preact/signals";
import { generation, progress } from "../../state/studio.ts";

/** The last step that this training has come to, also where it went back since: going forth again gives the same steps. */
export const furthest = signal(0);

let of = -1;
effect(() => {
  const step = progress.value?.step ?? 0;
  if (of !== generation.value) {
    of = generation.value;
    furthest.value = step;
  } else if (step > furthest.peek()) furthest.value = step;
});
