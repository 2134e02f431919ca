/** The imports of a program that was converted. */
import type * as acorn from "acorn";
import { IMPORTS } from "./names.ts";
import type { Rewriter } from "./rewriter.ts";
import { findScopes, type Scope } from "./scopes.ts";
import { kind, type Node, parse, propertyName } from "./syntax.ts";

/** Puts the imports in their place: those of chainrule, and those of TensorFlow.js that are still used. */
export function withImports(written: string, path: string, r: Rewriter): string {
  for (const name of r.helpers.keys()) if (!written.includes(`${name}(`)) r.helpers.delete(name);
  const helpers = [...r.helpers.values()];
  const kept = keptImports(written.replace(IMPORTS, ";"), path, r);
  const named = localNames(`${written.replace(IMPORTS, ";")}\n${helpers.join("\n")}`, path, kept.names, r);
  const plain = (text: string): string =>
    named.size === 0
      ? text
      : text.replace(new RegExp(`${r.mark}(\\w+)`, "g"), (_, name: string) => named.get(name)?.local ?? name);
  const required =
    /\brequire\(\s*["']@tensorflow/.test(r.tree.source) && !/^\s*import\b.*@tensorflow/m.test(r.tree.source);
  const own = [...r.imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => importText(from, [...names], required, named, r))
    .filter((line) => line !== "");
  const marked = plain(written.includes(IMPORTS) ? written : atTop(written, path));
  const [before, rest] = marked.split(IMPORTS);
  const lines = [...kept.lines, ...own].join("\n");
  if (lines === "") return before + rest.replace(/^;?[ \t]*\n/, "").replace(/^\n/, "");
  if (helpers.length === 0) return before + lines + rest;
  // Helpers come after all imports.
  const further = /^(?:;?[ \t]*\n(?:import\b[^;]*;?|(?:const|let|var) [^;]*= require\([^)]*\);?))*/;
  const after = further.exec(rest)?.[0] ?? "";
  const body = rest.slice(after.length);
  return `${before}${lines}${after}\n\n${plain(helpers.join("\n\n"))}${/^;?\n\n/.test(body) ? "" : "\n"}${body}`;
}

/** How the program can call a name of chainrule, and whether it uses it as a type alone. */
interface Local {
  readonly local: string;
  readonly isType: boolean;
}

/** The names of chainrule that the program uses: another where its own name means something else at a place of use. */
function localNames(text: string, path: string, kept: ReadonlySet<string>, r: Rewriter): Map<string, Local> {
  const tree = parse(text, path);
  const scopes = findScopes(tree);
  const found = new Map<string, Local>();
  for (const [marked, places] of scopes.free) {
    if (!marked.startsWith(r.mark)) continue;
    const name = marked.slice(r.mark.length);
    const means = (place: Node): boolean => {
      for (let scope: Scope | null = scopes.scopeOf(place); scope; scope = scope.outer) {
        const binding = scope.names.get(name);
        if (binding) return !isOurs(tree.parents.get(binding.by));
      }
      return false;
    };
    const taken = kept.has(name) || scopes.free.has(name) || places.some(means);
    const local = taken ? r.fresh(`chainrule${name[0].toUpperCase()}${name.slice(1)}`) : name;
    const isType = places.every((place) => kind(tree.parents.get(place) as Node) === "TSTypeReference");
    found.set(name, { local, isType });
  }
  return found;
}

const isOurs = (parent: Node | undefined): boolean =>
  parent?.type === "ImportDeclaration"
    ? /^chainrule(\/|$)/.test(String(parent.source.value))
    : parent?.type === "VariableDeclaration" &&
      parent.declarations.some(
        ({ init }) =>
          init?.type === "CallExpression" &&
          /^["']chainrule/.test(String((init.arguments[0] as { raw?: string } | undefined)?.raw)),
      );

/** A mark for the imports before the first statement that is no directive. */
function atTop(body: string, path: string): string {
  const first = parse(body, path).program.body.find((s) => !("directive" in s && s.directive));
  const at = first?.start ?? body.length;
  return `${body.slice(0, at)}${IMPORTS}\n${body.slice(at)}`;
}

function importText(
  from: string,
  names: readonly string[],
  required: boolean,
  named: ReadonlyMap<string, Local>,
  r: Rewriter,
): string {
  const there = new Set(r.scopes.bindings.flatMap(({ by }) => importedFrom(by, from, r)));
  const specifiers = names
    .filter((name) => !there.has(name))
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    .flatMap((name) => {
      const found = named.get(name);
      if (!found) return [];
      const { local, isType } = found;
      const renamed = local === name ? name : required ? `${name}: ${local}` : `${name} as ${local}`;
      return [isType ? `type ${renamed}` : renamed];
    });
  if (specifiers.length === 0) return "";
  const list = `{ ${specifiers.join(", ")} }`;
  return required ? `const ${list} = require("${from}");` : `import ${list} from "${from}";`;
}

/** The name that a declaration imports from a package of ours. */
function importedFrom(by: Node, from: string, r: Rewriter): string[] {
  const parent = r.tree.parents.get(by);
  if (by.type === "ImportSpecifier" && parent?.type === "ImportDeclaration")
    return parent.source.value === from && by.imported.type === "Identifier" ? [by.imported.name] : [];
  if (by.type !== "VariableDeclarator" || by.id.type !== "ObjectPattern" || !by.init) return [];
  return r.source(by.init) === `require("${from}")`
    ? by.id.properties.flatMap((p) => propertyName(p) ?? [])
    : [];
}

/** The imports of TensorFlow.js whose names the converted program still uses. */
function keptImports(
  body: string,
  path: string,
  r: Rewriter,
): { lines: string[]; names: ReadonlySet<string> } {
  const lines: string[] = [];
  const kept = new Set<string>();
  // From the last on: `const { layers } = tf` uses tf.
  for (const node of importsOf(r).reverse()) {
    const { free } = findScopes(parse(`${body}\n${lines.join("\n")}`, path));
    const names = r.scopes.bindings.filter(({ by }) => within(by, node));
    const used = names.filter(
      ({ name }) =>
        free.has(name) && (r.leftovers.has(name) || new RegExp(`= ${name}\\b`).test(lines.join("\n"))),
    );
    for (const { name } of used) kept.add(name);
    if (used.length === names.length && names.length > 0) lines.unshift(r.source(node));
    else if (used.length > 0)
      lines.unshift(
        without(
          node,
          used.map(({ at }) => at),
          r,
        ),
      );
  }
  return { lines, names: kept };
}

const within = (inner: Node, outer: Node): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** The statements that import TensorFlow.js. */
function importsOf(r: Rewriter): Node[] {
  return r.tree.program.body.filter((statement) =>
    r.scopes.bindings.some(
      (binding) =>
        within(binding.by, statement) &&
        r.values.pathOfBinding(binding) !== null &&
        /^(Import|Variable)Declaration$/.test(statement.type),
    ),
  );
}

/** An import with some of its names alone. */
function without(node: Node, kept: readonly Node[], r: Rewriter): string {
  const specifiers = kept.map((at) => r.source(r.tree.parents.get(at) as Node));
  if (node.type === "ImportDeclaration")
    return `import { ${specifiers.join(", ")} } from ${r.source(node.source)};`;
  const [declarator] = (node as acorn.VariableDeclaration).declarations;
  return `const { ${specifiers.join(", ")} } = ${r.source(declarator.init as Node)};`;
}
