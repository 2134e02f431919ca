/** Line segments x0, y0, x1, y1 in cells, where a field of `size` × `size` samples (rows from the lowest y) crosses zero. */
export function zeroContour(field: Float32Array, size: number): number[] {
  const segments: number[] = [];
  const at = (i: number, j: number): number => field[j * size + i] ?? Number.NaN;
  // Where the field changes its sign between two corners, by linear interpolation.
  const cross = (a: number, b: number): number => a / (a - b);
  for (let j = 0; j + 1 < size; j++) {
    for (let i = 0; i + 1 < size; i++) {
      const [sw, se, nw, ne] = [at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1)];
      const crossings: [number, number][] = [];
      if (sw > 0 !== se > 0) crossings.push([i + cross(sw, se), j]);
      if (se > 0 !== ne > 0) crossings.push([i + 1, j + cross(se, ne)]);
      if (nw > 0 !== ne > 0) crossings.push([i + cross(nw, ne), j + 1]);
      if (sw > 0 !== nw > 0) crossings.push([i, j + cross(sw, nw)]);
      // Two, or four at a saddle, whose pairing does not matter at this scale.
      for (let k = 0; k + 1 < crossings.length; k += 2) segments.push(...crossings[k]!, ...crossings[k + 1]!);
    }
  }
  return segments;
}
