// node drive.ts names tables seeds jobs
import { fork } from "node:child_process";
import { existsSync, readFileSync, writeFileSync, appendFileSync } from "node:fs";
import { tables } from "/work/main/bench/tables/tables.ts";
import { compare, averageScore, runsOn, meanScore } from "/work/main/bench/tables/results.ts";
const [names, which, seedText, jobsText] = process.argv.slice(2);
const small = ["diabetes","breast-cancer","penguins","iris","wine","cars","gapminder","income","boston","ozone","glass","house-votes","ionosphere","pima","sonar","soybean","vehicle","vowel"];
const mid = ["digits","weather","movies","unemployment","letters","satellite","birdstrikes","flights-10k"];
const list = which === "small" ? small : which === "mid" ? mid : which === "all" ? [...small, ...mid] : which.split(",");
const seeds = seedText.split(",").map(Number);
const file = "/tmp/w10/runs.ndjson";
const done = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map((l) => JSON.parse(l)) : [];
const jobs = names.split(",").flatMap((name) => list.flatMap((table) => seeds.map((seed) => ({ name, table, seed })))).filter((j) => !done.some((d) => d.name === j.name && d.table === j.table && d.seed === j.seed));
await Promise.all(Array.from({ length: Number(jobsText ?? 2) }, async () => {
  const child = fork("/work/main/bench/w10-worker.ts");
  for (let j = jobs.shift(); j; j = jobs.shift()) {
    const r = await new Promise((res) => { child.once("message", res); child.send(j); });
    if (r.error) console.error(r); else { done.push(r); appendFileSync(file, JSON.stringify(r) + "\n"); }
  }
  child.kill();
}));
const ref = JSON.parse(readFileSync("/work/main/bench/results/tables-reference.json", "utf8")).runs;
const of = (n) => ref.filter((r) => r.contestant === n);
const base = done.filter((d) => d.name === "base");
for (const name of names.split(",")) {
  const mine = done.filter((d) => d.name === name && list.includes(d.table) && seeds.includes(d.seed));
  const ts = list.filter((t) => runsOn(mine, t).length > 0);
  const avg = (runs, task) => averageScore(ts.filter((t) => !task || tables.find((e) => e.name === t).task === task).map((t) => meanScore(runsOn(runs, t).filter((r) => seeds.includes(r.seed)))));
  const cmp = ts.map((t) => { const c = compare(runsOn(mine, t), of("mlp")
    .filter((r) => r.table === t)); return [t, c]; });
  const worse = cmp.filter(([, c]) => c?.verdict === "worse").map(([t]) => t);
  const t = cmp.map(([n, c]) => c ? `${n}:${(c.difference / (c.error || 1e-9)).toFixed(1)}` : n);
  const sec = mine.reduce((a, r) => a + r.seconds, 0) / mine.length;
  const r = (task) => (avg(mine, task) / avg(of("mlp"), task)).toFixed(3);
  const b = ts.every((t) => runsOn(base, t).length > 0) ? `  vs base all ${(avg(mine) / avg(base)).toFixed(3)} cls ${(avg(mine,"classification")/avg(base,"classification")).toFixed(3)} reg ${(avg(mine,"regression")/avg(base,"regression")).toFixed(3)}` : "";
  const ll = mine.filter((r)=>r.logLoss!==undefined); const lls = ll.reduce((a,r)=>a+r.logLoss,0)/ll.length;
  console.log(`${name.padEnd(18)} vs mlp all ${r()} cls ${r("classification")} reg ${r("regression")}${b}  logloss ${lls.toFixed(3)} sec ${sec.toFixed(2)} worse: ${worse.join(",")}`);
  console.log("    t: " + t.join(" "));
  if (process.env.V) console.log("    " + ts.map((t) => `${t}:${meanScore(runsOn(mine, t)).toFixed(4)}/${meanScore(runsOn(of("mlp"), t)).toFixed(4)}`).join(" "));
}
