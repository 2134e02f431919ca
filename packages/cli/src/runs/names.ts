/** The files of a run, beside the lock of the process that trains it and the event files of TensorBoard. */
export const names = {
  config: "config.json",
  state: "state.json",
  history: "history.ndjson",
  checkpoint: "checkpoint.safetensors",
  /** The checkpoint before it, in case that one is damaged. */
  earlier: "checkpoint-before.safetensors",
  model: "model.safetensors",
  scores: "scores.json",
  report: "report.html",
} as const;
