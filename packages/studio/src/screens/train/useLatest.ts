import { useEffect, useRef, useState } from "preact/hooks";
import { failureOf } from "../../state/failure.ts";
import { failure, generation, progress } from "../../state/studio.ts";

interface Options {
  /** Least time between two questions, ms. Default 250. */
  readonly pause?: number;
  /** False to ask nothing. Default true. */
  readonly on?: boolean;
}

/**
 * What the Worker says of the present state. It is asked again after each step of training, at most so often, and never twice at
 * once. An answer to another question, or of a project that is no longer open, is never given.
 *
 * @param key - tells one question from another: a changed key is asked for at once
 * @returns null until the first answer
 */
export function useLatest<T>(ask: () => Promise<T>, key: string, options: Options = {}): T | null {
  const { pause = 250, on = true } = options;
  const question = `${generation.value}/${key}`;
  const stamp = progress.value?.step ?? -1;
  const [answer, setAnswer] = useState<{ question: string; value: T } | null>(null);
  const state = useRef({ wanted: "", stamp: -2, asked: 0, busy: false, timer: 0, gone: false, ask });
  state.current.ask = ask;

  useEffect(() => {
    const now = state.current;
    if (!on || (now.wanted === question && now.stamp === stamp)) return;
    const fresh = now.wanted !== question;
    now.wanted = question;
    now.stamp = stamp;
    const next = (): void => {
      now.timer = 0;
      if (now.busy || now.gone) return;
      const asked = { question: now.wanted, stamp: now.stamp };
      now.busy = true;
      now.asked = performance.now();
      now.ask().then(
        (value) => settle(asked, () => setAnswer({ question: asked.question, value })),
        (error) =>
          settle(asked, () => {
            failure.value = failureOf(error);
          }),
      );
    };
    const settle = (asked: { question: string; stamp: number }, tell: () => void): void => {
      now.busy = false;
      if (now.gone) return;
      if (asked.question === now.wanted) tell();
      // Something changed while it was asked.
      if (asked.question !== now.wanted) next();
      else if (asked.stamp !== now.stamp) later();
    };
    const later = (): void => {
      now.timer ||= window.setTimeout(next, Math.max(0, now.asked + pause - performance.now()));
    };
    if (fresh) {
      clearTimeout(now.timer);
      next();
    } else if (!now.busy) later();
  }, [question, stamp, on]);

  useEffect(() => {
    const now = state.current;
    now.gone = false;
    return () => {
      now.gone = true;
      clearTimeout(now.timer);
    };
  }, []);

  return answer?.question === question ? answer.value : null;
}
