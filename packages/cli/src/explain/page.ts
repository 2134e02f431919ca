import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ChainruleError } from "chainrule";
import type { TraceFile } from "chainrule/trace";

/** A pass of a page. */
export interface TitledTrace {
  readonly title: string;
  readonly trace: TraceFile;
}

/** Where the built page of the studio takes what it is to show: JSON, by gzip, in base64. */
const PLACE = "__TRACES__";

/** Where the studio's package has the built page. */
const built = (): string =>
  join(
    dirname(createRequire(import.meta.url).resolve("@chainrule/studio/package.json")),
    ...["dist", "pages", "trace", "trace.html"],
  );

/**
 * A page that steps through passes: one file, which loads nothing.
 *
 * @param path the page as it was built
 * @throws ChainruleError `file` where it has not been built
 */
export async function tracePage(passes: readonly TitledTrace[], path = built()): Promise<string> {
  const html = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ChainruleError(
      "file",
      `The page to write the pass into is not there: ${path} can not be read.`,
      "In a clone, `npm run build` makes it; else install @chainrule/cli anew.",
      { cause },
    );
  });
  // Explanations repeat themselves a lot: packed, they are a twentieth. Nothing in base64 could end the script that it stands in.
  const packed = gzipSync(JSON.stringify(passes)).toString("base64");
  return html.replace(PLACE, () => packed);
}
