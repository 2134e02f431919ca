/** Sets a property of any name, `__proto__` too. */
export function define<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== "__proto__") record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Attaches methods to a class from another file, as if they stood in it: a file for each idea, and one class. */
export function attachMethods<T extends object>(prototype: T, methods: Partial<T> & ThisType<T>): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(methods)))
    Object.defineProperty(prototype, key, { ...descriptor, enumerable: false, configurable: true });
}
