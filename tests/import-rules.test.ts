import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = dirname(import.meta.dirname);

/** Which folder of the library may import from which others: the table of the layers that biome.json has to enforce. */
function layers(): Record<string, string[]> {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const rows = [...page.matchAll(/^\| (`[a-z/`, ]+`) \| .* \| ([a-z, ]+) \|$/gm)];
  return Object.fromEntries(
    rows.flatMap(([, names = "", others = ""]) =>
      names
        .split(", ")
        .map((name) => [name.replaceAll("`", ""), others === "nothing" ? [] : others.split(", ")]),
    ),
  );
}

const mayImport = layers();
const folders = Object.keys(mayImport);

/** The imports of a probe: every folder, one file of core that trace may use, its own folder, and packages. */
const targets = [...folders.map((name) => `${name}/x.ts`), "core/events.ts"];
const packages = ["vitest", "node:fs"];
const places = folders.flatMap((folder) => [folder, `${folder}/deeper`]);
const refused = new Map<string, Set<string>>();
let copy: string;

beforeAll(() => {
  // A project under the same rules, in which every folder imports everything.
  copy = mkdtempSync(join(tmpdir(), "chainrule-imports-"));
  for (const file of ["biome.json", ".gitignore"]) copyFileSync(join(root, file), join(copy, file));
  const source = join(copy, "packages/chainrule/src");
  for (const place of places) {
    const specifiers = targets.map((target) => {
      const path = relative(place, target);
      return path.startsWith(".") ? path : `./${path}`;
    });
    const lines = [...specifiers, ...packages].map((specifier) => `import type {} from "${specifier}";\n`);
    mkdirSync(join(source, place), { recursive: true });
    writeFileSync(join(source, place, "probe.ts"), lines.join(""));
  }

  const biome = fileURLToPath(import.meta.resolve("@biomejs/biome/bin/biome"));
  const options = ["--only=style/noRestrictedImports", "--reporter=github", "--max-diagnostics=none"];
  const { stdout } = spawnSync(process.execPath, [biome, "lint", ...options], {
    cwd: copy,
    encoding: "utf8",
  });
  for (const place of places) refused.set(place, new Set());
  for (const [, file = "", line] of stdout.matchAll(/^::error .*?file=([^,]*),line=(\d+),/gm)) {
    const place = relative(realpathSync(source), dirname(file));
    refused.get(place)?.add([...targets, ...packages][Number(line) - 1] ?? "");
  }
});
afterAll(() => rmSync(copy, { recursive: true }));

test("the table of the layers names every folder of the library", () => {
  const source = join(root, "packages/chainrule/src");
  const there = readdirSync(source, { recursive: true, encoding: "utf8" });
  const first = there.filter((path) => path.endsWith(".ts")).map((path) => path.split(sep));
  const names = first.flatMap(([a = "", b = ""]) =>
    a.endsWith(".ts") ? [] : a === "backends" ? [`${a}/${b}`] : [a],
  );
  expect(folders).toEqual(expect.arrayContaining([...new Set(names)]));
});

test.each(folders)("%s imports what the table allows, and nothing else", (folder) => {
  const allowed = (target: string) => {
    if (target === "core/events.ts" && folder === "trace") return true;
    return [folder, ...(mayImport[folder] ?? [])].some((name) => target.startsWith(`${name}/`));
  };
  const expected = [...targets.filter((target) => !allowed(target)), ...packages].sort();
  expect([...(refused.get(folder) ?? [])].sort()).toEqual(expected);
  expect([...(refused.get(`${folder}/deeper`) ?? [])].sort()).toEqual(expected);
});
