/**
 * `npm run check:readers [bytes]`: every reader of files takes a million damaged bytes and more (cut off, with flipped bits, with lies
 * about lengths), without a crash, a hang, or more memory than a small multiple of the file. Names after the number choose readers.
 */
import { readFileSync } from "node:fs";
import { fuzzedOnnx } from "../packages/chainrule/src/io/onnx/testing/models.ts";
import { type FuzzedReader, fuzz } from "../packages/chainrule/src/io/testing/fuzz.ts";
import { fuzzedReaders } from "../packages/chainrule/src/io/testing/samples.ts";
import { fuzzedTfjs, modelsIn } from "../packages/chainrule/src/io/tfjs/testing/damage.ts";

const [count = "1000000", ...names] = process.argv.slice(2);
/** Readers by the formats' names. */
const readers: Readonly<Record<string, FuzzedReader>> = {
  ...(await fuzzedReaders()),
  ONNX: fuzzedOnnx(),
  tfjs: fuzzedTfjs(
    modelsIn(readFileSync(new URL("../tests/golden/data/tfjs.json", import.meta.url), "utf8")),
  ),
};

/** The process as a whole may take so much. */
const MOST_MB = 800;

for (const [name, reader] of Object.entries(readers)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const begun = performance.now();
  const { files, bytes, read, slowestMs } = await fuzz(reader, {
    seed: 20_26,
    files: 10_000,
    bytes: Number(count),
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `${name}: ${files} files, ${bytes} bytes, ${read} read all the same, the slowest in ${slowestMs.toFixed(0)} ms; ${seconds} s`,
  );
}
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(`At most ${megabytes.toFixed(0)} MB of memory.`);
if (megabytes > MOST_MB) {
  console.error(`That is more than ${MOST_MB}.`);
  process.exitCode = 1;
}
