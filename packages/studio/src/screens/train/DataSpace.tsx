import { useMemo, useState } from "preact/hooks";
import { Figure, type TableData } from "../../parts/charts/index.ts";
import { NumberField, Select, Tabs } from "../../parts/controls/index.ts";
import { formatNumber } from "../../parts/number.ts";
import type { Boundary, Project, Response } from "../../protocol.ts";
import { worker } from "../../state/studio.ts";
import { Canvas } from "./Canvas.tsx";
import { classColour, classSigns, shapePaths } from "./classes.ts";
import { drawPlane, valueRange } from "./drawPlane.ts";
import { drawResponse } from "./drawResponse.ts";
import { useLatest } from "./useLatest.ts";

/** Samples along each side of the plane, and along a curve. */
const SIDE = 96;
const ALONG = 200;

type View = "plane" | "curve";

/** What the model says over data space: over any two inputs as a plane, for numbers also along one input as a curve. */
export function DataSpace({ project }: { project: Project }) {
  const inputs = project.inputNames.length;
  const regression = project.task === "regression";
  const views: { id: View; label: string }[] = [
    ...(regression ? [{ id: "curve" as const, label: "Curve along one input" }] : []),
    ...(inputs > 1
      ? [{ id: "plane" as const, label: regression ? "Plane of two inputs" : "Decision boundary" }]
      : []),
  ];
  const [view, setView] = useState<View>(views[0]?.id ?? "plane");
  const [first, second] = usualPair(project);
  const [x, setX] = useState(first);
  const [y, setY] = useState(second);
  const [output, setOutput] = useState(0);
  /** The training row that gives the other inputs; null for their medians. */
  const [row, setRow] = useState<number | null>(null);
  // A single input of classes has no plane to draw.
  if (views.length === 0) return null;
  const inputChoice = (label: string, value: number, change: (input: number) => void) => (
    <Select
      label={label}
      value={String(value)}
      options={project.inputNames.map((name, input) => ({ value: String(input), label: name }))}
      onChange={(input) => change(Number(input))}
    />
  );
  const shown = (
    <>
      <div class="fields">
        {inputs > 1 && inputChoice(view === "plane" ? "Across" : "Along", x, setX)}
        {view === "plane" && inputs > 1 && inputChoice("Up", y, setY)}
        {view === "plane" && inputs > 2 && (
          <Select
            label="The other inputs"
            value={row === null ? "medians" : "row"}
            options={[
              { value: "medians", label: "at their medians" },
              { value: "row", label: "as in a training row" },
            ]}
            onChange={(choice) => setRow(choice === "row" ? 0 : null)}
          />
        )}
        {view === "plane" && row !== null && (
          <NumberField
            label="Training row"
            value={row}
            min={0}
            max={project.rows.training - 1}
            whole
            onChange={setRow}
          />
        )}
        {regression && project.outputNames.length > 1 && (
          <Select
            label="Output"
            value={String(output)}
            options={project.outputNames.map((name, n) => ({ value: String(n), label: name }))}
            onChange={(n) => setOutput(Number(n))}
          />
        )}
      </div>
      {view === "plane" ? (
        <Plane project={project} x={x} y={y} output={output} row={row} />
      ) : (
        <Along project={project} x={x} output={output} />
      )}
    </>
  );
  return (
    <section class="panel data-space" aria-label="What the model says over data space">
      <h2>{regression ? "Prediction over data space" : "Decision boundary"}</h2>
      {views.length > 1 ? (
        <Tabs label="View" tabs={views} value={view} onChange={setView}>
          {shown}
        </Tabs>
      ) : (
        shown
      )}
    </section>
  );
}

/** The first two inputs; of a picture two pixels at its middle, where there is something to see. */
function usualPair({ inputNames, picture }: Project): [number, number] {
  if (!picture) return [0, Math.min(1, inputNames.length - 1)];
  const row = Math.floor(picture.height / 2) * picture.width;
  const column = Math.floor(picture.width / 2);
  return [row + column - 2, row + column + 1];
}

interface PlaneProps {
  readonly project: Project;
  readonly x: number;
  readonly y: number;
  readonly output: number;
  readonly row: number | null;
}

function Plane({ project, x, y, output, row }: PlaneProps) {
  const at = row === null ? undefined : ({ part: "training", row } as const);
  const boundary = useLatest(() => worker.boundary(x, y, SIDE, at), `boundary ${x} ${y} ${row}`);
  const draw = useMemo(
    () =>
      boundary
        ? (brush: Parameters<typeof drawPlane>[0]) => drawPlane(brush, boundary, project, output)
        : () => {},
    [boundary, project, output],
  );
  const names = [project.inputNames[x] ?? "", project.inputNames[y] ?? ""] as const;
  if (x === y) return <p class="help">Choose two different inputs.</p>;
  const classes = project.task === "classification";
  const caption = classes
    ? "Colour: the predicted class, stronger where the model is surer. Line: where it changes its mind."
    : "Ground: the prediction. Points: the data, in the colours of their truth.";
  const stand = row === null ? "stand at their medians" : `are those of training row ${row}`;
  const others = project.inputNames.length > 2 ? ` The other inputs ${stand}.` : "";
  const units = project.columns.length > 0 ? " Columns are as they are prepared for the network." : "";
  return (
    <Figure
      caption={caption + others + units}
      table={boundary ? planeTable(project, boundary, output, names) : undefined}
    >
      <Canvas
        draw={draw}
        ratio={0.8}
        label={`${classes ? "The predicted class" : "The prediction"} over ${names[0]} and ${names[1]}, with the data points.`}
      />
      <Legend project={project} boundary={boundary} output={output} />
    </Figure>
  );
}

function Legend({
  project,
  boundary,
  output,
}: {
  project: Project;
  boundary: Boundary | null;
  output: number;
}) {
  if (project.task === "classification") {
    const signs = classSigns(project.outputNames);
    return (
      <ul class="legend">
        {project.outputNames.map((name, index) => (
          <li key={name}>
            <Mark sign={signs[index] ?? ""} colour={`var(--${classColour(index)})`} /> {name}
          </li>
        ))}
      </ul>
    );
  }
  if (!boundary) return null;
  const [low, high] = valueRange(boundary, output);
  return (
    <p class="legend scale">
      <span class="num">{formatNumber(low, 3)}</span>
      <span class="ramp" aria-hidden="true" />
      <span class="num">{formatNumber(high, 3)}</span>
    </p>
  );
}

/** What stands for a class: its shape, or its letter. */
function Mark({ sign, colour }: { sign: string; colour: string }) {
  const shape = shapePaths[sign];
  return (
    <svg class="mark" viewBox="-6 -6 12 12" aria-hidden="true" style={{ fill: colour }}>
      {shape ? (
        <path d={shape} />
      ) : (
        <text text-anchor="middle" y="4">
          {sign}
        </text>
      )}
    </svg>
  );
}

/** The plane as numbers, at five places along each side. */
function planeTable(
  project: Project,
  boundary: Boundary,
  output: number,
  names: readonly [string, string],
): TableData {
  const { size, spanX, spanY, values } = boundary;
  const outputs = values.length / (size * size);
  const places = [0, 0.25, 0.5, 0.75, 1];
  const at = ([low, high]: readonly [number, number], share: number): string =>
    formatNumber(low + share * (high - low), 3);
  const said = (right: number, up: number): string | number => {
    const cell = Math.round(up * (size - 1)) * size + Math.round(right * (size - 1));
    const row = values.subarray(cell * outputs, (cell + 1) * outputs);
    if (project.task !== "classification") return row[output] ?? Number.NaN;
    const winner = outputs === 1 ? Number(row[0]! > 0.5) : row.indexOf(Math.max(...row));
    return project.outputNames[winner] ?? "";
  };
  return {
    head: [`${names[1]} \\ ${names[0]}`, ...places.map((share) => at(spanX, share))],
    rows: places.toReversed().map((up) => [at(spanY, up), ...places.map((right) => said(right, up))]),
  };
}

function Along({ project, x, output }: { project: Project; x: number; output: number }) {
  const response = useLatest(() => worker.response(x, ALONG), `response ${x}`);
  const draw = useMemo(
    () =>
      response
        ? (brush: Parameters<typeof drawResponse>[0]) => drawResponse(brush, response, project, output)
        : () => {},
    [response, project, output],
  );
  const name = project.inputNames[x] ?? "";
  return (
    <Figure table={response ? responseTable(response, name, output, project.outputNames.length) : undefined}>
      <Canvas draw={draw} ratio={0.7} label={`The prediction along ${name}, against the data.`} />
      <ul class="legend">
        <li>
          <span class="stroke solid" aria-hidden="true" /> the model
        </li>
        {response?.truth && (
          <li>
            <span class="stroke dashed" aria-hidden="true" /> the true function
          </li>
        )}
        <li>
          <Mark sign={classSigns([""])[0]!} colour="var(--dim)" /> the data
        </li>
      </ul>
    </Figure>
  );
}

/** The curve as numbers, at eleven places. */
function responseTable(
  { inputs, values, truth }: Response,
  name: string,
  output: number,
  outputs: number,
): TableData {
  const places = Array.from({ length: 11 }, (_, k) => Math.round((k / 10) * (inputs.length - 1)));
  return {
    head: [name, "the model", ...(truth ? ["the true function"] : [])],
    rows: places.map((n) => [
      inputs[n] ?? null,
      values[n * outputs + output] ?? null,
      ...(truth ? [truth[n] ?? null] : []),
    ]),
  };
}
