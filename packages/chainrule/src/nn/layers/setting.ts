/** The one number that sets a layer: given as it is, as PyTorch allows, or by name among options. */
export function setting<K extends string>(
  given: number | Readonly<Partial<Record<K, number>>> | undefined,
  name: K,
  fallback: number,
): number {
  return (typeof given === "number" ? given : given?.[name]) ?? fallback;
}
