/** A studio in Node, with everything that it says. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExampleName, Progress, Project, TrainingConfig } from "../../protocol.ts";
import { Studio } from "../studio.ts";

export const folder = join(import.meta.dirname, "../../../../cli/data");

export const fetchFile = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(join(folder, name)));

export function started() {
  const studio = new Studio(fetchFile);
  const said: Progress[] = [];
  let wake = (): void => {};
  studio.listen((progress) => {
    said.push(progress);
    wake();
  });
  /** The first report from now on that fits. */
  const until = async (fits: (progress: Progress) => boolean): Promise<Progress> => {
    const from = said.length;
    for (;;) {
      const found = said.slice(from).find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  /** All losses, as the page puts them together. */
  const losses = (): number[] => {
    const all: number[] = [];
    for (const { from, losses } of said) {
      all.length = Math.min(all.length, from);
      all.push(...losses);
    }
    return all;
  };
  return { studio, said, until, losses };
}

export async function opened(
  name: ExampleName,
  config: Partial<TrainingConfig> = {},
): Promise<ReturnType<typeof started> & { project: Project }> {
  const all = started();
  const answer = await all.studio.openExample(name, config);
  if (answer.state !== "open") throw new Error(`${name} is not open`);
  return { ...all, project: answer.project };
}
