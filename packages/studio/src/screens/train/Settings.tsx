import { useEffect, useState } from "preact/hooks";
import { Button, NumberField, Select } from "../../parts/controls/index.ts";
import { activationNames, optimizerNames, type Project, type TrainingConfig } from "../../protocol.ts";
import { configure } from "../../state/studio.ts";
import { activationLines, optimizerLines, optimizerNamesShown, settingLines } from "./explanations.ts";
import { Network } from "./Network.tsx";

const MOST_LAYERS = 12;
const MOST_UNITS = 4096;

/** The network and how it is trained. Changes wait until training is started anew with them. */
export function Settings({ project }: { project: Project }) {
  const [draft, setDraft] = useState(project.config);
  useEffect(() => setDraft(project.config), [project]);
  const change = (part: Partial<TrainingConfig>): void => setDraft({ ...draft, ...part });
  const changed = JSON.stringify(draft) !== JSON.stringify(project.config);
  return (
    <section class="panel settings" aria-label="Network and settings">
      <h2>Network</h2>
      <Network project={project} config={draft} />
      <HiddenLayers hidden={draft.hidden} onChange={(hidden) => change({ hidden })} />
      <div class="fields">
        <Select
          label="Activation"
          value={draft.activation}
          options={activationNames}
          onChange={(activation) => change({ activation })}
          help={activationLines[draft.activation]}
          disabled={draft.hidden.length === 0}
        />
        <Select
          label="Optimizer"
          value={draft.optimizer}
          options={optimizerNames.map((value) => ({ value, label: optimizerNamesShown[value] }))}
          onChange={(optimizer) => change({ optimizer })}
          help={optimizerLines[draft.optimizer]}
        />
        <NumberField
          label="Learning rate"
          value={draft.lr}
          min={0}
          max={1000}
          step={{ factor: 10 ** 0.1 }}
          onChange={(lr) => change({ lr })}
          help={settingLines.lr}
        />
        <NumberField
          label="Batch"
          value={draft.batchSize}
          min={0}
          max={project.rows.training}
          whole
          unit="rows"
          onChange={(batchSize) => change({ batchSize })}
          help={settingLines.batchSize}
        />
        <NumberField
          label="Weight decay"
          value={draft.weightDecay}
          min={0}
          max={10}
          step={{ factor: 10 ** 0.1 }}
          onChange={(weightDecay) => change({ weightDecay })}
          help={settingLines.weightDecay}
        />
        <NumberField
          label="Dropout"
          value={draft.dropout}
          min={0}
          max={0.95}
          step={0.05}
          onChange={(dropout) => change({ dropout })}
          help={settingLines.dropout}
          disabled={draft.hidden.length === 0}
        />
        <NumberField
          label="Seed"
          value={draft.seed}
          min={0}
          max={2 ** 32 - 1}
          whole
          onChange={(seed) => change({ seed })}
          help={settingLines.seed}
        />
      </div>
      <div class="actions">
        <Button kind={changed ? "primary" : "plain"} onClick={() => configure(draft)}>
          {changed ? "Start anew with these" : "Start anew"}
        </Button>
        {changed && (
          <Button kind="quiet" onClick={() => setDraft(project.config)}>
            Undo changes
          </Button>
        )}
      </div>
    </section>
  );
}

interface HiddenProps {
  readonly hidden: readonly number[];
  readonly onChange: (hidden: readonly number[]) => void;
}

function HiddenLayers({ hidden, onChange }: HiddenProps) {
  return (
    <fieldset class="hidden-layers">
      <legend>Hidden layers</legend>
      {hidden.map((units, k) => (
        <div class="layer" key={k}>
          <NumberField
            label={`Layer ${k + 1}`}
            value={units}
            min={1}
            max={MOST_UNITS}
            whole
            unit="units"
            onChange={(width) => onChange(hidden.with(k, width))}
          />
          <Button
            kind="quiet"
            label={`Remove layer ${k + 1}`}
            onClick={() => onChange(hidden.filter((_, other) => other !== k))}
          >
            ✕
          </Button>
        </div>
      ))}
      <Button
        onClick={() => onChange([...hidden, hidden[hidden.length - 1] ?? 8])}
        disabled={hidden.length >= MOST_LAYERS}
      >
        Add a layer
      </Button>
      {hidden.length === 0 && <p class="help">No hidden layer: inputs go straight to the outputs.</p>}
    </fieldset>
  );
}
