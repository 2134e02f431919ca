/**
 * Round numbers within a range above zero, for a logarithmic axis: powers of ten; of few powers also 2 and 5 times, or all whole times,
 * of one; and of less than that, numbers of two digits. At most about ten.
 */
export function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const every = Math.max(1, Math.ceil(powers.length / 8));
  const choices = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map((factors) =>
    powers
      .filter((power) => power % every === 0)
      .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
      .filter((x) => x >= low && x <= high),
  );
  const [tens = [], some = [], all = []] = choices;
  if (tens.length >= 4) return tens;
  if (some.length >= 3) return some;
  if (all.length >= 3) return all;
  const between = Array.from({ length: 4 }, (_, i) =>
    Number((low * (high / low) ** ((i + 0.5) / 4)).toPrecision(2)),
  );
  return [...new Set(between)].filter((x) => x >= low && x <= high);
}
