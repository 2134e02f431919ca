/** What differs between the signatures of one function, for people who wonder why there are so many. */
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Pattern } from "./nest.ts";

/** Values that a message shows. */
const mostShown = 5;

/** The error of a function with too many signatures: which of its arguments was another one most often. */
export function tooMany(name: string, signatures: readonly (readonly Pattern[])[]): ChainruleError {
  const variants = new Map<string, Set<string>>();
  for (const patterns of signatures) {
    patterns.forEach((pattern, i) => {
      for (const [place, value] of leaves(pattern, `argument ${i}`)) {
        const known = variants.get(place);
        if (known) known.add(value);
        else variants.set(place, new Set([value]));
      }
    });
  }
  const [place, values] = [...variants].reduce((most, next) => (next[1].size > most[1].size ? next : most), [
    "",
    new Set<string>(),
  ] as const);
  const shown = [...values].slice(0, mostShown).join(", ");
  const varied =
    values.size > 1
      ? `${place} was ${shown}${values.size > mostShown ? ", …" : ""}`
      : "what it closes over was another each time: models, optimizers, their modes and options";
  return new ChainruleError(
    "record",
    `The compiled function ${name ? `"${name}" ` : ""}was called with ${signatures.length} signatures: ${varied}.`,
    "Pass what changes at each call as a tensor, keep shapes equal (dropLast), and make no new model or optimizer inside.",
  );
}

/** What signatures compare in a value, each with its place. */
function leaves(pattern: Pattern, place: string): (readonly [place: string, value: string])[] {
  switch (pattern.kind) {
    case "tensor":
      return [[place, `${pattern.dtype} ${showShape(pattern.shape)}`]];
    case "list": {
      const inside = pattern.items.flatMap((item, i) => leaves(item, `${place}[${i}]`));
      return [[`the length of ${place}`, String(pattern.items.length)], ...inside];
    }
    case "record":
      return pattern.items.flatMap((item, i) => leaves(item, `${place}.${pattern.keys[i]}`));
    case "other": {
      const { value } = pattern;
      return [
        [
          place,
          typeof value === "string"
            ? `"${value}"`
            : typeof value === "function"
              ? "a function"
              : String(value),
        ],
      ];
    }
  }
}
