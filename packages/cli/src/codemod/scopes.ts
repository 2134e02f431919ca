/** Which declaration a name means, at each place where it stands. */
import type * as acorn from "acorn";
import { childrenOf, isFunction, kind, type Node, type Tree } from "./syntax.ts";

/** A name that a program declares. */
export interface Binding {
  readonly name: string;
  /** The identifier that declares it. */
  readonly at: acorn.Identifier;
  /** What declares it: a declarator, a function, a parameter's function, an import specifier, … */
  readonly by: Node;
  readonly scope: Scope;
  /** All places that read or write it, the declaration not among them. */
  readonly uses: acorn.Identifier[];
}

export interface Scope {
  readonly node: Node;
  readonly outer: Scope | null;
  readonly names: Map<string, Binding>;
}

export interface Scopes {
  /** What a name means; undefined for a global or a property. */
  bindingOf(name: Node): Binding | undefined;
  readonly bindings: readonly Binding[];
  /** Every name that the program says anywhere, as a variable or a type. */
  readonly names: ReadonlySet<string>;
  /** Names that are used and declared nowhere, with where. */
  readonly free: ReadonlyMap<string, readonly Node[]>;
  scopeOf(node: Node): Scope;
}

const opensScope = (node: Node): boolean =>
  isFunction(node) ||
  [
    "Program",
    "BlockStatement",
    "ForStatement",
    "ForInStatement",
    "ForOfStatement",
    "CatchClause",
    "ClassBody",
    "StaticBlock",
    "SwitchStatement",
  ].includes(node.type);

const isImport = (node: Node): boolean => /^Import(|Default|Namespace)Specifier$/.test(node.type);

/** The identifiers that a pattern declares. */
export function patternNames(pattern: Node | null): acorn.Identifier[] {
  if (!pattern) return [];
  if (pattern.type === "Identifier") return [pattern];
  if (pattern.type === "ObjectPattern")
    return pattern.properties.flatMap((p) => patternNames(p.type === "RestElement" ? p : p.value));
  if (pattern.type === "ArrayPattern") return pattern.elements.flatMap(patternNames);
  if (pattern.type === "AssignmentPattern") return patternNames(pattern.left);
  if (pattern.type === "RestElement") return patternNames(pattern.argument);
  if (kind(pattern) === "TSParameterProperty")
    return patternNames((pattern as unknown as { parameter: Node }).parameter);
  return [];
}

export function findScopes({ program, parents }: Tree): Scopes {
  const scopes = new Map<Node, Scope>();
  const bindings: Binding[] = [];
  const declared = new Map<Node, Binding>();
  const meant = new Map<Node, Binding>();
  const names = new Set<string>();
  const free = new Map<string, Node[]>();
  const said: acorn.Identifier[] = [];

  const declare = (at: acorn.Identifier, by: Node, scope: Scope): void => {
    const binding = scope.names.get(at.name) ?? { name: at.name, at, by, scope, uses: [] };
    if (!scope.names.has(at.name)) bindings.push(binding);
    scope.names.set(at.name, binding);
    declared.set(at, binding);
  };
  const ofFunction = (scope: Scope): Scope => {
    let s = scope;
    while (s.outer && !isFunction(s.node) && s.node.type !== "StaticBlock") s = s.outer;
    return s;
  };

  const visit = (node: Node, outer: Scope): void => {
    let scope = outer;
    // The body of a function shares the scope of its parameters.
    const isBody = node.type === "BlockStatement" && isFunction(outer.node) && outer.node.body === node;
    if (opensScope(node) && !isBody && node !== program) scope = { node, outer, names: new Map() };
    scopes.set(node, scope);
    if (node.type === "FunctionDeclaration" && node.id) declare(node.id, node, outer);
    if (node.type === "ClassDeclaration" && node.id) declare(node.id, node, outer);
    if (node.type === "FunctionExpression" && node.id) declare(node.id, node, scope);
    if (isFunction(node)) for (const name of node.params.flatMap(patternNames)) declare(name, node, scope);
    if (node.type === "CatchClause")
      for (const name of patternNames(node.param ?? null)) declare(name, node, scope);
    if (isImport(node)) declare((node as acorn.ImportSpecifier).local, node, scope);
    if (node.type === "VariableDeclaration") {
      const place = node.kind === "var" ? ofFunction(scope) : scope;
      for (const declarator of node.declarations)
        for (const name of patternNames(declarator.id)) declare(name, declarator, place);
    }
    if (/^TS(Interface|TypeAlias|Enum|Module)Declaration$/.test(kind(node))) {
      const { id } = node as unknown as { id: Node };
      if (id.type === "Identifier") declare(id, node, scope);
    }
    if (node.type === "Identifier") {
      if (isReference(node, parents.get(node))) {
        names.add(node.name);
        said.push(node);
      }
    }
    for (const child of childrenOf(node)) visit(child, scope);
  };
  const top: Scope = { node: program, outer: null, names: new Map() };
  visit(program, top);
  for (const name of said) {
    const own = declared.get(name);
    let scope: Scope | null = scopes.get(name) ?? top;
    while (scope && !scope.names.has(name.name)) scope = scope.outer;
    const binding = own ?? scope?.names.get(name.name);
    if (!binding) {
      free.set(name.name, [...(free.get(name.name) ?? []), name]);
      continue;
    }
    meant.set(name, binding);
    if (!own) binding.uses.push(name);
  }
  return {
    bindingOf: (name) => declared.get(name) ?? meant.get(name),
    bindings,
    names,
    free,
    scopeOf: (node) => scopes.get(node) ?? top,
  };
}

/** Whether an identifier names a variable or a type, and not a property, a label or the outer name of an import. */
function isReference(node: acorn.Identifier, parent: Node | undefined): boolean {
  if (!parent) return true;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed;
  if (parent.type === "Property") return parent.value === node || parent.computed;
  if (parent.type === "PropertyDefinition" || parent.type === "MethodDefinition")
    return parent.value === (node as Node) || parent.computed;
  if (parent.type === "ExportSpecifier") return parent.local === node;
  if (/^(Labeled|Break|Continue)Statement$/.test(parent.type) || parent.type === "MetaProperty") return false;
  if (parent.type === "ImportSpecifier") return parent.local === node;
  const type = kind(parent);
  if (type === "TSQualifiedName") return (parent as unknown as { left: Node }).left === node;
  return !/^TS(PropertySignature|MethodSignature|EnumMember|NamedTupleMember)$/.test(type);
}
