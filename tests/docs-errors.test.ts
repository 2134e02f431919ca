/** The page of errors has a section for each code of the library, in the order of the type, and each says what raises it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const [, type] = /export type ErrorCode =([^;]*);/.exec(read("packages/chainrule/src/util/errors.ts")) ?? [];
const codes = [...type.matchAll(/\| "([a-z-]+)"/g)].map(([, code]) => code);
const page = read("docs/errors.md");
const sections = new Map(
  page
    .split("\n## ")
    .slice(1)
    .map((section): [title: string, text: string] => [section.split("\n")[0], section]),
);

test("every code has a section and a line of the table, in the order of the type", () => {
  expect(codes.length).toBeGreaterThan(10);
  expect([...sections.keys()].filter((title) => title.startsWith("`"))).toEqual(
    codes.map((code) => `\`${code}\``),
  );
  expect([...page.matchAll(/^\| \[`([a-z-]+)`\]\(#\1\) \|/gm)].map(([, code]) => code)).toEqual(codes);
});

test.each(codes.filter((code) => code !== "broken"))("%s is raised by a program on the page", (code) => {
  expect(sections.get(`\`${code}\``)).toContain(`// throws ${code}: `);
});
