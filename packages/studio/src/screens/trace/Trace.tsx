import { useEffect, useState } from "preact/hooks";
import { Button, NumberField, Select } from "../../parts/controls/index.ts";
import { formatCount } from "../../parts/number.ts";
import { TraceView } from "../../parts/trace/TraceView.tsx";
import type { Edit, Project, TraceRows } from "../../protocol.ts";
import { failureOf } from "../../state/failure.ts";
import { go, route } from "../../state/route.ts";
import { failure, generation, progress, project } from "../../state/studio.ts";
import type { TraceSource } from "../../state/traceSource.ts";
import { workerSource } from "../../state/workerSource.ts";
import { RowChoice } from "./RowChoice.tsx";
import { firstRows } from "./rows.ts";
import { Thumbnails } from "./Thumbnails.tsx";
import { TypedInputs } from "./TypedInputs.tsx";

/** A pass through what is open: of one row, of a batch, or of typed numbers, at any step of training. */
export default function Trace() {
  const open = project.value;
  return open ? <Opened project={open} /> : null;
}

/** The changes of numbers by the row and step that they were made in: they are there again when one comes back. */
const edited = new Map<string, readonly Edit[]>();
const MOST_EDITED = 100;

function keepEdits(key: string, edits: readonly Edit[]): void {
  edited.delete(key);
  if (edits.length > 0) edited.set(key, edits);
  for (const oldest of edited.keys()) if (edited.size > MOST_EDITED) edited.delete(oldest);
}

function Opened({ project: open }: { project: Project }) {
  const rows = route.value.rows ?? firstRows(open);
  const now = progress.value;
  const { step } = route.value;
  const [shown, setShown] = useState<{ readonly source: TraceSource; readonly key: string } | null>(null);
  const source = shown?.source ?? null;
  const [traced, setTraced] = useState(-1);
  // While training runs, the present step is a moving one: the trace stays where it was opened.
  const at = step ?? (now?.running ? "running" : (now?.step ?? 0));
  useEffect(() => {
    if (at === "running" && source) return;
    let current = true;
    const opening = generation.peek();
    const request = { step: typeof at === "number" && open.trainable ? at : -1, rows };
    workerSource(request).then(
      (opened) => {
        if (!current) return;
        setShown({ source: opened, key: `${opening} ${JSON.stringify(request)}` });
        setTraced(typeof at === "number" ? at : (progress.peek()?.step ?? 0));
      },
      (error) => {
        if (current && error?.name !== "TraceClosed") failure.value = failureOf(error);
      },
    );
    return () => {
      current = false;
    };
  }, [JSON.stringify(rows), at]);
  const choose = (next: TraceRows) => go({ rows: next });
  return (
    <div class="stack">
      <h1 class="unseen">Trace</h1>
      {open.task !== "circuit" && (
        <div class="row trace-rows">
          <Kind project={open} rows={rows} onChange={choose} />
          {rows.kind === "row" && <RowChoice project={open} rows={rows} onChange={choose} step={traced} />}
          {rows.kind === "typed" && <TypedInputs project={open} rows={rows} onChange={choose} />}
          {open.trainable && now && (
            <>
              <NumberField
                label="Before step"
                value={step ?? (at === "running" ? Math.max(0, traced) : now.step)}
                min={0}
                max={now.step}
                whole
                onChange={(to) => go({ step: to === now.step ? null : to })}
              />
              {(step !== null || at === "running") && (
                <Button
                  kind="quiet"
                  onClick={() => go({ step: at === "running" ? now.step : null })}
                  title="The weights as they are at the present step"
                >
                  {at === "running" ? `Look at step ${formatCount(now.step)}` : "Now"}
                </Button>
              )}
            </>
          )}
        </div>
      )}
      {open.picture && rows.kind === "row" && (
        <Thumbnails
          picture={open.picture}
          names={open.inputNames}
          part={rows.part}
          row={rows.row}
          count={open.rows[rows.part]}
          onChoose={(row) => choose({ ...rows, row })}
        />
      )}
      {shown ? (
        <TraceView
          source={shown.source}
          edits={edited.get(shown.key)}
          onEdits={(edits) => keepEdits(shown.key, edits)}
          cursor={route.value.cursor}
          onCursor={(cursor) => go({ cursor }, { replace: true })}
          picture={open.picture}
        />
      ) : (
        <p class="dim">Computing…</p>
      )}
    </div>
  );
}

interface KindProps {
  readonly project: Project;
  readonly rows: TraceRows;
  readonly onChange: (rows: TraceRows) => void;
}

const kinds = { row: "One row", batch: "The batch of a step", typed: "Typed numbers" } as const;

/** One row, a batch, or typed numbers. */
function Kind({ project: open, rows, onChange }: KindProps) {
  const first = firstRows(open);
  const options = (Object.keys(kinds) as TraceRows["kind"][])
    .filter((kind) => kind === "typed" || (kind === "row" ? first.kind === "row" : open.trainable))
    .map((value) => ({ value, label: kinds[value] }));
  const change = async (kind: TraceRows["kind"]) => {
    if (kind === "row") onChange(first);
    else if (kind === "batch") onChange({ kind, step: route.value.step ?? progress.value?.step ?? 0 });
    else onChange({ kind, inputs: open.inputNames.map(() => 0), target: null });
  };
  return <Select<TraceRows["kind"]> label="Pass of" value={rows.kind} options={options} onChange={change} />;
}
