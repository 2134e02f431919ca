/** A curve drawn with braille dots, two by four in each character. */

/** Bits of a braille character by row and column of its dots. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** Means of as many equal parts as the picture has columns of dots. */
function resampled(values: readonly number[], columns: number): number[] {
  return Array.from({ length: columns }, (_, i) => {
    const start = Math.floor((i * values.length) / columns);
    const end = Math.max(start + 1, Math.floor(((i + 1) * values.length) / columns));
    const part = values.slice(start, end);
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
}

/** Positive `values` on a logarithmic scale, as `height` lines of `width` characters, with the scale's ends at the left. */
export function curve(values: readonly number[], width: number, height: number): string {
  const logs = resampled(values, 2 * width).map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const cells = Array.from({ length: height }, () => new Array<number>(width).fill(0));
  const rowOf = (value: number): number =>
    Math.round(((high - value) / (high - low || 1)) * (4 * height - 1));
  for (const [column, value] of logs.entries()) {
    // From the neighbour's height on, so that a steep part does not fall apart into dots.
    const [to, from] = [rowOf(value), rowOf(logs[Math.max(0, column - 1)])];
    for (let row = Math.min(from, to); row <= Math.max(from, to); row++) {
      cells[row >> 2][column >> 1] |= dots[row & 3][column & 1];
    }
  }
  const label = (row: number): string =>
    row === 0 ? (10 ** high).toFixed(3) : row === height - 1 ? (10 ** low).toFixed(3) : "";
  return cells
    .map(
      (line, row) =>
        `${label(row).padStart(7)} │${String.fromCharCode(...line.map((bits) => 0x2800 + bits))}`,
    )
    .join("\n");
}
