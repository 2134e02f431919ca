import type { Command } from "commander";
import type { DoctorOptions } from "../commands/doctor.ts";
import type { Io } from "../io.ts";

export function addDoctor(program: Command, io: Io): void {
  program
    .command("doctor")
    .description("Show what compiled training runs on here, and how fast.")
    .option("--json", "print JSON, the last line of standard output", false)
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("../commands/doctor.ts");
      await doctor(options, io);
    });
}
