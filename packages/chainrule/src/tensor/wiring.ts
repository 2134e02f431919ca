/** Default wiring: the reference backend runs eager code, and hands large products of matrices to generated kernels. */
import { reference } from "../backends/reference/index.ts";
import { matmulOr } from "../backends/wasm/matmul.ts";
import { useInterpreter } from "../core/interpreter.ts";

useInterpreter({ ...reference, matmul: matmulOr(reference.matmul) });
