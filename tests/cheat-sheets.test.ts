/** The pages for users of other libraries name everything that is public here, and nothing that is not. */
import { describe, expect, test } from "vitest";
import { publicNames, strangers, writeNames } from "../scripts/cheat-sheets/names.ts";
import { pages, updated } from "../scripts/cheat-sheets.ts";

describe.each(pages)("docs/%s", (file, sheet, theirs) => {
  test("is up to date", async () => {
    const [is, should] = await updated(file, sheet, theirs);
    expect(is, "npm run docs:names writes it").toBe(should);
  });

  test("has every public name in its part", async () => {
    const [page] = await updated(file, sheet, theirs);
    const parts = page.split("\n### ").slice(1);
    const names = await publicNames();
    expect(parts).toHaveLength(names.size);
    for (const [i, [title, all]] of [...names].entries()) {
      expect(parts[i].split("\n")[0]).toContain(title);
      for (const name of all) expect(parts[i], title).toContain(`\`${name}\``);
    }
  });

  test("a name that is gone is found", async () => {
    const names = new Map([["chainrule", ["tensor"]]]);
    expect(strangers(names, { chainrule: { names: { tensor: ["a"], gone: ["b"] } } })).toEqual([
      "chainrule: gone",
    ]);
  });
});

test("names with a counterpart are rows, others a list", () => {
  const names = new Map([["chainrule/x", ["add", "logSoftmax", "mine"]]]);
  const sheet = {
    "chainrule/x": {
      rule: (name: string) => `t.${name}`,
      names: { logSoftmax: ["t.a, t.b", "dim"], mine: [null] },
    },
  } as const;
  expect(writeNames(names, sheet, "T").split("\n")).toEqual([
    "### `chainrule/x`",
    "",
    "| here | T | what differs |",
    "|---|---|---|",
    "| `add` | `t.add` |  |",
    "| `logSoftmax` | `t.a`, `t.b` | dim |",
    "",
    "Without counterpart: `mine`.",
  ]);
});
