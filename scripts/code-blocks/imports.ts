/** The imports that an example leaves out: every public name stands for itself. */

const entries = ["", "/nn", "/optim", "/data", "/metrics", "/train", "/tables", "/io", "/trace"];

/** Where each public name comes from: the main entry, or the first subpath that has it. */
export async function origins(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of entries.map((path) => `chainrule${path}`))
    for (const name of Object.keys(await import(entry))) if (!found.has(name)) found.set(name, entry);
  return found;
}

/** The import declarations that a program needs for the public names that it uses and does not declare or import itself. */
export function importsOf(code: string, from: ReadonlyMap<string, string>): string[] {
  const plain = code.replace(/\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
  const own = new Set(
    [
      ...plain.matchAll(
        /\b(?:const|let|var|function\*?|class|import(?: type)?)\s+(\{[^}]*\}|\[[^\]]*\]|\w+)/g,
      ),
    ].flatMap(([, names = ""]) => [...names.matchAll(/\w+/g)].map(([name]) => name)),
  );
  const used = [...plain.matchAll(/(?<![.\w$]|\?\.)[A-Za-z]\w*(?!\w*\s*:(?!:))/g)].map(([name]) => name);
  const wanted = new Map<string, Set<string>>();
  for (const name of used) {
    const entry = from.get(name);
    if (entry === undefined || own.has(name)) continue;
    wanted.set(entry, (wanted.get(entry) ?? new Set()).add(name));
  }
  return [...wanted]
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(
      ([entry, names]) =>
        `import { ${[...names].sort((a, b) => a.localeCompare(b, "en")).join(", ")} } from "${entry}";`,
    );
}
