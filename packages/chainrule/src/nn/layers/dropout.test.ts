import { describe, expect, test } from "vitest";
import { compile, Generator, manualSeed, randn, type Tensor } from "../../tensor/index.ts";
import * as nn from "../index.ts";

/** What a program gives for a series of probabilities, and how often its function ran. */
function series(make: (p: number) => nn.Dropout | nn.AlphaDropout, fast: boolean, ps: readonly number[]) {
  const layer = make(0.5);
  let runs = 0;
  const fn = (x: Tensor): Tensor => {
    runs++;
    return layer(x);
  };
  const apply = fast ? compile(fn) : fn;
  manualSeed(3);
  const x = randn([5, 7]);
  const values = ps.map((p) => {
    layer.p = p;
    return [...apply(x).data];
  });
  return { values, runs, next: [...randn([2]).data] };
}

describe.each([
  ["Dropout", (p: number) => new nn.Dropout(p)],
  ["AlphaDropout", (p: number) => new nn.AlphaDropout(p)],
  ["Dropout with a generator of its own", (p: number) => new nn.Dropout({ p, generator: new Generator(4) })],
])("%s", (_, make) => {
  const ps = [0.5, 0.4, 0.05, 1e-9, 0, 0, 0.3, 1, 0.999, 0, 0.5];

  test("a p that is set between steps has the same effect compiled as not", () => {
    const eager = series(make, false, ps);
    const compiled = series(make, true, ps);
    expect(compiled.next).toEqual(eager.next);
    compiled.values.forEach((row, i) => {
      row.forEach((y, k) => {
        expect(y).toBeCloseTo(eager.values[i][k], 6);
      });
    });
    // One program for each of: nothing is dropped, something, everything.
    expect(compiled.runs).toBe(3);
    expect(eager.values[4]).toEqual([...new nn.Identity()(xOf()).data]);
  });
});

function xOf(): Tensor {
  manualSeed(3);
  return randn([5, 7]);
}

test("p is checked whenever it is set, and copied with the layer", () => {
  const layer = new nn.Dropout(0.25);
  expect(() => {
    layer.p = 1.01;
  }).toThrow("The dropout probability is 1.01");
  expect(() => {
    layer.p = Number.NaN;
  }).toThrow("The dropout probability is NaN");
  expect(layer.p).toBe(0.25);
  const copy = layer.clone();
  layer.p = 0.75;
  expect([copy.p, layer.p]).toEqual([0.25, 0.75]);
  expect(layer.toString()).toBe("Dropout(p=0.75)");
});
