import { manualSeed, nn, randn, tensor } from "chainrule";
import { exprText, trace } from "chainrule/trace";
import { beforeEach, describe, expect, test } from "vitest";
import { graphOf } from "./graph.ts";
import { type Cursor, cursorAt, cursorText, marksOf, placeOf, readCursor, step, walkOf } from "./walk.ts";

beforeEach(() => manualSeed(1));

function mlp(sizes: readonly number[]) {
  const layers = sizes
    .slice(1)
    .flatMap((out, i) => [new nn.Linear(sizes[i], out), ...(i < sizes.length - 2 ? [new nn.Tanh()] : [])]);
  const x = randn([1, sizes[0]]);
  const target = randn([1, sizes[sizes.length - 1]]);
  return trace(new nn.Sequential(...layers), x, { target, loss: new nn.MSELoss(), lr: 0.1 });
}

const numbersOf = (t: ReturnType<typeof mlp>) => (value: number, of: "value" | "gradient" | "update") =>
  t.read(value, of);

describe("the walk through a small network", () => {
  test("goes forward, to the loss, backward, and updates, each number once", () => {
    const t = mlp([2, 2, 1]);
    const { stages, places } = walkOf(t.data, numbersOf(t));
    const said = places.map(({ ref }) => exprText(t.explain(ref).symbol));
    expect(said.slice(0, 5)).toEqual(["z₁⁽¹⁾", "z₂⁽¹⁾", "y₁⁽¹⁾", "y₂⁽¹⁾", said[4]]);
    expect([...new Set(places.map(({ stage }) => stages[stage].pass))]).toEqual([
      "forward",
      "loss",
      "backward",
      "update",
    ]);
    const back = said.slice(said.findIndex((text) => text.startsWith("∂ℓ/∂w")));
    // The bias is the weight from the unit y_0 = 1, and stands first.
    expect(back.slice(0, 3)).toEqual(["∂ℓ/∂w₀₁⁽²⁾", "∂ℓ/∂w₁₁⁽²⁾", "∂ℓ/∂w₂₁⁽²⁾"]);
    expect(back.slice(3, 7)).toEqual(["∂ℓ/∂y₁⁽¹⁾", "∂ℓ/∂y₂⁽¹⁾", "∂ℓ/∂z₁⁽¹⁾", "∂ℓ/∂z₂⁽¹⁾"]);
    expect(back.slice(7, 13)).toEqual([
      "∂ℓ/∂w₀₁⁽¹⁾",
      "∂ℓ/∂w₁₁⁽¹⁾",
      "∂ℓ/∂w₂₁⁽¹⁾",
      "∂ℓ/∂w₀₂⁽¹⁾",
      "∂ℓ/∂w₁₂⁽¹⁾",
      "∂ℓ/∂w₂₂⁽¹⁾",
    ]);
    expect(new Set(places.map(({ ref }) => JSON.stringify(ref))).size).toBe(places.length);
    expect(said.filter((text) => text.includes("⁺"))).toHaveLength(9);
  });

  test("steps by units, layers, passes and terms, and stays at the ends", () => {
    const t = mlp([2, 2, 1]);
    const walk = walkOf(t.data, numbersOf(t));
    const first = cursorAt(walk, 0);
    const go = (from: Cursor, by: 1 | -1, granularity: Parameters<typeof step>[3], terms = 3) =>
      step(walk, t.data, from, granularity, by, terms);
    expect(placeOf(walk, t.data, go(first, 1, "unit"))).toBe(1);
    expect(go(first, -1, "unit")).toEqual(first);
    const second = go(first, 1, "layer");
    expect(walk.stages[walk.places[placeOf(walk, t.data, second)].stage]).toMatchObject({
      pass: "forward",
      k: 2,
    });
    expect(go(second, -1, "layer")).toEqual(first);
    const passes = marksOf(walk, "pass").map((place) => walk.stages[walk.places[place].stage].pass);
    expect(passes).toEqual(["forward", "loss", "backward", "update"]);
    // Three terms of z_1, then z_2.
    let at = first;
    const seen = [0, 1, 2, 3].map(() => {
      at = go(at, 1, "term");
      return [at.ref.index, at.term];
    });
    expect(seen).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, null],
    ]);
    expect(go(at, -1, "term")).toMatchObject({ ref: { index: 1 }, term: 2 });
    const last = cursorAt(walk, walk.places.length - 1);
    expect(go(last, 1, "unit")).toEqual(last);
  });

  test("a given number stands where it is read first", () => {
    const t = mlp([2, 2, 1]);
    const walk = walkOf(t.data, numbersOf(t));
    const [input] = t.data.inputs;
    const place = placeOf(walk, t.data, {
      ref: { value: input, of: "value", index: 1 },
      rest: false,
      term: null,
    });
    expect(place).toBe(0);
  });
});

test("of wide layers the largest are walked one by one, and the rest as one", () => {
  const t = mlp([40, 50, 3]);
  const { stages, places } = walkOf(t.data, numbersOf(t));
  const first = places.filter(({ stage }) => stage === 0);
  expect(first).toHaveLength(13);
  const { rest } = first[12];
  expect(rest).toBe(38);
  const all = Array.from(t.read(stages[0].values[0], "value"), Math.abs).sort((a, b) => b - a);
  const walked = first.slice(0, 12).map(({ ref }) => Math.abs(t.read(ref.value, "value")[ref.index]));
  expect(walked.sort((a, b) => b - a)).toEqual(all.slice(0, 12));
  const left = first[12].ref;
  expect(Math.abs(t.read(left.value, "value")[left.index])).toBe(all[12]);
});

test("a batch is walked row by row", () => {
  const model = new nn.Sequential(new nn.Linear(2, 3));
  const t = trace(model, randn([5, 2]), { target: randn([5, 3]), loss: new nn.MSELoss(), lr: 0.1 });
  const walk = walkOf(t.data, numbersOf(t), 2);
  expect(walk.places.slice(0, 3).map(({ ref }) => ref.index)).toEqual([6, 7, 8]);
});

describe("a cursor as a text", () => {
  test("comes back as it was", () => {
    const t = mlp([2, 2, 1]);
    const walk = walkOf(t.data, numbersOf(t));
    for (const granularity of ["term", "unit", "layer", "pass"] as const)
      walk.places.forEach((_, place) => {
        const cursor = cursorAt(walk, place);
        expect(readCursor(cursorText(cursor, granularity), t.data)).toEqual({ cursor, granularity });
      });
  });

  test("that names nothing is none", () => {
    const t = mlp([2, 2, 1]);
    for (const text of [
      "",
      "x",
      "v.1",
      "v.99.0",
      "v.0.2",
      "v.0.-1",
      "v.0.1e3",
      "g.1.0",
      "u.0.0",
      "v.0.0-atom",
      "v.0.0.x",
      "v.0.0".repeat(9),
    ])
      expect(readCursor(text, t.data), text).toBeNull();
  });
});

describe("the picture of the network", () => {
  test("has a column of units for each weighted sum, with its activation", () => {
    const t = mlp([2, 3, 1]);
    const { groups, links } = graphOf(t.data);
    expect(groups.map(({ kind, units, depth }) => [kind, units, depth])).toEqual([
      ["input", 2, 0],
      ["units", 3, 1],
      ["units", 1, 2],
      ["loss", 1, 3],
      ["target", 1, 2],
    ]);
    expect(groups[1].values).toHaveLength(2);
    expect(links.filter(({ weight }) => weight?.bias != null)).toHaveLength(2);
  });

  test("draws a skip and a normalization as blocks", () => {
    class Skip extends nn.Module {
      readonly a = new nn.Linear(2, 2);
      readonly norm = new nn.LayerNorm([2]);
      forward(x: ReturnType<typeof tensor>) {
        return this.norm(this.a(x).tanh().add(x));
      }
    }
    const t = trace(new Skip(), tensor([[0.3, -0.2]]), { target: tensor([[1, 0]]), loss: new nn.MSELoss() });
    const { groups, links } = graphOf(t.data);
    const blocks = groups.filter(({ kind }) => kind === "block");
    expect(blocks).toHaveLength(2);
    const skips = links.filter(({ from, to }) => groups[to].depth - groups[from].depth > 1);
    expect(skips).toHaveLength(1);
  });
});
