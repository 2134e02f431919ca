import { type Alarm, type Health as HealthData, type LayerHealth, layerName } from "chainrule/trace";
import { Button } from "../../parts/controls/index.ts";
import { traceUnit } from "./units.ts";

interface Props {
  readonly health: HealthData;
  readonly onLayer: (layer: LayerHealth) => void;
}

const kinds: Readonly<Record<Alarm["kind"], string>> = {
  "not-finite": "Values that are not finite",
  "dead-units": "Dead units",
  "saturated-units": "Saturated units",
  "vanishing-gradients": "Vanishing gradients",
  "exploding-gradients": "Exploding gradients",
  "update-too-large": "Updates too large",
  "update-too-small": "Updates very small",
  converged: "Stationary: ∇L is about 0",
};

const severities: Readonly<Record<Alarm["severity"], string>> = {
  bad: "Fault",
  warning: "Warning",
  note: "Note",
};

const titleOf = ({ kind, layer: path }: Alarm, { layers }: HealthData): string => {
  const layer = path ? layers.find((found) => found.path === path) : undefined;
  return `${kinds[kind]}${layer ? ` in ${layerName(layer)}` : ""}`;
};

/** What calls for something to be done: each with what was seen and what helps. */
export function Alarms({ health, onLayer }: Props) {
  const { alarms } = health;
  return (
    <section class="panel alarms" aria-label="Alarms">
      <h2>What needs attention</h2>
      {/* Without numbers, so that it is spoken when an alarm comes or goes, and not at each sample. */}
      <p class="unseen" role="status">
        {alarms.length === 0
          ? "No alarms."
          : `Alarms: ${alarms.map((alarm) => titleOf(alarm, health)).join("; ")}.`}
      </p>
      {alarms.length === 0 && (
        <p class="good">
          ✓ Nothing: gradients arrive in every layer, units are alive
          {health.layers.some(({ updateRatio }) => updateRatio !== null) && ", updates have a healthy size"}.
        </p>
      )}
      <ul>
        {alarms.map((alarm) => (
          <li key={`${alarm.kind} ${alarm.layer}`} class={`alarm alarm-${alarm.severity}`}>
            <p>
              <strong>
                <span class="severity">{severities[alarm.severity]}</span> {titleOf(alarm, health)}
              </strong>
            </p>
            <p>{alarm.evidence}</p>
            <p>
              <span class="dim">What helps:</span> {alarm.remedy}
            </p>
            <Links alarm={alarm} health={health} onLayer={onLayer} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Links({ alarm, health, onLayer }: Props & { alarm: Alarm }) {
  const layer = health.layers.find(({ path }) => path === alarm.layer);
  if (!layer) return null;
  const units =
    alarm.kind === "dead-units" ? layer.dead : alarm.kind === "saturated-units" ? layer.saturated : [];
  return (
    <div class="row">
      <Button onClick={() => onLayer(layer)}>Show {layerName(layer)}</Button>
      {units[0] !== undefined && (
        <Button onClick={() => traceUnit(layer, units[0]!)}>Follow unit {units[0] + 1} in Trace</Button>
      )}
    </div>
  );
}
