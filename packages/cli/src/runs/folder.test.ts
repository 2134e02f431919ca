import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkPlace, removeDrafts, replaceWhole, writeFolder, writeWhole } from "./folder.ts";

let root: string;
const at = (name: string): string => join(root, name);
const files = { "a.txt": "text", "b.bin": Uint8Array.of(1, 2) };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "chainrule-folder-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("writeFolder", () => {
  test("writes all files and nothing else, making folders above", async () => {
    expect(await writeFolder({ folder: at("x/y") }, files)).toBe(at("x/y"));
    expect(readdirSync(at("x"))).toEqual(["y"]);
    expect(readdirSync(at("x/y")).sort()).toEqual(["a.txt", "b.bin"]);
    expect([...readFileSync(at("x/y/b.bin"))]).toEqual([1, 2]);
  });

  test("takes the first free number, also when several write at once", async () => {
    mkdirSync(at("run-2"));
    writeFileSync(at("run-2/mine"), "");
    const written = await Promise.all([1, 2, 3].map(() => writeFolder({ base: at("run") }, files)));
    expect(written.sort()).toEqual([at("run-1"), at("run-3"), at("run-4")]);
    expect(readdirSync(at("run-2"))).toEqual(["mine"]);
    expect(readdirSync(root)).toHaveLength(4);
  });

  test("leaves nothing behind when a file can not be written", async () => {
    const bad = { ...files, "no/such/folder.txt": "" };
    await expect(writeFolder({ folder: at("run") }, bad)).rejects.toThrow("run does not exist");
    expect(readdirSync(root)).toEqual([]);
  });

  test("fills an empty folder, and never one with something in it", async () => {
    mkdirSync(at("empty"));
    expect(await writeFolder({ folder: at("empty") }, files)).toBe(at("empty"));
    await expect(writeFolder({ folder: at("empty") }, files)).rejects.toThrow(
      "exists already and is not empty",
    );
    expect(readdirSync(root)).toEqual(["empty"]);
  });
});

describe("checkPlace", () => {
  test("finds out beforehand", async () => {
    writeFileSync(at("file"), "");
    await expect(checkPlace({ folder: at("file") })).rejects.toThrow("exists already; a run is never");
    await expect(checkPlace({ folder: at("file/run") })).rejects.toThrow(/folder/);
    await expect(checkPlace({ base: at("file/runs/x") })).rejects.toThrow(/folder/);
    await checkPlace({ folder: at("new/run") });
    await checkPlace({ base: at("new/run") });
    expect(readdirSync(root)).toEqual(["file"]);
  });
});

test("writeWhole writes a file that is whole or none, and replaces nothing", async () => {
  await expect(
    writeWhole(at("f"), async (draft) => {
      writeFileSync(draft, "half");
      throw new Error("stop");
    }),
  ).rejects.toThrow("stop");
  expect(readdirSync(root)).toEqual([]);
  await writeWhole(at("f"), async (draft) => writeFileSync(draft, "mine"));
  await expect(writeWhole(at("f"), async (draft) => writeFileSync(draft, "new"))).rejects.toThrow(
    "exists already",
  );
  expect(readFileSync(at("f"), "utf8")).toBe("mine");
  expect(readdirSync(root)).toEqual(["f"]);
});

describe("replaceWhole", () => {
  test("puts the new content in place of the old one, which can be kept", async () => {
    await replaceWhole(at("f"), "1", at("before"));
    expect(readdirSync(root)).toEqual(["f"]);
    await replaceWhole(at("f"), Uint8Array.of(50), at("before"));
    await replaceWhole(at("f"), "3", at("before"));
    expect(readdirSync(root).sort()).toEqual(["before", "f"]);
    expect([readFileSync(at("f"), "utf8"), readFileSync(at("before"), "utf8")]).toEqual(["3", "2"]);
  });

  test("leaves the old content where the new one can not be written", async () => {
    await replaceWhole(at("f"), "1");
    mkdirSync(at("folder"));
    await expect(replaceWhole(at("folder"), "2")).rejects.toThrow(/folder/);
    await expect(replaceWhole(at("f/g"), "2")).rejects.toThrow(/does not exist/);
    expect(readFileSync(at("f"), "utf8")).toBe("1");
    expect(readdirSync(root).sort()).toEqual(["f", "folder"]);
  });
});

test("removeDrafts removes what was left half-written, and nothing else", async () => {
  for (const name of [".f-0123456789ab", ".f-0123456789ag", "f-0123456789ab", ".gitignore"])
    writeFileSync(at(name), "");
  await removeDrafts(root);
  expect(readdirSync(root).sort()).toEqual([".f-0123456789ag", ".gitignore", "f-0123456789ab"]);
});
