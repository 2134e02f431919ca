import fc from "fast-check";
import { expect, test } from "vitest";
import { duplicateKey } from "./json-keys.ts";

test.each<[string, string | null]>([
  ['{"a":1,"a":2}', "a"],
  ['{"a":1,"\\u0061" : 2}', "a"],
  ['{"a":{"b":1},"b":2}', null],
  ['[{"a":1},{"a":1}]', null],
  ['{"a":[{"c":"{\\"c\\":1}","c":2}]}', "c"],
  ['{"a":"a","b":"a"}', null],
  ['{"a":["x","x",":"],"x":"\\\\"}', null],
  ['"a"', null],
])("%s", (text, key) => {
  expect(duplicateKey(text)).toBe(key);
});

test("finds nothing in what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(duplicateKey(text)).toBeNull();
    }),
    { seed: 1, numRuns: 50 },
  );
});
