/** The tables that come with the app. They are fetched when they are opened, so that the first page loads without them. */
import { refusal } from "../sentence.ts";

/** Gives the bytes of a bundled file by its name. */
export type Fetch = (name: string) => Promise<Uint8Array>;

export const bundledNames = ["digits.csv", "penguins.csv"] as const;

const addresses: Readonly<Record<string, () => Promise<{ default: string }>>> = {
  "digits.csv": () => import("../../../../cli/data/digits.csv?url"),
  "penguins.csv": () => import("../../../../cli/data/penguins.csv?url"),
};

/** @throws ChainruleError `file` where it can not be fetched */
export const fetchBundled: Fetch = async (name) => {
  try {
    const { default: address } = await addresses[name]();
    const answer = await fetch(new URL(address, import.meta.url));
    if (!answer.ok) throw new Error(`${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throw refusal(
      "file",
      `${name} could not be loaded (${error instanceof Error ? error.message : String(error)}).`,
      "Check that the app's files are all there, and try again.",
    );
  }
};

/** SHA-256 in hexadecimal digits; null where the page is not allowed to compute it (it came over plain HTTP). */
export async function sha256(bytes: Uint8Array): Promise<string | null> {
  if (globalThis.crypto?.subtle === undefined) return null;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice()));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
