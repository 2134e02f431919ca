/** What a cheat sheet says of one name: the name elsewhere (null where there is none), and what differs. */
export type Counterpart = readonly [theirs: string | null, differs?: string];

/** A part of a page: its counterparts by our names. What is left out follows the rule; without a rule it has no counterpart. */
export interface Part {
  readonly rule?: (name: string) => string;
  readonly names?: Readonly<Record<string, Counterpart>>;
}

/** The parts of a page by the titles of {@link publicNames}. */
export type Sheet = Readonly<Record<string, Part>>;

/** All public names by part: what each entry exports, the namespaces inside `nn`, and the methods of tensors and modules. */
export async function publicNames(): Promise<Map<string, readonly string[]>> {
  const [main, nn, optim, data, metrics, train, tables, io, trace] = await Promise.all([
    import("chainrule"),
    import("chainrule/nn"),
    import("chainrule/optim"),
    import("chainrule/data"),
    import("chainrule/metrics"),
    import("chainrule/train"),
    import("chainrule/tables"),
    import("chainrule/io"),
    import("chainrule/trace"),
  ]);
  const members = (prototype: object): string[] =>
    Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  const parts: [string, string[]][] = [
    ["chainrule", Object.keys(main)],
    ["methods of a tensor", members(main.Tensor.prototype)],
    ["chainrule/nn", Object.keys(nn)],
    ["methods of a module", members(nn.Module.prototype)],
    ["nn.functional", Object.keys(nn.functional)],
    ["nn.init", Object.keys(nn.init)],
    ["nn.utils", Object.keys(nn.utils)],
    ["chainrule/optim", Object.keys(optim)],
    ["chainrule/data", Object.keys(data)],
    ["chainrule/metrics", Object.keys(metrics)],
    ["chainrule/train", Object.keys(train)],
    ["chainrule/tables", Object.keys(tables)],
    ["chainrule/io", Object.keys(io)],
    ["chainrule/trace", Object.keys(trace)],
  ];
  const order = (a: string, b: string): number => a.localeCompare(b, "en");
  return new Map(parts.map(([title, names]) => [title, names.sort(order)]));
}

/** Names of a sheet that we do not have: spelled wrong, or gone. */
export function strangers(names: ReadonlyMap<string, readonly string[]>, sheet: Sheet): string[] {
  return Object.entries(sheet).flatMap(([title, part]) =>
    Object.keys(part.names ?? {})
      .filter((name) => !names.get(title)?.includes(name))
      .map((name) => `${title}: ${name}`),
  );
}

/** The names elsewhere that a sheet gives for ours, each with the name that it stands for. */
export function counterparts(
  names: ReadonlyMap<string, readonly string[]>,
  sheet: Sheet,
): [ours: string, theirs: string][] {
  return [...names].flatMap(([title, all]) =>
    all.flatMap((name) => {
      const theirs = counterpart(sheet[title] ?? {}, name)[0];
      return (theirs?.split(", ") ?? []).map((found): [string, string] => [`${title}: ${name}`, found]);
    }),
  );
}

const counterpart = ({ rule, names = {} }: Part, name: string): Counterpart =>
  Object.hasOwn(names, name) ? names[name] : [rule?.(name) ?? null];

/** The tables of a page. Names without counterpart stand in one list below each. */
export function writeNames(
  names: ReadonlyMap<string, readonly string[]>,
  sheet: Sheet,
  theirs: string,
): string {
  const code = (name: string): string => `\`${name}\``;
  return [...names]
    .map(([title, all]) => {
      const rows: string[] = [];
      const alone: string[] = [];
      for (const name of all) {
        const [found, differs = ""] = counterpart(sheet[title] ?? {}, name);
        if (found === null && differs === "") alone.push(code(name));
        else
          rows.push(
            `| ${code(name)} | ${found === null ? "—" : found.split(", ").map(code).join(", ")} | ${differs} |`,
          );
      }
      return [
        `### ${title.startsWith("chainrule") || title.startsWith("nn.") ? code(title) : `The ${title}`}`,
        ...(rows.length > 0
          ? [`| here | ${theirs} | what differs |\n|---|---|---|\n${rows.join("\n")}`]
          : []),
        ...(alone.length > 0
          ? [`${rows.length > 0 ? "Without counterpart" : "All without counterpart"}: ${alone.join(", ")}.`]
          : []),
      ].join("\n\n");
    })
    .join("\n\n");
}
