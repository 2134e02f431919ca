import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { holderOf, lock, lockName, lockText, unlock } from "./lock.ts";

let root: string;
const path = (): string => join(root, lockName);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "chainrule-lock-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("is held until it is given up", async () => {
  expect(await holderOf(root)).toBeNull();
  await lock(root);
  expect(await holderOf(root)).toMatchObject({ pid: process.pid, host: hostname() });
  await expect(lock(root)).rejects.toThrow(
    `is being trained already, by process ${process.pid}. Wait until it is done, or end it first.`,
  );
  await unlock(root);
  expect(readdirSync(root)).toEqual([]);
  await lock(root);
});

test("goes to one of several that want it at once, also where one was left behind", async () => {
  for (let i = 0; i < 50; i++) {
    writeFileSync(path(), `{"pid":${i},"host":`);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lock(root)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(readFileSync(path(), "utf8")).toBe(lockText());
    expect(readdirSync(root)).toEqual([lockName]);
    await unlock(root);
  }
});

describe("is taken over", () => {
  test("from a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "close");
    writeFileSync(path(), JSON.stringify({ ...JSON.parse(lockText()), pid: child.pid }));
    expect(await holderOf(root)).toBeNull();
    await lock(root);
    expect(readFileSync(path(), "utf8")).toBe(lockText());
  });

  test.each<[string, object]>([
    ["a process of an earlier boot", { boot: "another" }],
    ["an earlier process of the same number", { start: "1" }],
  ])("from %s", async (_, other) => {
    writeFileSync(path(), JSON.stringify({ ...JSON.parse(lockText()), ...other }));
    await lock(root);
    expect(readFileSync(path(), "utf8")).toBe(lockText());
  });

  test("from a process that was killed as it took it over", async () => {
    writeFileSync(path(), "stale");
    const claim = `${path()}.${createHash("sha256").update("stale").digest("hex").slice(0, 12)}`;
    writeFileSync(claim, JSON.stringify({ ...JSON.parse(lockText()), boot: "another" }));
    await lock(root);
    expect(readdirSync(root)).toEqual([lockName]);
  });

  test.each(["", "{", "[]", '{"pid":"x"}'])("from nobody: %j", async (text) => {
    writeFileSync(path(), text);
    await lock(root);
    expect(readFileSync(path(), "utf8")).toBe(lockText());
  });
});

test("of a process on another machine it is not known whether it is there still", async () => {
  writeFileSync(path(), JSON.stringify({ ...JSON.parse(lockText()), host: "elsewhere", boot: "x" }));
  await expect(lock(root)).rejects.toThrow(/on elsewhere\. .*If that process is gone, remove .*run\.lock/);
  await unlock(root);
  expect(existsSync(path())).toBe(true);
});
