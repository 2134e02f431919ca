import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { expect, test } from "vitest";

/** What may compute: the Worker, pages that are one file, and what they are made of. All else is loaded first, and stays small. */
const withEngine = ["worker", "simple-model", "report", "examples"];

test("the page takes types from the library, and pure functions of traces; only the Worker takes the engine", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      /\.tsx?$/.test(path) && !path.includes(".test.") && !withEngine.includes(path.split(sep)[0] ?? ""),
  );
  expect(files).toContain("app.tsx");
  const found = files.flatMap((path) => {
    const text = readFileSync(join(import.meta.dirname, path), "utf8");
    // Statements that import a value: `import type` and `import { type A }` leave no trace in the bundle.
    return [...text.matchAll(/^(?:import|export) ([^;"]*?)\s*from "(chainrule[^"]*)";/gm)]
      .filter(([, names = "", entry]) => !isTypes(names) && entry !== "chainrule/trace")
      .map(([statement]) => `${path}: ${statement}`);
  });
  expect(found).toEqual([]);
});

function isTypes(names: string): boolean {
  if (names.startsWith("type ")) return true;
  const listed = /^\{([^}]*)\}$/s.exec(names)?.[1];
  return listed?.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type ")) ?? false;
}
