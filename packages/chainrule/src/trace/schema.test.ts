import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../index.ts";
import { manualSeed, randn } from "../tensor/index.ts";
import { trace } from "./index.ts";

const schema = JSON.parse(readFileSync(new URL("../../trace.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** The file as another program reads it. */
const written = (file: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(file));

function files(): Record<string, unknown>[] {
  manualSeed(0);
  const network = new nn.Sequential(
    new nn.Linear(30, 4), new nn.BatchNorm1d(4), new nn.GELU(), new nn.Dropout(0.5), new nn.Linear(4, 3),
  ); // biome-ignore format: layers in a row
  const options = {
    target: tensor([0, 2], { dtype: "int32" }), loss: new nn.CrossEntropyLoss(), lr: 0.1,
    names: { outputs: ["a", "b", "c"] },
  } as const; // biome-ignore format: options in a row
  const odd = (x: Tensor): Tensor => x.log().softmax(0).pow(2).div(x).sum();
  return [
    trace(network, randn([2, 30]), options).toJSON({ most: 20 }),
    trace(network.eval(), randn([2, 30])).toJSON({ most: 5, terms: 2 }),
    trace(odd, tensor([0.5, 2, 3])).toJSON(),
    trace(odd, tensor([-1, 0, 3])).toJSON(), // NaN and infinities
  ].map(written);
}

test("what traces write fits the published schema", () => {
  for (const file of files()) expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
});

test("the schema refuses what is none", () => {
  const [file] = files();
  const { output: _, ...lacking } = file;
  for (const wrong of [
    null,
    {},
    lacking,
    { ...file, version: 2 },
    { ...file, more: 1 },
    { ...file, output: "9" },
    { ...file, explained: [{}] },
    { ...file, values: [{ ...(file.values as object[])[0], symbol: { kind: "script" } }] },
  ])
    expect(validate(wrong)).toBe(false);
});
