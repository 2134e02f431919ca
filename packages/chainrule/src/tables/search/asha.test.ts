import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Generator } from "../../tensor/index.ts";
import { Asha, rungsFor, type TrialJob } from "./asha.ts";

/** Runs a search to its end with workers that are done in an order that `draw` chooses. */
function search(
  asha: Asha,
  workers: number,
  scoreOf: (job: TrialJob) => number,
  draw: () => number,
  see: (job: TrialJob) => void = () => {},
): TrialJob[] {
  const done: TrialJob[] = [];
  const running: TrialJob[] = [];
  for (;;) {
    while (running.length < workers) {
      const job = asha.next();
      if (job === null) break;
      see(job);
      running.push(job);
    }
    if (running.length === 0) return done;
    const [job] = running.splice(Math.floor(draw() * running.length), 1);
    asha.report({ ...job, score: scoreOf(job) });
    done.push(job);
  }
}

describe("rungs", () => {
  test("are the ends of the waves of coslog4", () => {
    expect(rungsFor(240)).toEqual([16, 48, 112, 240]);
    expect(rungsFor(256)).toEqual([17, 51, 119, 256]);
  });

  test("each is longer than the one before, by eta, and the last is all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (epochs, eta, count) => {
          const rungs = rungsFor(epochs, { eta, rungs: count });
          expect(rungs.at(-1)).toBe(epochs);
          const steps = rungs.map((end, i) => end - (rungs[i - 1] ?? 0));
          for (const [i, step] of steps.entries()) {
            expect(step).toBeGreaterThan(0);
            // Rounding moves each end by a half at the most; rungs that fell together are out of the rule.
            if (i > 0 && rungs.length === count)
              expect(Math.abs(step - eta * steps[i - 1])).toBeLessThanOrEqual(1 + eta);
          }
        },
      ),
    );
  });
});

describe("successive halving", () => {
  test("with one worker: promotes as soon as there is something to promote", () => {
    const scores = [3, 5, 1, 4];
    const jobs = search(
      new Asha({ trials: 4, rungs: 2 }),
      1,
      ({ trial }) => scores[trial],
      () => 0,
    );
    expect(jobs.map(({ trial, rung }) => [trial, rung])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1], // the better one of two
      [2, 0],
      [3, 0],
      [3, 1], // the second best of four
    ]);
  });

  test("promotes nothing beyond the best 1/eta of those that are done, each once, and a rung at a time", () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(1.5, 2, 3, 4),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (trials, workers, rungs, eta, stream) => {
        const draw = (): number => stream.next().value as number;
        const asha = new Asha({ trials, rungs, eta });
        const scores = Array.from({ length: rungs }, () =>
          Array.from({ length: trials }, () => (draw() < 0.1 ? Number.NaN : Math.round(draw() * 10))),
        );
        const finished = new Map<string, number>();
        const given = new Set<string>();
        const jobs = search(
          asha,
          workers,
          ({ trial, rung }) => {
            finished.set(`${trial} ${rung}`, scores[rung][trial]);
            return scores[rung][trial];
          },
          draw,
          ({ trial, rung }) => {
            expect(given.has(`${trial} ${rung}`)).toBe(false);
            given.add(`${trial} ${rung}`);
            if (rung === 0) return;
            const below = [...finished].filter(([key]) => key.endsWith(` ${rung - 1}`));
            const own = finished.get(`${trial} ${rung - 1}`) as number;
            expect(own).not.toBeNaN();
            const better = below.filter(([, score]) => score > own).length;
            expect(better).toBeLessThan(Math.floor(below.length / eta));
            const begun = [...given].filter((key) => key.endsWith(` ${rung}`)).length;
            // A trial that was promoted may have fallen behind since: then more have been promoted than are best now.
            expect(begun).toBeLessThanOrEqual(below.length);
          },
        );
        const counts = Array.from({ length: rungs }, (_, k) => jobs.filter(({ rung }) => rung === k).length);
        expect(counts[0]).toBe(trials);
        for (let k = 1; k < rungs; k++) {
          const passed = scores[k - 1].filter(
            (score, trial) => given.has(`${trial} ${k - 1}`) && !Number.isNaN(score),
          );
          expect(counts[k]).toBeGreaterThanOrEqual(Math.min(passed.length, Math.floor(counts[k - 1] / eta)));
        }
        expect(asha.running).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  test("goes on from the results of an earlier search to the same end", () => {
    const scoreOf = ({ trial, rung }: TrialJob): number => ((trial * 7919) % 31) + rung;
    const draw = (): number => 0;
    const whole = search(new Asha({ trials: 20, rungs: 4 }), 1, scoreOf, draw);
    for (const cut of [0, 1, 7, 20, whole.length]) {
      const asha = new Asha({ trials: 20, rungs: 4 });
      for (const job of whole.slice(0, cut)) asha.report({ ...job, score: scoreOf(job) });
      const rest = search(asha, 1, scoreOf, draw);
      expect([...whole.slice(0, cut), ...rest]).toEqual(whole);
    }
  });

  test("what was given up is given out again", () => {
    const asha = new Asha({ trials: 2, rungs: 1 });
    const [first, second] = [asha.next(), asha.next()];
    expect(asha.next()).toBe(null);
    asha.drop(first as TrialJob);
    expect(asha.next()).toEqual(first);
    expect(asha.running).toEqual([second, first]);
  });

  test("finds better points than drawing at random does with as many epochs", () => {
    const rungs = rungsFor(64, { eta: 2, rungs: 4 });
    let [halving, random] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const generator = new Generator(seed);
      const quality = Array.from({ length: 64 }, () => generator.uniform53());
      // Curves of learning that cross: a good trial may begin slowly, and each look at one is blurred.
      const speed = Array.from({ length: 64 }, () => 0.5 + generator.uniform53());
      const scoreOf = ({ trial, rung }: TrialJob): number =>
        quality[trial] * (1 - Math.exp((-speed[trial] * rungs[rung]) / 16)) + 0.02 * generator.uniform53();
      const asha = new Asha({ trials: 64, rungs: rungs.length });
      const jobs = search(asha, 3, scoreOf, () => generator.uniform53());
      const epochs = jobs.reduce((sum, { rung }) => sum + rungs[rung] - (rungs[rung - 1] ?? 0), 0);
      halving += quality[asha.standings()[0].trial];
      random += Math.max(...quality.slice(0, Math.floor(epochs / 64)));
    }
    expect(halving / 40).toBeGreaterThan(0.94);
    expect(halving).toBeGreaterThan(random);
  });

  test("standings: the highest rung first, failed trials last of all and not at all", () => {
    const asha = new Asha({ trials: 3, rungs: 2 });
    asha.report({ trial: 0, rung: 0, score: 1 });
    asha.report({ trial: 1, rung: 0, score: 9 });
    asha.report({ trial: 2, rung: 0, score: Number.NaN });
    asha.report({ trial: 0, rung: 1, score: 2 });
    expect(asha.standings()).toEqual([
      { trial: 0, rung: 1, score: 2 },
      { trial: 1, rung: 0, score: 9 },
    ]);
    expect(() => asha.report({ trial: 2, rung: 2, score: 1 })).toThrow("none at the rung before");
    expect(() => new Asha({ trials: 1, rungs: 1, eta: 1 })).toThrow("eta is 1");
  });
});
