import pc from "picocolors";
import type { Io, OutputStream } from "../io.ts";

/** How to mark pieces of text on one stream: in colours, or not at all. */
export type Style = ReturnType<typeof pc.createColors>;

/** Colours for a terminal, unless NO_COLOR or a dumb terminal forbids them, or where FORCE_COLOR asks for them. */
export function styleFor(stream: OutputStream, env: Io["env"]): Style {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  const forbidden = env.NO_COLOR || env.FORCE_COLOR === "0" || env.TERM === "dumb";
  return pc.createColors(!forbidden && (forced || stream.isTTY === true));
}

/** Whether a line of the stream can be rewritten in place. */
export const isLive = (stream: OutputStream, env: Io["env"]): boolean =>
  stream.isTTY === true && env.TERM !== "dumb" && !env.NO_COLOR && !env.CI;

/** The width to fill: the terminal's, or else what COLUMNS says, at most 100; 80 where it is not known. */
export function widthOf(stream: OutputStream, env: Io["env"]): number {
  const asked = Number(env.COLUMNS) || 80;
  return Math.max(40, Math.min(stream.isTTY ? (stream.columns ?? asked) : asked, 100));
}

/** Whether letters beyond ASCII can be printed: by the locale, where there is one. */
export function isUnicode(env: Io["env"]): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}
