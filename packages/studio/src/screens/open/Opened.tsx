import { formatCount, formatPercent } from "../../parts/number.ts";
import type { Part, Project } from "../../protocol.ts";
import { hashOf, route, type Screen } from "../../state/route.ts";
import { Columns } from "./Columns.tsx";
import { Head } from "./Head.tsx";
import { useArrival } from "./useArrival.ts";

const kinds: Record<Project["kind"], string> = {
  example: "example",
  table: "table",
  run: "trained run",
  model: "model",
};

const parts: readonly Part[] = ["training", "validation", "test"];

/** What is open: enough to know that it was understood, and the ways on. */
export function Opened({ project }: { project: Project }) {
  const { title, about, kind, task, trainable, columns, head, balance, warnings, rows } = project;
  const heading = useArrival(project);
  const all = parts.reduce((sum, part) => sum + rows[part], 0);
  const to = (screen: Screen) => hashOf({ ...route.value, screen });
  return (
    <section class="panel stack opened" aria-labelledby="opened">
      <div class="row">
        <h2 id="opened" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <span class="tag">{task === "circuit" ? "worked example" : `${kinds[kind]}, ${task}`}</span>
      </div>
      <p>{about}</p>
      <div class="row">
        <a class="button primary" href={to("trace")}>
          Trace every number
        </a>
        {trainable && (
          <>
            <a class="button primary" href={to("train")}>
              {kind === "run" ? "Train it further" : "Train it"}
            </a>
            <a class="button" href={to("health")}>
              Health
            </a>
          </>
        )}
      </div>
      {warnings.length > 0 && (
        <ul class="warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <div class="grid told">
        <dl class="facts">
          <Fact name="Network" value={networkText(project)} />
          {all > 0 && <Fact name="Rows" value={rowsText(project)} />}
          {task !== "circuit" && <Fact name="Predicts" value={project.target} />}
          <Fact name={task === "circuit" ? "Values" : "Inputs"} value={listed(project.inputNames)} />
          {task === "classification" && <Fact name="Classes" value={listed(project.outputNames)} />}
        </dl>
        {balance.length > 0 && <Balance balance={balance} />}
      </div>
      {columns.length > 0 && (
        <div class="grid told">
          <Columns columns={columns} rows={all || null} />
          {head.length > 0 && <Head names={columns.map(({ name }) => name)} head={head} />}
        </div>
      )}
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const MOST_NAMES = 12;

const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMES).join(", ")} and ${formatCount(names.length - MOST_NAMES)} more`;

function networkText({ task, inputNames, outputNames, config, kind }: Project): string {
  if (task === "circuit") return "an expression without weights to learn";
  const widths = [inputNames.length, ...config.hidden, Math.max(1, outputNames.length)].map(formatCount);
  const own = kind === "run" || kind === "model" ? "" : `, ${config.activation}`;
  return `${widths.join("–")} units${config.hidden.length > 0 ? own : ""}`;
}

function rowsText({ rows }: Project): string {
  const told = parts.filter((part) => rows[part] > 0).map((part) => `${formatCount(rows[part])} ${part}`);
  return told.join(", ");
}

const MOST_CLASSES = 30;

/** How many rows each class has. */
function Balance({ balance }: Pick<Project, "balance">) {
  const total = balance.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...balance.map(({ count }) => count));
  return (
    <table class="balance">
      <caption>
        Rows of each class
        {balance.length > MOST_CLASSES ? `: the first ${MOST_CLASSES} of ${formatCount(balance.length)}` : ""}
      </caption>
      <tbody>
        {balance.slice(0, MOST_CLASSES).map(({ label, count }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td aria-hidden="true">
              <span class="bar" style={{ width: `${(100 * count) / most}%` }} />
            </td>
            <td class="n">{formatCount(count)}</td>
            <td class="n">{formatPercent(count / total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
