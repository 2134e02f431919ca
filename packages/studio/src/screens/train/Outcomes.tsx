import { useState } from "preact/hooks";
import { Confusion, Figure, Scatter } from "../../parts/charts/index.ts";
import { Select } from "../../parts/controls/index.ts";
import type { Outcome, Part, Project } from "../../protocol.ts";
import { worker } from "../../state/studio.ts";
import { formatScore, scoreWords } from "./Spoken.tsx";
import { useLatest } from "./useLatest.ts";

const parts: readonly Part[] = ["training", "validation", "test"];

/** What the model predicts against what is true. */
export function Outcomes({ project }: { project: Project }) {
  const present = parts.filter((part) => project.rows[part] > 0);
  const [part, setPart] = useState<Part>(present.includes("validation") ? "validation" : "training");
  const outcome = useLatest<Outcome>(async () => worker.outcome(part), `outcome ${part}`, { pause: 500 });
  const score = outcome && (outcome.task === "classification" ? outcome.accuracy : outcome.r2);
  return (
    <section class="panel outcomes" aria-label="Predicted against true">
      <h2>Predicted against true</h2>
      <div class="row">
        <Select
          label="Rows"
          value={part}
          options={present.map((value) => ({ value, label: `${value} (${project.rows[value]})` }))}
          onChange={setPart}
        />
        {score !== null && (
          <p>
            {scoreWords(project)} <span class="num">{formatScore(project, score)}</span>
          </p>
        )}
      </div>
      {outcome?.task === "classification" && (
        <Confusion labels={project.outputNames} counts={outcome.confusion} />
      )}
      {outcome?.task === "regression" && <Predicted outcome={outcome} names={project.outputNames} />}
    </section>
  );
}

interface PredictedProps {
  readonly outcome: Extract<Outcome, { task: "regression" }>;
  readonly names: readonly string[];
}

function Predicted({ outcome: { truth, predicted }, names }: PredictedProps) {
  const [output, setOutput] = useState(0);
  const own = (_: number, i: number): boolean => i % names.length === output;
  const [t, y] = [truth.filter(own), predicted.filter(own)];
  const name = names[output] ?? "";
  return (
    <>
      {names.length > 1 && (
        <Select
          label="Output"
          value={String(output)}
          options={names.map((label, n) => ({ value: String(n), label }))}
          onChange={(n) => setOutput(Number(n))}
        />
      )}
      <Figure
        caption="Each row is a point. On the dashed line the prediction is right."
        table={{
          head: ["row", "true", "predicted"],
          rows: Array.from(t, (value, row) => [row, value, y[row] ?? null]),
        }}
      >
        <Scatter truth={t} predicted={y} name={name} />
      </Figure>
    </>
  );
}
