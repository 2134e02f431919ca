/**
 * The folder of the library's own code: two up from here, in the sources and in the built package; no file for a bundler to copy.
 * Undefined in bundles that do not know their address: classic scripts, and modules on some servers.
 */
const library = ((): string | undefined => {
  try {
    return new URL(/* @vite-ignore */ "../", import.meta.url).href;
  } catch {
    return undefined;
  }
})();
const asPath = library?.replace(/^file:\/\//, "");

/**
 * The innermost line of a stack that is not the library's: where a user's code did what an error is about. Undefined where
 * stacks cannot be told apart, as in a bundle.
 */
export function callerPlace(stack: string | undefined): string | undefined {
  if (library === undefined || asPath === undefined) return undefined;
  const frames = (stack ?? "").split("\n").filter((line) => /:\d+:\d+\)?$/.test(line));
  const ours = (line: string): boolean =>
    (line.includes(library) || line.includes(asPath)) && !/\.test\.[jt]s/.test(line);
  if (!frames.some(ours)) return undefined;
  const outside = frames.find((line) => !ours(line) && !line.includes("node:"));
  return outside?.match(/\(?((?:[a-z]+:\/\/|\/|[A-Z]:)?[^\s()]+:\d+:\d+)\)?$/)?.[1];
}
