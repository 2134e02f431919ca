import type { Command } from "commander";
import type { DoctorOptions } from "../commands/doctor.ts";
import type { Io } from "../io.ts";

export function addDoctor(program: Command, io: Io): void {
  program
    .command("doctor")
    .description("Show what compiled training runs on here, and how fast.")
    .option("--json", "print JSON, the last line of standard output", false)
    .addHelpText(
      "after",
      `
The engine, the code that programs are compiled to and why not a better one, how
many threads they use, and the speed of a product of matrices. CHAINRULE_THREADS
and CHAINRULE_WASM change threads and code.

Examples:
  $ chainrule doctor
  $ CHAINRULE_THREADS=1 chainrule doctor --json`,
    )
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("../commands/doctor.ts");
      await doctor(options, io);
    });
}
