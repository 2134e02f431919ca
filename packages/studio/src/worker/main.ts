/** The Worker: offers a `Studio` to the page through Comlink. */
import { expose, transfer, transferHandlers } from "comlink";
import type { Progress, StudioWorker } from "../protocol.ts";
import { plainError } from "./sentence.ts";
import { Studio } from "./studio.ts";

const methods: Readonly<Record<keyof StudioWorker, true>> = {
  openExample: true,
  openFiles: true,
  chooseTarget: true,
  configure: true,
  run: true,
  pause: true,
  step: true,
  rewind: true,
  setRate: true,
  setPace: true,
  listen: true,
  boundary: true,
  response: true,
  outcome: true,
  preparedData: true,
  row: true,
  trace: true,
  traceRead: true,
  traceExplain: true,
  traceJacobian: true,
  traceEdit: true,
  health: true,
  watchHealth: true,
  healthHistory: true,
  keepRun: true,
  runs: true,
  openRun: true,
  dropRun: true,
  modelFile: true,
  traceFile: true,
  report: true,
};

// Comlink sends of an error its name, message and stack; the page wants the sentence and the remedy too.
const thrown = transferHandlers.get("throw");
if (thrown) {
  const { serialize } = thrown;
  transferHandlers.set("throw", {
    ...thrown,
    serialize: (value: { value: unknown }) => {
      const [, transfers] = serialize(value);
      return [{ isError: true, value: plainError(value.value) }, transfers];
    },
  });
}

/** The buffers of typed arrays in a result. All results are made for the call, except what is a view of something larger. */
function buffersIn(value: unknown, depth = 0, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0)
      found.add(buffer);
  } else if (typeof value === "object" && value !== null && depth < 6) {
    for (const entry of Object.values(value)) buffersIn(entry, depth + 1, found);
  }
  return found;
}

const shipped = <T>(value: T): T =>
  typeof value === "object" && value !== null ? transfer(value, [...buffersIn(value)]) : value;

const studio = new Studio();
/** These may give what is kept here: it is copied. */
const kept: ReadonlySet<string> = new Set([
  "health",
  "healthHistory",
  "runs",
  "trace",
  "traceRead",
  "traceEdit",
]);

const offered = Object.fromEntries(
  Object.keys(methods).map((name) => [
    name,
    async (...args: never[]) => {
      const method = studio[name as keyof StudioWorker] as (...args: never[]) => unknown;
      const result = await method.apply(studio, args);
      return kept.has(name) ? result : shipped(result);
    },
  ]),
);

expose({
  ...offered,
  listen: (listener: (progress: Progress) => void) =>
    studio.listen((progress) => listener(shipped(progress))),
});
