/** Writing the values of expressions to memory. */
import type { Access, Store } from "../../../core/schedule.ts";
import type { VectorCode } from "../math/code.ts";
import { bytesOfMasks, type Lanes, type Place, storeRow } from "./access.ts";
import type { VectorEmission } from "./expression.ts";

export interface StoreTarget {
  readonly code: VectorCode;
  readonly lanes: Lanes;
  /** Number of vectors side by side. */
  readonly count: number;
  /** Number of lanes of vector `i` that are stored. */
  readonly active: (i: number) => number;
  /** Where the first lane of vector `i` goes. */
  readonly place: (access: Access, i: number) => Place;
  /** Elements from one lane to the next. */
  readonly step: (access: Access) => number;
}

/**
 * Computes all values, and only then stores them: a point may read what it writes, and the revectorizer wants the stores of
 * neighbours with nothing between them.
 */
export function writeStores(stores: readonly Store[], emission: VectorEmission, target: StoreTarget): void {
  const { code, lanes, count, active, place, step } = target;
  const stored = stores.map(({ value, to }) => {
    const vectors = emission.value(value);
    if (value.dtype !== "bool") return { to, vectors };
    return { to, vectors: vectors.map((masks) => code.let(bytesOfMasks(masks, lanes))) };
  });
  for (const { to, vectors } of stored) {
    for (let i = 0; i < count; i++) {
      const row = {
        dtype: to.buffer.dtype,
        lanes,
        place: place(to, i),
        step: step(to),
        active: active(i),
      };
      code.write(storeRow(row, vectors[i]));
    }
  }
}
