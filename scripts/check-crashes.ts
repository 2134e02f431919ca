/**
 * `npm run check:crashes [kills] [seed]`: kills `chainrule train` and `chainrule resume` by SIGKILL at random instants, 100 in all
 * unless another number is given, half of them just as a file is being written, resumes until training is done, and fails unless
 * each run comes to the bytes of one that was left alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Kill, outcomeOf, trainThroughKills } from "../tests/cli/crashes.ts";

const [wanted = 100, seed = 1] = process.argv.slice(2).map(Number);
const table = fileURLToPath(new URL("../packages/cli/data/penguins.csv", import.meta.url));
// Checkpoints as often as may be: after almost every epoch.
const train = ["train", table, "-t", "species", "--hidden", "64,64", "--batch-size", "8", "--epochs", "40"];
train.push("--checkpoint-every", "0");

/** Numbers from 0 to below 1 (mulberry32), so that a run of this script can be repeated, as far as the machine lets it. */
let state = seed;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const cwd = mkdtempSync(join(tmpdir(), "chainrule-crashes-"));
try {
  const begun = performance.now();
  await trainThroughKills(train, "whole", cwd, []);
  const whole = performance.now() - begun;
  const expected = outcomeOf(join(cwd, "whole"));
  const count = { runs: 0, kills: 0, byTime: 0, byWrite: 0, different: 0 };
  while (count.kills < wanted) {
    const kills = Array.from({ length: Math.min(4, wanted - count.kills) }, (): Kill => {
      return random() < 0.5 ? { after: random() * whole * 1.1 } : { write: 1 + Math.floor(random() * 30) };
    });
    const folder = `run-${count.runs++}`;
    const killed = await trainThroughKills(train, folder, cwd, kills);
    count.kills += killed;
    for (const kill of kills.slice(0, killed)) "after" in kill ? count.byTime++ : count.byWrite++;
    const outcome = outcomeOf(join(cwd, folder));
    const same = JSON.stringify(outcome) === JSON.stringify(expected);
    if (!same) {
      count.different++;
      console.error(
        `${folder}: another outcome after ${JSON.stringify(kills)}; files ${outcome.files.join(", ")}`,
      );
    }
    rmSync(join(cwd, folder), { recursive: true });
    if (process.stdout.isTTY) process.stdout.write(`\r${count.kills} kills`);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(
    `${count.kills} processes killed (${count.byTime} at a random time of ${(whole / 1000).toFixed(1)} s, ${count.byWrite} while a file was written) in ${count.runs} runs, ${seconds} s`,
  );
  console.log(
    `${count.runs - count.different} of ${count.runs} runs came to the bytes of the run that was left alone`,
  );
  if (count.different > 0) process.exitCode = 1;
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
