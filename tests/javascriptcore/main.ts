/** What runs under each engine: prints everything that is compared, as JSON. The argument "strict" asks for strict programs. */
import { type DType, runs, train } from "./networks.ts";
import { allOperations } from "./operations.ts";

const strict = process.argv.includes("strict");
const networks: Record<string, unknown> = {};
for (const [name, make] of Object.entries(runs))
  for (const dtype of ["float32", "float64"] satisfies DType[])
    networks[`${name}, ${dtype}`] = await train(make, dtype, strict);

const operations = strict ? allOperations() : {};
process.stdout.write(JSON.stringify({ networks, operations }));
