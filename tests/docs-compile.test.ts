/** What docs/compile.md shows of one small function on its way through the compiler is what the compiler makes of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { nn, optim, type Tensor, zeros } from "chainrule";
import { expect, test } from "vitest";
import { reference } from "../packages/chainrule/src/backends/reference/index.ts";
import { improve } from "../packages/chainrule/src/compile/passes/index.ts";
import { record } from "../packages/chainrule/src/compile/record.ts";
import { printGraph, printSchedule } from "../packages/chainrule/src/compile/testing/print.ts";
import { compiler } from "../packages/chainrule/src/tensor/compile.ts";

const page = new URL("../docs/compile.md", import.meta.url);

test("the graph, the better graph and the schedule are those of the page", () => {
  const layer = new nn.Linear(3, 1);
  const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
  const step = (x: Tensor, y: Tensor): Tensor => {
    const loss = layer(x).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  const args = [zeros([8, 3]), zeros([8, 1])];
  const { graph, session } = record(step as never, { self: undefined, args }, false, reference);
  const should = {
    graph: printGraph(graph),
    improved: printGraph(improve(graph, reference)),
    schedule: printSchedule(compiler.lower(graph, {})),
  };
  session.fail();
  const text = readFileSync(page, "utf8");
  const written = Object.entries(should).reduce(
    (is, [name, body]) =>
      is.replace(new RegExp(`(<!-- ${name} -->\n\`\`\`\n)[^\`]*`), (_, head) => `${head}${body}\n`),
    text,
  );
  if (process.env.WRITE_DOCS) writeFileSync(page, written);
  expect(text, "WRITE_DOCS=1 npx vitest run --project unit tests/docs-compile.test.ts writes it").toBe(
    written,
  );
});
