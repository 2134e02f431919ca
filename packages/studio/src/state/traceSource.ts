/** A trace that answers later: the same questions as `TraceReader`'s, wherever its numbers are. */
import type { ElementRef, Explained, Quantity, TraceData, TraceReader } from "chainrule/trace";
import type { Edit } from "../protocol.ts";

export interface Jacobian {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export interface TraceSource {
  readonly data: TraceData;
  /** Elements of a quantity, row-major; by default all. */
  read(value: number, of: Quantity, range?: { start: number; count: number }): Promise<Float64Array>;
  explain(ref: ElementRef, options?: { terms?: number; numeric?: boolean }): Promise<Explained>;
  jacobian(result: number, input: number, row?: number): Promise<Jacobian>;
  /** The trace with these numbers changed, and no others: an empty list undoes all changes. */
  edit(edits: readonly Edit[]): Promise<TraceSource>;
}

/** A trace that computes itself anew with other numbers. `edit` starts from what was given at first. */
export interface EditableReader extends TraceReader {
  edit?(edits: readonly Edit[]): TraceReader;
}

/** A trace in this page: computed here, or read from a file. One that was read can not be edited. */
export function localSource(reader: EditableReader): TraceSource {
  const first = reader;
  const over = (now: TraceReader): TraceSource => ({
    data: now.data,
    read: async (value, of, range) => now.read(value, of, range),
    explain: async (ref, options) => now.explain(ref, options),
    jacobian: async (result, input, row) => now.jacobian(result, input, row),
    edit: async (edits) => {
      if (edits.length === 0) return over(first);
      if (!first.edit)
        throw new Error("These numbers were written down; nothing can compute others from them.");
      return over(first.edit(edits));
    },
  });
  return over(reader);
}
