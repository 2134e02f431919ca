/** Milliseconds of work after which others get a turn: below this, progress lines and pages look alive. */
const TURN = 16;

let last = 0;

/**
 * A promise when it is time to let others run (timers, input, a page's drawing), else undefined: await it only then, because
 * awaiting costs more than a small training step.
 */
export function pause(): Promise<void> | undefined {
  const now = performance.now();
  if (now - last < TURN) return undefined;
  return nextTurn().then(() => {
    last = performance.now();
  });
}

/** Resolves in a later task. Timers would do, but browsers make each of them last 4 ms. */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
