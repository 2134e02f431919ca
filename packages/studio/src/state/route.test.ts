import fc from "fast-check";
import { expect, test } from "vitest";
import { activationNames, exampleNames, optimizerNames } from "../protocol.ts";
import { hashOf, parseHash, type Route, screens } from "./route.ts";

const nowhere: Route = { screen: "open", example: null, config: {}, step: null, rows: null, cursor: null };
const count = fc.integer({ min: 0, max: 1e8 });
const rate = fc.double({ min: 0, max: 10, noNaN: true });

test("every place is found again by its address", () => {
  const config = fc.record(
    {
      hidden: fc.array(fc.integer({ min: 1, max: 512 }), { maxLength: 5 }),
      activation: fc.constantFrom(...activationNames),
      optimizer: fc.constantFrom(...optimizerNames),
      lr: rate,
      batchSize: count,
      weightDecay: rate,
      dropout: fc.double({ min: 0, max: 0.9, noNaN: true }),
      seed: count,
    },
    { requiredKeys: [] },
  );
  const place = fc.record({
    screen: fc.constantFrom(...screens),
    example: fc.option(fc.constantFrom(...exampleNames)),
    config,
    step: fc.option(count),
    rows: fc.option(
      fc.oneof(
        fc.record({ kind: fc.constant("batch" as const), step: count }),
        fc.record({
          kind: fc.constant("row" as const),
          part: fc.constantFrom("training" as const, "validation" as const, "test" as const),
          row: count,
        }),
      ),
    ),
    cursor: fc.option(
      fc
        .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
        .filter((text) => text.trim() !== "" && text.length <= 100),
    ),
  });
  fc.assert(
    fc.property(place, (route) => {
      expect(parseHash(hashOf(route))).toEqual(route);
    }),
  );
});

test("an address reads well", () => {
  const rows = { kind: "row", part: "training", row: 0 } as const;
  const config = { hidden: [16, 8], lr: 0.5, seed: 0 };
  expect(hashOf({ screen: "trace", example: "mazur", config, step: 12, rows, cursor: "g.5.3" })).toBe(
    "#/trace?ex=mazur&hidden=16-8&lr=0.5&seed=0&step=12&row=training:0&at=g.5.3",
  );
  expect(hashOf({ ...nowhere, config: { hidden: [] } })).toBe("#/open?hidden=none");
});

test("typed numbers are data: they never get into an address", () => {
  const rows = { kind: "typed", inputs: [1.5, 42], target: 1 } as const;
  expect(hashOf({ ...nowhere, rows })).toBe("#/open");
});

test("no text makes an address that can not be read", () => {
  expect(parseHash("")).toEqual(nowhere);
  expect(
    parseHash("#/nowhere?ex=nothing&lr=-1&hidden=0-2&batch=1.5&drop=1&seed=1e400&step=-1&row=test:-3"),
  ).toEqual(nowhere);
  expect(parseHash("#/train?hidden=1-1-1-1-1-1-1-1-1-1-1-1-1-1").config).toEqual({});
  fc.assert(fc.property(fc.string(), (text) => void parseHash(`#/${text}?${text}`)));
});
