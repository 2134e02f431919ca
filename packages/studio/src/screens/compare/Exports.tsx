import { useState } from "preact/hooks";
import { Button } from "../../parts/controls/index.ts";
import { failureOf } from "../../state/failure.ts";
import { route } from "../../state/route.ts";
import { failure, worker } from "../../state/studio.ts";
import { download } from "./download.ts";

interface Export {
  readonly label: string;
  readonly about: string;
  /** Makes the file, and gives its name. */
  make(): Promise<string>;
}

const exports: readonly Export[] = [
  {
    label: "Report (HTML)",
    about: "one file with scores, curves, health and rows to trace, which opens anywhere and prints well",
    async make() {
      const { name, html } = await worker.report();
      download(name, html, "text/html");
      return name;
    },
  },
  {
    label: "Model (safetensors)",
    about: "the weights with what is needed to use them; this app opens it, and so does chainrule's load",
    async make() {
      const { name, bytes } = await worker.modelFile();
      download(name, bytes.slice(), "application/octet-stream");
      return name;
    },
  },
  {
    label: "Trace (JSON)",
    about: "every number of one forward and backward pass, of the rows that Trace shows, with its formula",
    async make() {
      const rows = route.value.rows ?? ({ kind: "row", part: "training", row: 0 } as const);
      const { name, json } = await worker.traceFile({ step: -1, rows });
      download(name, json, "application/json");
      return name;
    },
  },
];

/** Files to take away. They are made here; nothing leaves the machine. */
export function Exports() {
  const [state, setState] = useState({ making: "", made: "" });
  const start = async ({ label, make }: Export): Promise<void> => {
    setState({ making: label, made: "" });
    try {
      const name = await make();
      failure.value = null;
      setState({ making: "", made: `${name} is among your downloads.` });
    } catch (error) {
      failure.value = failureOf(error);
      setState({ making: "", made: "" });
    }
  };
  return (
    <section class="panel" aria-label="Export">
      <h2>Take it with you</h2>
      <ul class="exports">
        {exports.map((one) => (
          <li key={one.label}>
            <Button onClick={() => start(one)} disabled={state.making !== ""}>
              {state.making === one.label ? "Making…" : one.label}
            </Button>
            <span class="help">{one.about}</span>
          </li>
        ))}
      </ul>
      <p role="status">{state.made}</p>
    </section>
  );
}
