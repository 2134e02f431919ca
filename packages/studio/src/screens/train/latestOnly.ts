/** Calls with the newest argument only: while one call is under way, those that come meanwhile wait as one. For sliders. */
export function latestOnly<T>(call: (argument: T) => Promise<void>): (argument: T) => void {
  let busy = false;
  let waiting: { readonly argument: T } | null = null;
  const start = async (argument: T): Promise<void> => {
    busy = true;
    try {
      await call(argument);
    } finally {
      busy = false;
      const next = waiting;
      waiting = null;
      if (next) void start(next.argument);
    }
  };
  return (argument) => {
    if (busy) waiting = { argument };
    else void start(argument);
  };
}
