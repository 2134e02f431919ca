/** What stands beside tensors in arguments and results: values that signatures compare, and objects that nobody looks into. */
import { Generator } from "../core/random.ts";
import type { Structured } from "../core/recording.ts";
import { Tensor } from "../core/tensor.ts";
import type { Pattern } from "./nest.ts";
import { RecordedStorage, refusal } from "./recorded.ts";

/** Everything in a pattern that is neither a tensor nor a list or record. */
const othersIn = (pattern: Pattern): unknown[] =>
  pattern.kind === "other"
    ? [pattern.value]
    : pattern.kind === "tensor"
      ? []
      : pattern.items.flatMap(othersIn);

/** Whether a program notices when what a value consists of changes: optimizers and generators tell, modules are functions. */
function isWatched(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Generator) return true;
  return typeof (value as Partial<Structured>).structure === "function";
}

/**
 * Refuses an argument with contents that a program would never look at again.
 *
 * @throws ChainruleError `record`
 */
export function checkArgument(pattern: Pattern, position: number): void {
  const unwatched = othersIn(pattern).find((value) => !isWatched(value));
  if (unwatched === undefined) return;
  throw refusal(
    `Argument ${position} of the compiled function holds ${kindOf(unwatched)}, which would be read only while compile() records.`,
    "Pass tensors, as fromTypedArray() makes them; plain arrays and objects of tensors and numbers may be passed too.",
  );
}

/**
 * Refuses a result that holds tensors where later runs cannot put theirs.
 *
 * @throws ChainruleError `record`
 */
export function checkResult(pattern: Pattern): void {
  const holder = othersIn(pattern).find((value) => holdsComputed(value, new Set()));
  if (holder === undefined) return;
  throw refusal(
    `The result of the compiled function holds tensors in ${kindOf(holder)}, where later runs cannot put theirs.`,
    "Return them in arrays and plain objects.",
  );
}

/** Whether an object that is no list or record has a tensor in it that the function computes; iterators may have any. */
function holdsComputed(value: unknown, seen: Set<unknown>): boolean {
  if (value instanceof Tensor) return value.storage instanceof RecordedStorage;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value))
    return false;
  seen.add(value);
  if (typeof (value as Partial<Iterator<unknown>>).next === "function") return true;
  const items: unknown[] =
    value instanceof Map
      ? [...value.keys(), ...value.values()]
      : value instanceof Set
        ? [...value]
        : Object.values(value);
  return items.some((item) => holdsComputed(item, seen));
}

function kindOf(value: unknown): string {
  const name = (value as object).constructor?.name || "object";
  return `${/^[AEIOU]/i.test(name) ? "an" : "a"} ${name}`;
}
