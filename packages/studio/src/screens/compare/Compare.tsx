import { useEffect, useState } from "preact/hooks";
import { Button, Field } from "../../parts/controls/index.ts";
import { Empty } from "../../parts/Empty.tsx";
import { formatCount } from "../../parts/number.ts";
import type { Project } from "../../protocol.ts";
import { progress, project } from "../../state/studio.ts";
import { proposedName } from "./differences.ts";
import { Exports } from "./Exports.tsx";
import { InCode } from "./InCode.tsx";
import { RunsCurves } from "./RunsCurves.tsx";
import { RunsTable } from "./RunsTable.tsx";
import { keepRun, refreshRuns, runs } from "./runs.ts";
import "./compare.css";

export default function Compare() {
  useEffect(() => {
    void refreshRuns();
  }, []);
  const open = project.value;
  if (open === null) return null;
  if (!open.trainable) {
    return (
      <Empty title="There is no training to compare">
        <p>Open something that can be trained: an example with data, a table, or a run with its table.</p>
      </Empty>
    );
  }
  const kept = runs.value;
  return (
    <div class="compare">
      <h1 class="unseen">Compare runs of {open.title}</h1>
      <section class="panel" aria-label="Runs">
        <h2>Runs side by side</h2>
        <Keep project={open} />
        {kept.length === 0 ? (
          <p class="help">
            No run is kept yet. Keep this one, start anew with other settings on Train, and keep that one too:
            here they stand side by side.
          </p>
        ) : (
          <RunsTable runs={kept} project={open} />
        )}
      </section>
      {kept.length > 0 && <RunsCurves runs={kept} />}
      <Exports />
      <InCode project={open} />
    </div>
  );
}

/** Keeps the present training under a name. */
function Keep({ project: open }: { project: Project }) {
  const [typed, setTyped] = useState<string | null>(null);
  const usual = usualConfig(open);
  const name = typed ?? proposedName(open.config, usual, runs.value);
  const keep = async (): Promise<void> => {
    await keepRun(name.trim());
    setTyped(null);
  };
  return (
    <form
      class="row keep"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") void keep();
      }}
    >
      <Field label={`Name of this run, at step ${formatCount(progress.value?.step ?? 0)}`}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            maxLength={60}
            value={name}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        )}
      </Field>
      <Button kind="primary" onClick={() => void keep()} disabled={name.trim() === ""}>
        Keep this run
      </Button>
    </form>
  );
}

/** The settings that the first kept run has, else those of now: a name says what is different from them. */
function usualConfig(open: Project): Project["config"] {
  return { ...open.config, ...runs.value[0]?.config };
}
