import type { ElementRef, Quantity } from "chainrule/trace";
import { Formula } from "../Formula.tsx";
import { Grid } from "./Grid.tsx";
import { HeatMap } from "./HeatMap.tsx";
import { type Picture, type Plane, planesOf } from "./planes.ts";
import type { TraceState } from "./state.ts";

interface Props {
  readonly state: TraceState;
  readonly picture: Picture | null;
  readonly quantities: readonly Quantity[];
  readonly lit: ReadonlySet<string>;
  readonly operands: readonly ElementRef[];
}

/** Tables of more cells than this are heat maps. */
const NUMBERS = 200;
const COLUMNS = 12;

const asNumbers = ({ rows, columns, picture }: Plane): boolean =>
  !picture && rows * columns <= NUMBERS && columns <= COLUMNS;

/** All numbers around the present one: what its layer reads, its weights, z, y, and in the backward pass their derivatives. */
export function Planes({ state, picture, quantities, lit, operands }: Props) {
  const graph = state.graph.value;
  const group = state.group.value;
  const { label, kind, about } = graph.groups[group];
  const planes = planesOf(state.data.value, graph, group, quantities, picture, state.passedOver.value);
  return (
    <div class="trace-planes">
      <h3>{kind === "units" ? `Matrices of ${label}` : label}</h3>
      {about !== "" && !about.endsWith(label) && <p class="dim small">{about}</p>}
      <div class="trace-tables">
        {planes.map((plane) => (
          <figure
            key={plane.id}
            class={asNumbers(plane) ? "" : "large"}
            data-shape={`${plane.rows}×${plane.columns}`}
          >
            <figcaption>
              <Formula expr={plane.symbol} />
              {plane.rows * plane.columns > 1 && (
                <span class="dim small">
                  {" "}
                  {plane.rows} × {plane.columns}
                </span>
              )}
            </figcaption>
            {asNumbers(plane) ? (
              <Grid state={state} plane={plane} lit={lit} />
            ) : (
              <HeatMap state={state} plane={plane} lit={operands.flatMap((one) => plane.place(one) ?? [])} />
            )}
          </figure>
        ))}
      </div>
      <p class="dim small">
        Click a number for its formula
        {state.mayEdit ? "; double click or Enter changes a weight, an input or the target." : "."}
      </p>
    </div>
  );
}
