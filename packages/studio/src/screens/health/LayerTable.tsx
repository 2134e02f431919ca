import { HEALTHY_UPDATES, type Health, type LayerHealth } from "chainrule/trace";
import { formatNumber } from "../../parts/number.ts";

interface Props {
  readonly health: Health;
  readonly chosen: number;
  readonly onChoose: (layer: number) => void;
}

/** A row for each layer, in the order of computation, with its gradient norm and update ratio as bars on logarithmic axes. */
export function LayerTable({ health, chosen, onChoose }: Props) {
  const { layers } = health;
  const norms = layers.flatMap(({ gradientNorm }) =>
    gradientNorm !== null && gradientNorm > 0 ? [gradientNorm] : [],
  );
  const [low, high] = [Math.log10(Math.min(...norms)), Math.log10(Math.max(...norms))];
  // At least two powers of ten, so that equal norms give equal bars in the middle.
  const middle = (low + high) / 2;
  const half = Math.max(1, (high - low) / 2) * 1.15;
  const share = (norm: number): number => (Math.log10(norm) - (middle - half)) / (2 * half);
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Layers">
      <table class="layers">
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col" class="n">
              units
            </th>
            <th scope="col" class="n">
              dead
            </th>
            <th scope="col" class="n">
              saturated
            </th>
            <th scope="col">‖∂L/∂W‖, by depth</th>
            <th scope="col">update ‖Δw‖ / ‖w‖, healthy about 10⁻³</th>
          </tr>
        </thead>
        <tbody>
          {layers.map((layer, n) => (
            <tr key={n} class={n === chosen ? "chosen" : ""}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  aria-pressed={n === chosen}
                  title={layer.path && `The model's module ${layer.path}`}
                  onClick={() => onChoose(n)}
                >
                  {layer.k > 0 && `${layer.k} `}
                  {layer.kind}
                </button>
              </th>
              <td class="n">{layer.units}</td>
              <td class={`n ${layer.dead.length > 0 ? "bad" : ""}`}>{layer.dead.length || "–"}</td>
              <td class={`n ${layer.saturated.length > 0 ? "warn" : ""}`}>{layer.saturated.length || "–"}</td>
              <td>
                {layer.gradientNorm !== null && (
                  <NormBar norm={layer.gradientNorm} share={share(layer.gradientNorm)} />
                )}
              </td>
              <td>{layer.weights !== null && <Ratio layer={layer} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NormBar({ norm, share }: { norm: number; share: number }) {
  return (
    <span class="bar-cell">
      <span class="num">{formatNumber(norm, 3)}</span>
      <span class="norm-bar" aria-hidden="true">
        {norm > 0 && <span class="fill" style={{ width: `${100 * Math.min(1, Math.max(0, share))}%` }} />}
      </span>
    </span>
  );
}

/** The ends of the axis of update ratios, as powers of ten. */
const ENDS = [-7, 0] as const;
const placeOf = (ratio: number): number =>
  Math.min(100, Math.max(0, (100 * (Math.log10(ratio) - ENDS[0])) / (ENDS[1] - ENDS[0])));

/** A dot on a logarithmic axis on which the healthy band is marked; in words too. */
function Ratio({ layer: { updateRatio: ratio } }: { layer: LayerHealth }) {
  if (ratio === null) return <span class="dim">no update yet</span>;
  const word = ratio > HEALTHY_UPDATES.most ? "large" : ratio < HEALTHY_UPDATES.least ? "small" : "healthy";
  const [from, to] = [placeOf(HEALTHY_UPDATES.least), placeOf(HEALTHY_UPDATES.most)];
  return (
    <span class="bar-cell">
      <span class="num">{formatNumber(ratio, 3)}</span>
      <span class="ratio-axis" aria-hidden="true">
        <span class="band" style={{ left: `${from}%`, width: `${to - from}%` }} />
        <span class="ideal" style={{ left: `${placeOf(1e-3)}%` }} />
        {ratio > 0 && <span class={`dot ${word}`} style={{ left: `${placeOf(ratio)}%` }} />}
      </span>
      <span class={word === "healthy" ? "good" : word === "large" ? "bad" : "warn"}>{word}</span>
    </span>
  );
}
