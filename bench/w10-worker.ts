import { setNumThreads } from "chainrule";
import { chooseSettings, columnNamed, learn, makeModel, planFor, scoresOf } from "chainrule/tables";
import { readSplit, tablesNamed } from "/work/main/bench/tables/tables.ts";
import { configs } from "/tmp/w10/configs.ts";
setNumThreads(1);
const cache = new Map();
process.on("message", async ({ name, table, seed }) => {
  try {
    const [entry] = tablesNamed([table]);
    const key = table + seed;
    if (!cache.has(key)) cache.set(key, await readSplit(entry, seed));
    const { learning, test } = cache.get(key);
    const config = configs[name];
    const begun = performance.now();
    const exclude = entry.exclude?.map(({ column }) => column);
    let plan = planFor(learning, { target: entry.target, task: entry.task, test, exclude, seed, ...config.data?.(entry) });
    if (config.all) plan = { ...plan, split: { ...plan.split, training: Int32Array.from([...plan.split.training, ...plan.split.validation]).sort() } };
    const rows = plan.split.training.length;
    const settings = chooseSettings({ ...config.settings(plan.task, rows, plan), seed }, rows, plan.task);
    let model = makeModel(plan, settings);
    let result = await learn(model, plan, settings, {});
    if (config.refit) {
      const best = result.best.epoch;
      const all = planFor(learning, { target: entry.target, task: entry.task, test, exclude, seed, ...config.data?.(entry) });
      const p2 = { ...all, split: { ...all.split, training: Int32Array.from([...all.split.training, ...all.split.validation]).sort() } };
      const s2 = { ...settings, keepBest: "last" };
      model = makeModel(p2, s2);
      await learn(model, p2, s2, { onEpochEnd: (r, t) => { if (r.epoch >= best) t.stop(); } });
    }
    const seconds = (performance.now() - begun) / 1000;
    const scores = scoresOf(plan.target, model.predict(test), test, plan.test.rows);
    let score, logLoss;
    if (scores.task === "classification") { score = 1 - scores.accuracy; logLoss = scores.logLoss; }
    else {
      const v = [...columnNamed(test, entry.target).values];
      const m = v.reduce((a, b) => a + b, 0) / v.length;
      score = scores.rmse / Math.sqrt(v.reduce((a, b) => a + (b - m) ** 2, 0) / v.length);
    }
    process.send({ name, table, seed, score: Math.round(score * 1e9) / 1e9, logLoss, seconds, epochs: result.epochs, best: result.best?.epoch });
  } catch (e) { process.send({ name, table, seed, error: e.stack }); }
});
