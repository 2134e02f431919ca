import { control, failures } from "./control.ts";

/**
 * What a worker runs, as text: so there is no file that a bundler would have to find, and nothing that it imports.
 *
 * A worker runs jobs until there is a message for it. A message needs the worker's event loop, so each is counted in shared
 * memory too: a worker that is behind leaves its own loop until it has caught up.
 */
export const workerSource = `"use strict";
const isNode = typeof process === "object" && typeof require === "function";
const programs = new Map();
let words, imports, idle, at, thread, threads;
let dealtWith = 0;
let lastJob = 0;

function receive(message) {
  if (message.memory) {
    ({ at, thread, threads } = message);
    imports = { chainrule: { memory: message.memory } };
    words = new Int32Array(message.memory.buffer, at, ${control.reached / 4});
    idle = new WebAssembly.Instance(message.idle, imports).exports.idle;
  } else if (message.module) {
    programs.set(message.program, new WebAssembly.Instance(message.module, imports).exports);
  } else {
    programs.delete(message.program);
  }
  dealtWith++;
  Atomics.add(words, ${control.received / 4}, 1);
  while (work());
}

function work() {
  const signal = Atomics.load(words, ${control.signal / 4});
  if (Atomics.load(words, ${control.posted / 4}) !== dealtWith) return false;
  const job = Atomics.load(words, ${control.job / 4});
  if (job === lastJob) idle(at, signal);
  else {
    lastJob = job;
    run(programs.get(words[${control.program / 4}]), "segment" + words[${control.segment / 4}]);
  }
  return true;
}

function run(program, segment) {
  try {
    program[segment](thread, threads, at);
  } catch (error) {
    Atomics.store(words, ${control.failed / 4}, ${failures.exception});
    throw error;
  }
}

if (isNode) require("node:worker_threads").parentPort.on("message", receive);
else self.onmessage = ({ data }) => receive(data);
`;
