/** Vitest's setup of the project "compiled": every tensor that a test reads comes out of a compiled program. */
import { useInterpreter } from "../../core/interpreter.ts";
import { compiler } from "../../tensor/compile.ts";
import "../../tensor/index.ts";
import { lazyInterpreter } from "./lazy.ts";

useInterpreter(lazyInterpreter(compiler));
