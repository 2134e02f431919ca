import { isIPv4 } from "node:net";

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
export const namesLoopback = (header: string): boolean => isLoopback(header.replace(/:\d*$/, ""));
