import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { drop, type Expression, ModuleBuilder } from "./index.ts";
import { samples } from "./testing/instructions.ts";

function validates(node: Expression): boolean {
  const module = new ModuleBuilder();
  module.memory({ initial: 1, maximum: 1, shared: true });
  module.func("probe", { params: {} }, () => [
    node.type === "void" ? (node as Expression<"void">) : drop(node as Expression<"i32">),
  ]);
  return WebAssembly.validate(module.encode());
}

/** Node 20 knows no relaxed SIMD; there these instructions must be refused. */
const relaxedIsKnown = Number(process.versions.node.split(".")[0]) > 20;

describe("instruction table", () => {
  test.each(samples())("$name validates with operands of its declared types", ({ name, node }) => {
    expect(validates(node)).toBe(relaxedIsKnown || !name.includes("relaxed"));
  });

  test("names and opcodes belong together one to one", () => {
    const byName = new Map(samples().map(({ node }) => [node.name, node.opcode]));
    expect(new Set(byName.values()).size).toBe(byName.size);
  });

  // Each of these was compared byte for byte with the output of wabt 1.0.39 for its text form.
  test("opcodes are those that another assembler gave", () => {
    const lines = [
      ...new Set(samples().map(({ node }) => `${node.name} ${node.opcode.toString(16)}`)),
    ].sort();
    const digest = createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
    expect({ count: lines.length, digest }).toMatchInlineSnapshot(`
      {
        "count": 490,
        "digest": "03ac17d7fe7d7049",
      }
    `);
  });
});
