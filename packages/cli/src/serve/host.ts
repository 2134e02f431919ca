import type { IncomingMessage } from "node:http";
import { isIPv4 } from "node:net";
import { clip } from "../terminal/format.ts";
import { Refusal } from "./answers.ts";

/** Whether a host is this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    (isIPv4(name) && name.startsWith("127."))
  );
}

/** Whether the header `Host` of a request, a name with or without a port, is one of this machine alone. */
const namesLoopback = (header: string): boolean => isLoopback(header.replace(/:\d*$/, ""));

/**
 * On loopback, only names of loopback: else a page of another site could reach it by a name of its own (DNS rebinding).
 *
 * @param listensAt where the server listens
 * @throws Refusal (403)
 */
export function checkHost({ headers: { host } }: IncomingMessage, listensAt: string): void {
  if (host === undefined || !isLoopback(listensAt) || namesLoopback(host)) return;
  throw new Refusal(
    403,
    "host",
    `The server answers at this machine's own names only, not at ${clip(host)}.`,
    "Ask at localhost or 127.0.0.1; or start it with --host to be reached by other names.",
  );
}
