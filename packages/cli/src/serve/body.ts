import type { IncomingMessage } from "node:http";
import { clip } from "../terminal/format.ts";
import { Refusal } from "./answers.ts";

/** What is refused is read to its end all the same, up to so many times the largest body that is taken. */
const PATIENCE = 8;

/** The client went away. Nobody waits for an answer. */
export class Gone extends Error {}

/**
 * Reads the JSON of a request.
 *
 * @param most bytes that it may have
 * @throws Refusal for another type or a compressed one (415), too many bytes (413), or what is no JSON (400)
 * @throws Gone when the client went away
 */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const type = request.headers["content-type"] ?? "";
  const bytes = await readBody(request, most);
  // A page of another site can send other types without being asked whether it may.
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type)) {
    throw new Refusal(
      415,
      "type",
      `The request has ${type === "" ? "no type" : `the type ${clip(type)}`} where application/json must be.`,
      "Send the header Content-Type: application/json.",
    );
  }
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new Refusal(
      415,
      "encoding",
      `The request is encoded by ${clip(encoding)}, which the server does not read.`,
      "Send it as it is, without Content-Encoding.",
      { headers: { "Accept-Encoding": "identity" } },
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : "it is no UTF-8";
    throw new Refusal(
      400,
      "json",
      `The request is no JSON: ${why}.`,
      "Send a row as a JSON object, or a list of rows.",
    );
  }
}

function readBody(request: IncomingMessage, most: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const take = (part: Buffer): void => {
      length += part.length;
      if (length <= most) parts.push(part);
      else refuse();
    };
    const refuse = (): void => {
      request.off("data", take);
      reject(
        new Refusal(
          413,
          "too-large",
          `The request has more than ${most.toLocaleString("en-US")} bytes.`,
          "Send the rows in several requests, or start the server with a larger --max-body.",
        ),
      );
    };
    request.on("data", take);
    request.on("end", () => resolve(Buffer.concat(parts)));
    request.on("close", () => reject(new Gone()));
    request.on("error", () => reject(new Gone()));
    if (Number(request.headers["content-length"] ?? 0) > most) refuse();
  });
}

/**
 * Reads what is left of a request that is refused, and throws it away: many clients hear the answer only when they have sent all.
 *
 * @param most bytes of a request that would not be refused; much more than that is not read
 */
export function discard(request: IncomingMessage, most: number): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete) resolve();
    let length = 0;
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length > PATIENCE * most) resolve();
    });
    for (const event of ["end", "close", "error"] as const) request.on(event, () => resolve());
  });
}

/** Whether a request brings something beside its head. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
