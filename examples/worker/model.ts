/** What both sides know: the network, and the messages between them. */
import { nn } from "chainrule";

export const makeModel = () => new nn.Sequential(new nn.Linear(1, 32), new nn.Tanh(), new nn.Linear(32, 1));

export type ToWorker =
  | { kind: "train"; inputs: number[]; targets: number[]; epochs: number }
  | { kind: "stop" };
export type FromWorker =
  | { kind: "epoch"; epoch: number; loss: number }
  | { kind: "done"; weights: Uint8Array };
