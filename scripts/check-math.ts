/**
 * `npm run check:math [name …]`: compares the vector functions of float32 with float64 references for all 2³² inputs, each as
 * plain products and sums and as relaxed multiply–add, and prints their largest errors in units in the last place. Fails above
 * 2. One function takes two to six minutes.
 *
 * `npm run check:math -- --speed [name …]`: measures nanoseconds per element on 16,384 numbers beside a loop of `Math`.
 */
import {
  singleFunctions,
  type UnaryName,
  unaryFunctions,
} from "../packages/chainrule/src/backends/wasm/math/functions.ts";
import { worstErrors } from "../packages/chainrule/src/backends/wasm/math/testing/exhaustive.ts";
import { measure } from "../packages/chainrule/src/backends/wasm/math/testing/speed.ts";

const BOUND = 2;
const all = [...Object.keys(unaryFunctions), ...Object.keys(singleFunctions)].sort();

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No such function: ${unknown.join(", ")}. There are ${all.join(", ")}.`);
  process.exit(1);
}
const chosen = (names.length > 0 ? names : all) as UnaryName[];

if (process.argv.includes("--speed")) {
  console.log("ns per element      Math   strict  relaxed   (16,384 elements)");
  for (const name of chosen) {
    const { math, strict, relaxed } = measure(name);
    const columns = [math, strict, relaxed].map((time) => (time?.toFixed(2) ?? "–").padStart(8));
    console.log(`${name.padEnd(16)}${columns.join(" ")}`);
  }
} else {
  for (const name of chosen) {
    const start = performance.now();
    const results = worstErrors(name, [
      { name: "strict", fused: false },
      { name: "relaxed", fused: true },
    ]);
    const shown = results.map(
      ({ variant, worst }) =>
        `${variant} ${worst.ulp.toFixed(4)} ulp at ${worst.input[0]} (${worst.got} for ${worst.exact})`,
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${name.padEnd(12)}${shown.join("; ")}; ${seconds} s`);
    if (results.some(({ worst }) => !(worst.ulp <= BOUND))) process.exitCode = 1;
  }
}
