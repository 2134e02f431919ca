import { Chart, Figure, tableOfCurves } from "../parts/charts/index.ts";
import type { Curve, Picture, ReportData } from "./data.d.ts";
import { Note, Section } from "./Section.tsx";

/** Curves over epochs, and others that were given. */
export function Training({ history = [], curves = [] }: ReportData) {
  const pictures = [...epochPictures(history), ...curves];
  if (pictures.length === 0) return null;
  return (
    <Section title="Training">
      <div class="figures">
        {pictures.map((picture) => (
          <Curves key={picture.title} {...picture} />
        ))}
      </div>
      {history.length > 0 && (
        <Note>
          The training loss is of rows in training mode, with dropout and label smoothing where there are any.
        </Note>
      )}
    </Section>
  );
}

/** Curves with their title, and their numbers behind them. */
export function Curves({ title, curves, ...options }: Picture) {
  return (
    <Figure title={title} table={tableOfCurves(options.x, curves, options.labelX)}>
      <Chart curves={curves} {...options} />
    </Figure>
  );
}

function epochPictures(history: NonNullable<ReportData["history"]>): Picture[] {
  const [first] = history;
  if (first === undefined) return [];
  const x = history.map(({ epoch }) => epoch);
  const curve = (label: string, y: readonly number[]): Curve => ({ label, x, y });
  const losses = [
    curve(
      "training",
      history.map(({ loss }) => loss),
    ),
  ];
  const validation = history.map(({ validationLoss = Number.NaN }) => validationLoss);
  if (validation.some(Number.isFinite)) losses.push(curve("validation", validation));
  const all = losses.flatMap(({ y }) => y).filter(Number.isFinite);
  // Losses that fall by tens are told apart on a logarithmic axis alone.
  const logY = Math.min(...all) > 0 && Math.max(...all) > 30 * Math.min(...all);
  return [
    { title: "Loss", curves: losses, x: "epoch", y: "loss", logY },
    ...Object.keys(first.metrics).map((name) => ({
      title: name === "r2" ? "R²" : name.replace(/^\w/, (letter) => letter.toUpperCase()),
      curves: [
        curve(
          "validation",
          history.map(({ metrics }) => metrics[name] ?? Number.NaN),
        ),
      ],
      x: "epoch",
      y: name === "r2" ? "R²" : name,
    })),
  ];
}
