import { useEffect, useRef, useState } from "preact/hooks";
import { Button, NumberField, Select } from "../../parts/controls/index.ts";
import { formatNumber } from "../../parts/number.ts";
import { Icon } from "../../parts/trace/Icon.tsx";
import type { Part, Project, RowPreview, TraceRows } from "../../protocol.ts";
import { failureOf } from "../../state/failure.ts";
import { route } from "../../state/route.ts";
import { failure, worker } from "../../state/studio.ts";
import { nextOf, partNames, partsOf, uncertainRows, wrongRows } from "./rows.ts";

interface Props {
  readonly project: Project;
  readonly rows: Extract<TraceRows, { kind: "row" }>;
  readonly onChange: (rows: TraceRows) => void;
  /** The step whose model says what it predicts. */
  readonly step: number;
}

/** Chooses a row: by its number, one after the other, one that is predicted wrongly, one that the model is unsure of. */
export function RowChoice({ project, rows, onChange, step }: Props) {
  const { part, row } = rows;
  const count = project.rows[part];
  const parts = partsOf(project);
  const to = (next: number) => onChange({ ...rows, row: Math.max(0, Math.min(count - 1, next)) });
  const [note, setNote] = useState("");
  const latest = useRef<Props["rows"] | null>(rows);
  latest.current = rows;
  useEffect(
    () => () => {
      latest.current = null;
    },
    [],
  );
  const find = async (kind: "wrong" | "uncertain") => {
    try {
      const asked = route.peek().rows;
      const outcome = await worker.outcome(part);
      // Something else was chosen meanwhile, whether it is drawn yet or not.
      if (latest.current !== rows || route.peek().rows !== asked) return;
      const next = nextOf(kind === "wrong" ? wrongRows(outcome) : uncertainRows(outcome), row);
      setNote(next === undefined ? `None of the ${count} rows is predicted wrongly.` : "");
      if (next !== undefined) to(next);
    } catch (error) {
      failure.value = failureOf(error);
    }
  };
  return (
    <>
      {parts.length > 1 && (
        <Select<Part>
          label="Part"
          value={part}
          options={parts.map((value) => ({
            value,
            label: `${partNames[value]} (${project.rows[value].toLocaleString("en-US")})`,
          }))}
          onChange={(next) => onChange({ kind: "row", part: next, row: 0 })}
        />
      )}
      <NumberField label="Row" value={row + 1} min={1} max={count} whole onChange={(next) => to(next - 1)} />
      {count > 1 && (
        <span class="row">
          <Button onClick={() => to(row - 1)} disabled={row === 0} label="The row before">
            <Icon shape="up" />
          </Button>
          <Button onClick={() => to(row + 1)} disabled={row === count - 1} label="The next row">
            <Icon shape="down" />
          </Button>
          <Button
            onClick={() => void find("wrong")}
            title={
              project.task === "regression"
                ? "Rows by the size of their error"
                : "Rows that are predicted wrongly, the surest first"
            }
          >
            {project.task === "regression" ? "A large error" : "A wrong one"}
          </Button>
          {project.task === "classification" && (
            <Button
              onClick={() => void find("uncertain")}
              title="Rows from the one that the model is least sure of"
            >
              An uncertain one
            </Button>
          )}
        </span>
      )}
      <Said part={part} row={row} step={step} regression={project.task === "regression"} />
      {note && (
        <span class="dim" role="status">
          {note}
        </span>
      )}
    </>
  );
}

interface SaidProps {
  readonly part: Part;
  readonly row: number;
  readonly step: number;
  readonly regression: boolean;
}

/** What the row truly is, and what the model says. */
function Said({ part, row, step, regression }: SaidProps) {
  const [preview, setPreview] = useState<RowPreview | null>(null);
  useEffect(() => {
    let current = true;
    worker.row(part, row).then(
      (found) => current && setPreview(found),
      () => current && setPreview(null),
    );
    return () => {
      current = false;
    };
  }, [part, row, step]);
  if (!preview) return null;
  const right = preview.truth === preview.predicted;
  const shown = (text: string) =>
    regression
      ? text
          .split(", ")
          .map((number) => formatNumber(Number(number), 6))
          .join(", ")
      : text;
  return (
    <span class="num">
      true <b>{shown(preview.truth)}</b>, predicted{" "}
      <b class={right ? "good" : ""}>{shown(preview.predicted)}</b>
    </span>
  );
}
