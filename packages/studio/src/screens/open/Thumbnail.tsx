import type { ExampleName } from "../../protocol.ts";
import pictures from "./thumbnails.json";

/** A small picture of an example, drawn from its own data. */
export function Thumbnail({ name }: { name: ExampleName }) {
  return (
    <svg class="thumbnail" viewBox="-6 -6 172 112" aria-hidden="true">
      {drawing(name)}
    </svg>
  );
}

function drawing(name: ExampleName) {
  switch (name) {
    case "lecture":
      return <Curve {...pictures.lecture} />;
    case "mazur":
      return <Network />;
    case "digits":
      return <Pixels digits={pictures.digits} />;
    case "xor":
      return (
        <g transform="translate(32 20) scale(0.6)">
          <path d="M0 0H160V100H0z" stroke="var(--line)" stroke-width="3" fill="none" />
          <Points {...pictures.xor} size={12} />
        </g>
      );
    case "moons":
      return <Points {...pictures.moons} />;
    case "spiral":
      return <Points {...pictures.spiral} />;
    case "penguins":
      return <Points {...pictures.penguins} />;
    default:
      return <Circuit />;
  }
}

const across = (x: number): number => 1.6 * x;
const up = (y: number): number => 100 - y;

function Curve({ x, y }: { x: readonly number[]; y: readonly number[] }) {
  return (
    <>
      <path d="M0 50H160M80 0V100" stroke="var(--line)" />
      <path
        d={`M${x.map((v, i) => `${across(v)} ${up(y[i] ?? 0)}`).join("L")}`}
        stroke="var(--c0)"
        stroke-width="3"
        fill="none"
      />
    </>
  );
}

/** Classes differ by shape as well as by colour. */
function Points({
  x,
  y,
  label,
  size = 3.4,
}: {
  x: readonly number[];
  y: readonly number[];
  label: readonly number[];
  size?: number;
}) {
  return (
    <>
      {x.map((v, i) => {
        const [cx, cy, which] = [across(v), up(y[i] ?? 0), label[i] ?? 0];
        const fill = `var(--c${which})`;
        if (which === 0) return <circle key={i} cx={cx} cy={cy} r={size} fill={fill} />;
        if (which === 1)
          return <rect key={i} x={cx - size} y={cy - size} width={2 * size} height={2 * size} fill={fill} />;
        return <path key={i} d={`M${cx} ${cy - size}l${size} ${2 * size}h${-2 * size}z`} fill={fill} />;
      })}
    </>
  );
}

const SIDE = 8;
const PIXEL = 4;

function Pixels({ digits }: { digits: readonly (readonly number[])[] }) {
  return (
    <>
      {digits.map((greys, digit) => (
        <g key={digit} transform={`translate(${(digit % 5) * 33} ${digit < 5 ? 8 : 60})`}>
          {greys.map((grey, i) =>
            grey === 0 ? null : (
              <rect
                key={i}
                x={(i % SIDE) * PIXEL}
                y={Math.floor(i / SIDE) * PIXEL}
                width={PIXEL}
                height={PIXEL}
                fill="var(--text)"
                fill-opacity={Math.sqrt(grey / 16)}
              />
            ),
          )}
        </g>
      ))}
    </>
  );
}

/** 2–2–2 units; edges as thick as Mazur's weights are large. */
const columns = [10, 80, 150];
const rows = [26, 74];
const weights = [
  [0.15, 0.2, 0.25, 0.3],
  [0.4, 0.45, 0.5, 0.55],
];

function Network() {
  return (
    <>
      {weights.map((layer, k) =>
        layer.map((w, i) => (
          <path
            key={`${k} ${i}`}
            d={`M${columns[k]} ${rows[i % 2]}L${columns[k + 1]} ${rows[i >> 1]}`}
            stroke="var(--c0)"
            stroke-width={8 * w}
          />
        )),
      )}
      {columns.map((x) =>
        rows.map((y) => (
          <circle
            key={`${x} ${y}`}
            cx={x}
            cy={y}
            r="11"
            fill="var(--back)"
            stroke="var(--text)"
            stroke-width="2"
          />
        )),
      )}
    </>
  );
}

/** (x + y) z at (−2, 5, −4), as CS231n draws it. */
function Circuit() {
  return (
    <g font-size="15" fill="var(--text)" text-anchor="middle">
      <path
        d="M12 14L70 32L12 50M70 32L126 56L12 86M126 56H158"
        stroke="var(--c0)"
        stroke-width="2"
        fill="none"
      />
      <circle cx="70" cy="32" r="13" fill="var(--back)" stroke="var(--text)" stroke-width="2" />
      <circle cx="126" cy="56" r="13" fill="var(--back)" stroke="var(--text)" stroke-width="2" />
      <text x="70" y="37">
        +
      </text>
      <text x="126" y="61">
        ×
      </text>
      <text x="30" y="12">
        −2
      </text>
      <text x="30" y="62">
        5
      </text>
      <text x="36" y="98">
        −4
      </text>
      <text x="152" y="48">
        −12
      </text>
    </g>
  );
}
