/** A contestant's end of the line: reads one JSON request a line, times it, answers with one line. */
import { createInterface } from "node:readline";
import { type Answering, answering, type Make, type Request } from "./timing.ts";

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

/** Says what the contestant is, then answers requests until the input ends. */
export async function serveAnswers(about: object, answer: Answering): Promise<void> {
  say(about);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say((await answer(JSON.parse(line) as Request)) ?? { unable: true });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** The same for a contestant that runs in this process. */
export const serve = (about: object, make: Make): Promise<void> => serveAnswers(about, answering(make));
