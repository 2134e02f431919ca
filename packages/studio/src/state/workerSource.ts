import type { TraceData } from "chainrule/trace";
import type { TraceRequest } from "../protocol.ts";
import { worker } from "./studio.ts";
import type { TraceSource } from "./traceSource.ts";

/** Said by a trace that was closed because another one was opened. Whoever asked has nothing to show any more. */
export class TraceClosed extends Error {
  override readonly name = "TraceClosed";
}

/** The Worker keeps one trace open: the one with this number. */
let open = 0;

/** Opens a trace of what is open. The one before is closed. */
export async function workerSource(request: TraceRequest): Promise<TraceSource> {
  return opened(() => worker.trace(request));
}

async function opened(compute: () => Promise<TraceData>): Promise<TraceSource> {
  const number = ++open;
  const current = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (number !== open) throw new TraceClosed();
    const answer = await ask();
    if (number !== open) throw new TraceClosed();
    return answer;
  };
  const data = await current(compute);
  return {
    data,
    read: (value, of, range) => current(() => worker.traceRead(value, of, range)),
    explain: (ref, options) => current(() => worker.traceExplain(ref, options)),
    jacobian: (result, input, row) => current(() => worker.traceJacobian(result, input, row)),
    edit: async (edits) => {
      if (number !== open) throw new TraceClosed();
      try {
        return await opened(() => worker.traceEdit(edits));
      } catch (error) {
        // What was refused changed nothing: this trace is still the open one.
        if (open === number + 1) open = number;
        throw error;
      }
    },
  };
}
