/** chainrule's contestant in a page; chromium.ts opens it, and asks by these functions. */
import { type Answering, answering } from "../timing.ts";
import { maker } from "./networks.ts";

declare global {
  /** Begins, compiled or eager, on so many threads. */
  var begin: (mode: string, threads: number) => void;
  var answer: Answering;
}

globalThis.begin = (mode, threads) => {
  globalThis.answer = answering(maker(mode, threads));
};
