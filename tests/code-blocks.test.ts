import { describe, expect, it } from "vitest";
import { programsOfPage, programsOfSource } from "../scripts/code-blocks/blocks.ts";
import { importsOf } from "../scripts/code-blocks/imports.ts";
import { reads } from "../scripts/code-blocks/matches.ts";
import { moduleOf } from "../scripts/code-blocks/rewrite.ts";

const from = new Map([
  ["nn", "chainrule"],
  ["tensor", "chainrule"],
  ["fit", "chainrule/train"],
]);

describe("reads", () => {
  it.each([
    ["tensor([0.33, 2.])", "tensor([0.3333, 2.0000])", true],
    ["tensor([0.33, 2.])", "tensor([0.3361, 2.0000])", false],
    ["3", "3", true],
    ["3", "3.2", false],
    ["-3", "3", false],
    ["1.5e-7", "1.46e-7", true],
    ["1.5e-7", "1.6e-7", false],
    ["{ loss: 0.5, … }", "{ loss: 0.49999, epoch: 3 }", true],
    ["{ loss: 0.5, … }", "{ epoch: 3, loss: 0.5 }", false],
    ["[ 2, 3 ]", "[2, 3]", true],
    ["'a'", "'b'", false],
    ["tensor([[1., 2.], [3., 4.]])", "tensor([[1., 2.],\n        [3., 4.]])", true],
  ])("%s is said of %s: %s", (said, actual, whether) => {
    expect(reads(said, actual)).toBe(whether);
  });
});

describe("programs", () => {
  it("of a page are its blocks in one, until a fresh one, without those that are left out", () => {
    const page = [
      "```ts",
      "const a = 1;",
      "```",
      "text",
      "```ts",
      "a; // → 1",
      "```",
      "<!-- not run: it needs a page -->",
      "```ts",
      "document.body;",
      "```",
      "<!-- fresh -->",
      "",
      "```ts",
      "const a = 2;",
      "```",
      "```sh",
      "ls",
      "```",
    ].join("\n");
    expect(programsOfPage("page.md", page).map(({ lines }) => lines)).toEqual([
      [
        { number: 2, text: "const a = 1;" },
        { number: 6, text: "a; // → 1" },
      ],
      [{ number: 15, text: "const a = 2;" }],
    ]);
  });

  it("of a source are the examples in its comments, up to the next tag", () => {
    const source = [
      "/**",
      " * Adds.",
      " *",
      " * @example",
      " * add(1,",
      " *   2);",
      " * @throws never",
      " */",
      "export const add = 1;",
      '/** @example nothing */ const text = "@example";',
    ].join("\n");
    expect(programsOfSource("add.ts", source).map(({ lines }) => lines)).toEqual([
      [
        { number: 5, text: "add(1," },
        { number: 6, text: "  2);" },
      ],
    ]);
  });
});

describe("a module of a program", () => {
  const module = (...texts: string[]): string =>
    moduleOf({ file: "page.md", lines: texts.map((text, at) => ({ number: at + 1, text })) }, from);

  it("checks each form of statement in the line where it stands", () => {
    const lines = module(
      "const x = tensor([1]); // → tensor([1.])",
      "x.shape; // → [1,",
      "//   2]",
      "console.log(x, 1); // → tensor([1.]) 1",
      "x.add(tensor([1, 2, 3])); // throws shape: sizes",
      "x.item(); // no statement",
    ).split("\n");
    expect(lines.slice(1)).toEqual([
      'const x = tensor([1]); __is(1, "tensor([1.])", x);',
      '__is(2, "[1, 2]", x.shape);',
      "//   2]",
      '__prints(4, "tensor([1.]) 1", x, 1);',
      'await __throws(5, "shape: sizes", async () => { x.add(tensor([1, 2, 3])); });',
      "x.item(); // no statement",
      "",
    ]);
  });

  it("imports the public names that it uses and does not declare", () => {
    const code =
      'import { nn } from "chainrule";\nconst { fit } = { fit: nn.Linear };\nlayer.tensor; tensor(["fit"]);';
    expect(importsOf(code, from)).toEqual(['import { tensor } from "chainrule";']);
    expect(importsOf("await fit(nn.x, { nn: tensor });", from)).toEqual([
      'import { nn, tensor } from "chainrule";',
      'import { fit } from "chainrule/train";',
    ]);
  });
});
