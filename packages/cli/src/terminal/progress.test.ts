import { stripVTControlCharacters } from "node:util";
import type { EpochReport } from "chainrule/train";
import { expect, test } from "vitest";
import type { Io } from "../io.ts";
import { Output } from "./output.ts";
import { Progress } from "./progress.ts";

const report = (epoch: number, validationLoss: number, accuracy: number): EpochReport => ({
  epoch,
  loss: validationLoss / 2,
  validationLoss,
  metrics: { accuracy },
  lr: 0.1,
  seconds: 0.1,
});

/** What a terminal of a width shows after some epochs, without colours; `live` tells whether lines can be rewritten. */
function shown(
  columns: number,
  live: boolean,
  history: EpochReport[] = [],
  { quiet = false, env = {} }: { quiet?: boolean; env?: Io["env"] } = {},
): string {
  let text = "";
  const stream = {
    isTTY: live,
    columns,
    write: (part: string) => {
      text += part;
      return true;
    },
    drained: async () => {},
  };
  const stdin = { async *bytes() {} };
  const io = { stdout: stream, stderr: stream, stdin, env, onInterrupt: () => () => {} };
  const progress = new Progress(new Output(io, { quiet }), {
    epochs: 20,
    rows: 500,
    task: "classification",
    keepBest: "score",
    history,
  });
  const epochs = [report(1, 4, 0.5), report(2, 2, 0.9), report(3, 1, 0.8), report(4, 0.5, 0.85)];
  for (const epoch of epochs.slice(history.length)) progress.epoch(epoch);
  return stripVTControlCharacters(text.split("\r").at(-1) ?? "");
}

test("a terminal shows bar, epoch, loss, validation, the best epoch and the curve of the loss", () => {
  const history = [report(1, 4, 0.5), report(2, 2, 0.9), report(3, 1, 0.8)];
  expect(shown(100, true, history)).toBe("  ━━━━━━━━━━  epoch  5/20  loss 0.2500  val 85.0 %  best  2  █▆▃▁");
  expect(shown(80, true, history)).toBe("  ━━━━━━━━━━   5/20  loss 0.2500  val 85.0 %  best  2  █▆▃▁");
  expect(shown(60, true, history)).toBe("  ━━━━━━━━━━   5/20  loss 0.2500  val 85.0 %  best  2");
  expect(shown(40, true, history)).toBe("   5/20  loss 0.2500  val 85.0 %  █▆▃▁");
});

test("a terminal that knows ASCII alone gets no other signs", () => {
  const history = [report(1, 4, 0.5), report(2, 2, 0.9), report(3, 1, 0.8)];
  expect(shown(100, true, history, { env: { LANG: "C" } })).toBe(
    "  ==--------  epoch  5/20  loss 0.2500  val 85.0 %  best  2  #+:_",
  );
});

test("elsewhere there are plain lines, and none if it is to be quiet", () => {
  expect(shown(80, false).replace(/\d\.\d s/g, "T")).toBe(
    "  epoch  1/20  loss 2.0000  validation 50.0 %  T\n  epoch  2/20  loss 1.0000  validation 90.0 %  T\n  epoch  4/20  loss 0.2500  validation 85.0 %  T\n",
  );
  expect(shown(80, false, [], { quiet: true })).toBe("");
});
