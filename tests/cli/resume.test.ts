// Runs that are stopped, killed and damaged, and gone on with: the same bytes as without, or a clear error and nothing lost.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../packages/chainrule/src/io/index.ts";
import { decodeCheckpoint } from "../../packages/chainrule/src/train/index.ts";
import { chainrule, lastJson, type Outcome as Printed, sample, workFolder } from "./command.ts";
import { ended, main, outcomeOf, printed, start, trainThroughKills } from "./crashes.ts";

const work = workFolder();
const base = ["-t", "species", "--hidden", "16", "--batch-size", "8", "--checkpoint-every", "0"];
/** Some seconds of training, of which the processes that are stopped do a part. */
const train = ["train", sample("penguins"), ...base, "--epochs", "60"];
/** Training that does not end by itself. */
const endless = ["train", sample("penguins"), ...base, "--epochs", "1000000"];

const text = (run: string, name: string): string => readFileSync(join(work.path(run), name), "utf8");
const state = (run: string): string => JSON.parse(text(run, "state.json")).state;
const words = ({ stderr }: Printed): string => stderr.replace(/\s+/g, " ");

/** Whether a shell can have a file system of its own. */
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/tmp"]).status === 0;

/** A run that was stopped by SIGINT after its first epochs, when it had two checkpoints. */
async function stopped(
  out: string,
  command: readonly string[] = train,
): Promise<Awaited<ReturnType<typeof ended>>> {
  const child = start([...command, "--out", out], work.path("."));
  const end = ended(child);
  await printed(child, `epoch ${command === train ? " 1/60" : "      1/1000000"}`);
  while (!existsSync(work.path(`${out}/checkpoint-before.safetensors`)))
    await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGINT");
  return end;
}

beforeAll(async () => {
  expect((await chainrule([...train, "--out", work.path("whole"), "--quiet"])).code).toBe(0);
});

test("a run has all of its files, and no lock when it is done", () => {
  const files = readdirSync(work.path("whole"));
  for (const name of [
    "config.json",
    "history.ndjson",
    "model.safetensors",
    "scores.json",
    "checkpoint.safetensors",
  ])
    expect(files).toContain(name);
  expect(files.filter((name) => /lock|before|^\./.test(name))).toEqual([]);
  expect(state("whole")).toBe("done");
});

test("killed at any instant, it comes to the bytes of a run that was left alone", async () => {
  const kills = [{ after: 350 }, { write: 1 }, { write: 9 }, { after: 1100 }, { write: 2 }];
  const killed = await trainThroughKills(train, "killed", work.path("."), kills);
  expect(killed).toBeGreaterThan(2);
  expect(outcomeOf(work.path("killed"))).toEqual(outcomeOf(work.path("whole")));
});

describe.skipIf(process.platform === "win32")("Ctrl-C", () => {
  test("stops after the step, saves, and says how to go on", async () => {
    const { code, stdout, stderr } = await stopped("stopped");
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    expect(stdout).toMatch(/stopped by Ctrl-C\n {2}kept epoch /);
    expect(stdout).toMatch(
      /Saved in stopped after \d+ epochs?( and \d+ steps?)?\. To go on:\n +.*chainrule resume /,
    );
    expect(state("stopped")).toBe("stopped");
    expect(existsSync(work.path("stopped/scores.json"))).toBe(false);
    // The best weights so far can be used.
    expect((await chainrule(["evaluate", work.path("stopped"), sample("penguins")])).code).toBe(0);
    const resumed = await chainrule(["resume", work.path("stopped")]);
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    expect(resumed.stdout).toMatch(/epochs +\d+ of 60 done/);
    expect(outcomeOf(work.path("stopped"))).toEqual(outcomeOf(work.path("whole")));
  });

  test("twice ends it at once, and the run goes on all the same", async () => {
    const child = start([...train, "--out", "twice"], work.path("."));
    const end = ended(child);
    await printed(child, "epoch  1/60");
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect((await end).code).toBe(130);
    expect((await chainrule(["resume", work.path("twice"), "--quiet"])).code).toBe(0);
    expect(outcomeOf(work.path("twice"))).toEqual(outcomeOf(work.path("whole")));
  });

  test("goes to resumed training too", async () => {
    await stopped("again");
    const child = start(["resume", "again"], work.path("."));
    const end = ended(child);
    await printed(child, "done");
    child.kill("SIGINT");
    expect([0, 130]).toContain((await end).code);
    expect((await chainrule(["resume", work.path("again"), "--quiet", "--json"])).code).toBe(0);
    expect(outcomeOf(work.path("again"))).toEqual(outcomeOf(work.path("whole")));
  });
});

test("a run that is finished is left as it is", async () => {
  const before = readFileSync(work.path("whole/model.safetensors"));
  const outcome = await chainrule(["resume", work.path("whole"), "--json"]);
  expect(outcome.code).toBe(0);
  expect(outcome.stderr).toContain("is finished: there is nothing to go on with");
  expect(lastJson(outcome)).toEqual({ run: work.path("whole"), state: "done" });
  expect(readFileSync(work.path("whole/model.safetensors")).equals(before)).toBe(true);
});

test("a run that is finished and lost its model or scores makes them again", async () => {
  cpSync(work.path("whole"), work.path("lossy"), { recursive: true });
  rmSync(work.path("lossy/model.safetensors"));
  writeFileSync(work.path("lossy/scores.json"), "{");
  const predicted = await chainrule(["predict", work.path("lossy"), sample("penguins")]);
  expect(words(predicted)).toMatch(/no model any more: .* `chainrule resume .*lossy` makes it again/);
  const listed = await chainrule(["runs", work.path("lossy")]);
  expect(words(listed)).toMatch(/scores\.json is no JSON: .* `chainrule resume .*lossy` makes them again/);
  const outcome = await chainrule(["resume", work.path("lossy")]);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(/no model any more: .* made again/);
  expect(outcomeOf(work.path("lossy"))).toEqual(outcomeOf(work.path("whole")));
});

describe("a run that was stopped", () => {
  let checkpoint: Buffer;
  beforeAll(async () => {
    copyFileSync(sample("penguins"), work.path("table.csv"));
    await stopped("part", ["train", "table.csv", ...endless.slice(2)]);
    checkpoint = readFileSync(work.path("part/checkpoint.safetensors"));
  });
  const copy = (name: string): string => {
    cpSync(work.path("part"), work.path(name), { recursive: true });
    return work.path(name);
  };
  const files = (name: string): unknown =>
    readdirSync(work.path(name)).map((file) => [file, readFileSync(work.path(`${name}/${file}`), "base64")]);
  /** An error is explained, and nothing in the folder of the run has changed. */
  async function refused(name: string, ...more: string[]): Promise<string> {
    const before = files(name);
    const outcome = await chainrule(["resume", work.path(name), ...more]);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 1, stdout: "" });
    expect(outcome.stderr).not.toContain("should not have happened");
    expect(files(name)).toEqual(before);
    return words(outcome);
  }

  test("is not trained by two processes", async () => {
    copy("two");
    const child = start(["resume", "two"], work.path("."));
    const end = ended(child);
    await printed(child, "done");
    const second = words(await chainrule(["resume", work.path("two")]));
    expect(second).toContain(
      `is being trained already, by process ${child.pid}. Wait until it is done, or end it first.`,
    );
    expect((await chainrule(["runs", work.path("two")])).stdout).toContain("running");
    child.kill("SIGKILL");
    await end;
    expect((await chainrule(["runs", work.path("two")])).stdout).toContain("crashed");
  });

  test("wants the data that it began with", async () => {
    copy("moved");
    const table = work.path("table.csv");
    const content = readFileSync(table);
    writeFileSync(table, content.subarray(0, -20));
    const changed = await refused("moved");
    writeFileSync(table, content);
    expect(changed).toContain(
      `is not the file that the run was begun with: ${content.length - 20} bytes with the SHA-256`,
    );
    expect(changed).toContain(`not ${content.length} bytes`);
    expect(changed).toContain("say where it is: --data FILE.");
    renameSync(table, work.path("away.csv"));
    const gone = await refused("moved");
    renameSync(work.path("away.csv"), table);
    expect(gone).toMatch(/The data of the run can not be read: .*table.csv does not exist/);
    expect(await refused("moved", "--data", sample("digits"))).toContain("digits.csv is not the file");
    expect(await refused("moved", "--test", sample("digits"))).toContain("without a test table of its own");
    const child = start(["resume", "moved", "--data", sample("penguins")], work.path("."));
    const end = ended(child);
    await printed(child, "done");
    child.kill("SIGINT");
    expect((await end).code).toBe(130);
  });

  test("goes on from the checkpoint before a damaged one", async () => {
    const run = copy("damaged");
    for (const damage of [
      checkpoint.subarray(0, -7),
      Buffer.from(checkpoint).fill(1, 5000, 5001),
      Buffer.alloc(0),
    ]) {
      writeFileSync(join(run, "checkpoint.safetensors"), damage);
      cpSync(work.path("part/checkpoint-before.safetensors"), join(run, "checkpoint-before.safetensors"));
      const child = start(["resume", "damaged"], work.path("."));
      const end = ended(child);
      await printed(child, "epochs");
      child.kill("SIGINT");
      const { code, stdout } = await end;
      expect(code).toBe(130);
      expect(stdout.replace(/\s+/g, " ")).toMatch(
        /checkpoint\.safetensors is no whole checkpoint: .* Training goes on from the checkpoint before it\./,
      );
    }
  });

  test("says what to do where no checkpoint is whole", async () => {
    const run = copy("ruined");
    for (const name of ["checkpoint", "checkpoint-before"])
      writeFileSync(join(run, `${name}.safetensors`), checkpoint.subarray(0, 100));
    expect(await refused("ruined")).toMatch(
      /is no whole checkpoint.* Restore it, or remove the checkpoints in/,
    );
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "needs a folder to write in",
    async () => {
      const run = copy("fixed");
      chmodSync(run, 0o555);
      try {
        expect(await refused("fixed")).toContain("permission is denied");
      } finally {
        chmodSync(run, 0o755);
      }
    },
  );

  test.skipIf(!canMount)("loses nothing when the disk is full", async () => {
    copy("full");
    const before = readFileSync(work.path("full/checkpoint.safetensors"));
    const size = readdirSync(work.path("full")).reduce(
      (sum, name) => sum + Math.ceil(statSync(work.path(`full/${name}`)).size / 4096) * 4096,
      0,
    );
    // A file system in memory, seen by this shell alone, with room for half a checkpoint more.
    mkdirSync(work.path("disk"));
    const script = `mount -t tmpfs -o size=${size + Math.floor(before.length / 2)} none disk && cp -r full disk/run &&
      ${process.execPath} --conditions=@chainrule/source ${main} resume disk/run; code=$?; mkdir after; cp -r disk/run after/; exit $code`;
    const { status, stdout, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", script], {
      cwd: work.path("."),
      encoding: "utf8",
    });
    expect({ status, stderr: stderr.replace(/\s+/g, " ") }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /can not be written: the disk is full\. Free some space, or use another disk\. What was trained so far is kept: `.*chainrule resume disk\/run` goes on with it\./,
      ),
    });
    expect(stdout).toContain("of 1000000 done");
    const left = readdirSync(work.path("after/run"));
    expect(left.filter((name) => name.startsWith("."))).toEqual([]);
    expect(left).not.toContain("run.lock");
    expect(
      decodeCheckpoint(readFileSync(work.path("after/run/checkpoint.safetensors"))).epoch,
    ).toBeGreaterThanOrEqual(decodeCheckpoint(before).epoch);
  });

  test("tells of another engine", async () => {
    const run = copy("elsewhere");
    const config = JSON.parse(text("elsewhere", "config.json"));
    writeFileSync(join(run, "config.json"), JSON.stringify({ ...config, engine: { tier: "quantum" } }));
    const child = start(["resume", "elsewhere"], work.path("."));
    const end = ended(child);
    await printed(child, "quantum");
    child.kill("SIGINT");
    const { code, stdout } = await end;
    expect(code).toBe(130);
    expect(stdout.replace(/\s+/g, " ")).toMatch(/begun on the engine's tier "quantum", and here it is "\w+"/);
  });

  test("wants the preparation that it began with", async () => {
    const run = copy("otherwise");
    const config = JSON.parse(text("otherwise", "config.json"));
    config.model.features.find(({ type }: { type: string }) => type === "number").median += 1;
    config.versions.chainrule = "0.0.9";
    writeFileSync(join(run, "config.json"), JSON.stringify(config));
    expect(await refused("otherwise")).toMatch(
      /prepares the data in another way than the one that began the run \(0\.0\.9\)/,
    );
    const { versions } = JSON.parse(text("whole", "config.json"));
    writeFileSync(join(run, "config.json"), JSON.stringify({ ...config, versions }));
    expect(await refused("otherwise")).toContain("config.json was changed since the run began");
  });
});

test("the guard keeps the weights of before the step that failed", async () => {
  const blowUp = ["train", sample("diabetes"), "-t", "progression", "--lr", "1e30", "--optimizer", "sgd"];
  const outcome = await chainrule([...blowUp, "--out", work.path("blown"), "--quiet"]);
  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(words(outcome)).toMatch(/^epoch \d+, step \d+ › /);
  expect(words(outcome)).toMatch(
    /blown keeps them, or those of the best epoch before\. Try a lower rate: --lr 0\.\d+\./,
  );
  expect(state("blown")).toBe("failed");
  expect(JSON.parse(text("blown", "state.json")).error).toMatch(/step/);
  const { tensors } = readSafetensors(readFileSync(work.path("blown/model.safetensors")));
  for (const { data } of Object.values(tensors)) expect(data.every(Number.isFinite)).toBe(true);
  expect((await chainrule(["predict", work.path("blown"), sample("diabetes")])).code).toBe(0);
  expect((await chainrule(["runs", work.path("blown")])).stdout).toContain("failed");
});

test("a run without a model yet says how to get one", async () => {
  cpSync(work.path("whole"), work.path("bare"), { recursive: true });
  rmSync(work.path("bare/model.safetensors"));
  writeFileSync(work.path("bare/state.json"), JSON.stringify({ state: "stopped", at: "" }));
  const outcome = await chainrule(["predict", work.path("bare"), sample("penguins")]);
  expect(words(outcome)).toMatch(/has no model yet: .* `chainrule resume .*bare` goes on with it/);
});
