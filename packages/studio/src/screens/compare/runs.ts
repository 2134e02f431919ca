/** The runs that are kept for the comparison. */
import { signal } from "@preact/signals";
import type { RunSummary } from "../../protocol.ts";
import { failureOf } from "../../state/failure.ts";
import { type Route, route } from "../../state/route.ts";
import { failure, openKept, worker } from "../../state/studio.ts";

export const runs = signal<readonly RunSummary[]>([]);

/** What the address names once a run is opened again. */
const places = new Map<string, Pick<Route, "example" | "config">>();

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    failure.value = null;
  } catch (error) {
    failure.value = failureOf(error);
  }
}

export const refreshRuns = (): Promise<void> =>
  attempt(async () => {
    runs.value = await worker.runs();
  });

export const keepRun = (name: string): Promise<void> =>
  attempt(async () => {
    const { example, config } = route.value;
    const { id } = await worker.keepRun(name);
    places.set(id, { example, config });
    runs.value = await worker.runs();
  });

export const dropRun = (id: string): Promise<void> =>
  attempt(async () => {
    await worker.dropRun(id);
    places.delete(id);
    runs.value = await worker.runs();
  });

export const reopenRun = (id: string): Promise<void> =>
  openKept(id, places.get(id) ?? { example: null, config: {} });
