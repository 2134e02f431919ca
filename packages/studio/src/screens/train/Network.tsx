import type { Project, TrainingConfig } from "../../protocol.ts";

/** Units of a layer that are drawn; a wider layer says how many more there are. */
const MOST_DRAWN = 7;

interface Column {
  readonly name: string;
  readonly units: number;
  /** Names of its units, where they have some. */
  readonly labels: readonly string[];
}

/** Numbers that training sets: the weights of each layer with a bias for each unit. */
export const weightCount = (widths: readonly number[]): number =>
  widths.slice(1).reduce((sum, width, k) => sum + width * (widths[k]! + 1), 0);

/** The network as circles and lines, with the bias as a unit that is always 1. */
export function Network({ project, config }: { project: Project; config: TrainingConfig }) {
  const columns: Column[] = [
    { name: "inputs", units: project.inputNames.length, labels: project.inputNames },
    ...config.hidden.map((units) => ({ name: config.activation, units, labels: [] })),
    { name: "outputs", units: project.outputNames.length, labels: project.outputNames },
  ];
  const gap = columns.length > 5 ? 70 : 100;
  const rows = Math.min(MOST_DRAWN + 1, 1 + Math.max(...columns.map(({ units }) => units)));
  const [width, height] = [(columns.length - 1) * gap + 180, rows * 22 + 42];
  const drawn = columns.map((column, k) => {
    const shown = Math.min(column.units, column.units > MOST_DRAWN ? MOST_DRAWN - 1 : MOST_DRAWN);
    const more = column.units - shown;
    // One place for the bias at the top (not after the outputs), one for "… more" at the bottom.
    const bias = k < columns.length - 1 ? 1 : 0;
    const places = shown + bias + (more > 0 ? 1 : 0);
    const y = (place: number): number => 4 + (place + 0.5 + (rows - places) / 2) * 22;
    return { ...column, x: 90 + k * gap, shown, more, bias, y };
  });
  const widths = columns.map(({ units }) => units);
  const sentence = `A network of ${columns
    .map(({ name, units }, k) =>
      k === 0 || k === columns.length - 1
        ? `${units} ${units === 1 ? name.slice(0, -1) : name}`
        : `a layer of ${units} ${name} units`,
    )
    .join(", ")}: ${weightCount(widths).toLocaleString("en-US")} weights with biases.`;
  return (
    <figure class="network">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={sentence}>
        {drawn.slice(1).map((to, k) => {
          const from = drawn[k]!;
          return (
            <g class="edges" key={k}>
              {Array.from({ length: from.shown + 1 }, (_, i) =>
                Array.from({ length: to.shown }, (_, j) => (
                  <line
                    key={`${i},${j}`}
                    class={i === 0 ? "bias" : ""}
                    x1={from.x}
                    y1={from.y(i)}
                    x2={to.x}
                    y2={to.y(j + to.bias)}
                  />
                )),
              )}
            </g>
          );
        })}
        {drawn.map((column, k) => (
          <g key={k}>
            {column.bias === 1 && (
              <g>
                <circle class="unit bias" cx={column.x} cy={column.y(0)} r={7} />
                <text class="sign" x={column.x} y={column.y(0)}>
                  1
                </text>
              </g>
            )}
            {Array.from({ length: column.shown }, (_, j) => (
              <circle key={j} class="unit" cx={column.x} cy={column.y(j + column.bias)} r={7} />
            ))}
            {column.labels.slice(0, column.shown).map((label, j) => (
              <text
                key={label}
                class="label"
                text-anchor={k === 0 ? "end" : "start"}
                x={column.x + (k === 0 ? -12 : 12)}
                y={column.y(j + column.bias)}
              >
                {label.length > 11 ? `${label.slice(0, 10)}…` : label}
              </text>
            ))}
            {column.more > 0 && (
              <text class="more" x={column.x} y={column.y(column.shown + column.bias)}>
                + {column.more}
              </text>
            )}
            <text class="name" x={column.x} y={height - 20}>
              {column.units}
            </text>
            <text class="name" x={column.x} y={height - 6}>
              {column.units === 1 && k % (columns.length - 1) === 0 ? column.name.slice(0, -1) : column.name}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>{sentence}</figcaption>
    </figure>
  );
}
