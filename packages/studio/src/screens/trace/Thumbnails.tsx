import { useEffect, useState } from "preact/hooks";
import { pictureFrom } from "../../parts/trace/planes.ts";
import type { Part, Project, RowPreview } from "../../protocol.ts";
import { worker } from "../../state/studio.ts";

interface Props {
  readonly picture: NonNullable<Project["picture"]>;
  /** Names of the columns that are pixels, in the order of inputs. */
  readonly names: readonly string[];
  readonly part: Part;
  readonly row: number;
  readonly count: number;
  readonly onChoose: (row: number) => void;
}

const SHOWN = 16;

/** Pictures of some rows around the present one. */
export function Thumbnails({ picture, names, part, row, count, onChoose }: Props) {
  const first = Math.max(0, Math.min(count - SHOWN, Math.floor(row / SHOWN) * SHOWN));
  const [rows, setRows] = useState<readonly RowPreview[]>([]);
  useEffect(() => {
    let current = true;
    const wanted = Array.from({ length: Math.min(SHOWN, count) }, (_, i) => worker.row(part, first + i));
    Promise.all(wanted).then(
      (found) => current && setRows(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [part, first, count]);
  return (
    <div class="trace-thumbs" role="group" aria-label="Pictures">
      {rows.map((preview) => (
        <button
          key={preview.row}
          type="button"
          class="trace-thumb"
          aria-pressed={preview.row === row}
          aria-label={`Row ${preview.row + 1}: ${preview.truth}`}
          onClick={() => onChoose(preview.row)}
        >
          <Drawing picture={picture} brightness={brightnessOf(preview, names)} />
        </button>
      ))}
    </div>
  );
}

/** The pixels as they stand in the data, before they were standardized; where it has none, the inputs. */
function brightnessOf({ cells, inputs }: RowPreview, names: readonly string[]): readonly number[] {
  const texts = new Map(cells.map(({ name, text }) => [name, text]));
  const raw = names.map((name) => Number.parseFloat((texts.get(name) ?? "").replace("−", "-")));
  return raw.length === inputs.length && raw.every(Number.isFinite) ? raw : [...inputs];
}

function Drawing({ picture, brightness }: { picture: Props["picture"]; brightness: readonly number[] }) {
  const { width, height, pixels } = pictureFrom(picture);
  const [low, high] = [Math.min(...brightness), Math.max(...brightness)];
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width="32" height={(32 * height) / width} aria-hidden="true">
      {brightness.map((x, i) => (
        <rect
          key={i}
          x={pixels[i] % width}
          y={Math.floor(pixels[i] / width)}
          width="1.02"
          height="1.02"
          fill="currentColor"
          fill-opacity={high > low ? (x - low) / (high - low) : 0}
        />
      ))}
    </svg>
  );
}
