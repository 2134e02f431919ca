/** Red, green and blue, 0 to 255, of a hexadecimal colour such as #1f6feb. */
export function rgb(hex: string): readonly [number, number, number] {
  const digits = hex.replace("#", "");
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const number = Number.parseInt(full, 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}
