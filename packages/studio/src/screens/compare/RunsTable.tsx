import { Button } from "../../parts/controls/index.ts";
import { formatCount, formatNumber, formatPercent } from "../../parts/number.ts";
import type { Project, RunSummary } from "../../protocol.ts";
import { differingSettings, settingNames, settingText } from "./differences.ts";
import { dropRun, reopenRun } from "./runs.ts";

interface Props {
  readonly runs: readonly RunSummary[];
  readonly project: Project;
}

/** A column for each run: what came out, and its settings. Those that differ are marked. */
export function RunsTable({ runs, project }: Props) {
  const differing = differingSettings(runs);
  const classes = project.task === "classification";
  const best = {
    score: Math.max(...runs.map(({ score }) => score).filter(Number.isFinite)),
    loss: Math.min(...runs.map(({ loss }) => loss).filter(Number.isFinite)),
  };
  const outcome: [string, (run: RunSummary) => string, (run: RunSummary) => boolean][] = [
    [
      classes ? "accuracy" : "R²",
      ({ score }) => (classes ? formatPercent(score) : formatNumber(score)),
      ({ score }) => score === best.score,
    ],
    ["loss", ({ loss }) => formatNumber(loss), ({ loss }) => loss === best.loss],
    ["steps", ({ steps }) => formatCount(steps), () => false],
    ["seconds of training", ({ seconds }) => seconds.toFixed(1), () => false],
    ["weights", ({ weights }) => formatCount(weights), () => false],
  ];
  return (
    <section class="wide" tabIndex={0} aria-label="Runs side by side">
      <table class="runs">
        <caption>
          Scores and losses are those of the validation rows, or of the training rows where none are held
          back. The best are bold; settings that differ are marked with ≠.
        </caption>
        <thead>
          <tr>
            <td />
            {runs.map(({ id, name }) => (
              <th key={id} scope="col" class="n">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {outcome.map(([name, text, isBest]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {runs.map((run) => (
                <td key={run.id} class={`n ${runs.length > 1 && isBest(run) ? "best" : ""}`}>
                  {text(run)}
                </td>
              ))}
            </tr>
          ))}
          {settingNames.map(([name, words]) => (
            <tr key={name} class={differing.has(name) ? "differs" : ""}>
              <th scope="row">
                {differing.has(name) && <span title="differs between the runs">≠ </span>}
                {words}
              </th>
              {runs.map(({ id, config }) => (
                <td key={id} class="n">
                  {settingText(config, name)}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <td />
            {runs.map(({ id, name }) => (
              <td key={id} class="n">
                <span class="run-actions">
                  <Button onClick={() => reopenRun(id)} label={`Open ${name} again`}>
                    Open
                  </Button>
                  <Button kind="quiet" onClick={() => dropRun(id)} label={`Drop ${name}`}>
                    Drop
                  </Button>
                </span>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}
