/** Default wiring: which backend runs eager code. */
import { reference } from "../backends/reference/index.ts";
import { useInterpreter } from "../core/interpreter.ts";

useInterpreter(reference);
