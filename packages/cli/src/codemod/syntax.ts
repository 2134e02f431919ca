/** A program as a tree whose nodes say exactly where they stand in the text. */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import * as acorn from "acorn";

/** A node of JavaScript; TypeScript's own nodes are among them at run time, and are told by {@link kind}. */
export type Node = acorn.AnyNode;
export type Call = acorn.CallExpression;
export type Statement = acorn.Statement | acorn.ModuleDeclaration;

export interface Tree {
  readonly source: string;
  readonly program: acorn.Program;
  readonly comments: readonly acorn.Comment[];
  readonly parents: ReadonlyMap<Node, Node>;
  /** Whether the language is TypeScript, which has types to write. */
  readonly typed: boolean;
}

/** The kind of a node, TypeScript's among them. */
export const kind = (node: Node): string => node.type;

/** Parses JavaScript or TypeScript, with or without JSX, as the path's ending says. @throws SyntaxError */
export function parse(source: string, path: string): Tree {
  const typed = /\.[cm]?tsx?$/.test(path);
  const jsx = !/\.[cm]?ts$/.test(path);
  const comments: acorn.Comment[] = [];
  const Parser = typed || jsx ? acorn.Parser.extend(tsPlugin({ jsx })) : acorn.Parser;
  const read = (parser: typeof acorn.Parser): acorn.Program => {
    comments.length = 0;
    return parser.parse(source, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowHashBang: true,
      allowReturnOutsideFunction: true,
      onComment: comments,
      // The plugin for TypeScript asks for it.
      locations: true,
    });
  };
  // Plain JavaScript first: `a < b > (c)` is a comparison there.
  const program = typed
    ? read(Parser)
    : firstThat(
        () => read(acorn.Parser),
        () => read(Parser),
      );
  const parents = new Map<Node, Node>();
  walk(program, (node) => {
    for (const child of childrenOf(node)) parents.set(child, node);
  });
  return { source, program, comments, parents, typed };
}

function firstThat<T>(first: () => T, second: () => T): T {
  try {
    return first();
  } catch (error) {
    try {
      return second();
    } catch {
      throw error;
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value && !("line" in value);

const children = new WeakMap<Node, readonly Node[]>();

/** The nodes right inside of a node, in the order of the text. */
export function childrenOf(node: Node): readonly Node[] {
  const known = children.get(node);
  if (known) return known;
  const found = Object.entries(node)
    .filter(([key]) => key !== "loc")
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  // `{ a }` is a key and a value in one place.
  const apart: Node[] = [];
  for (const child of found) if (child.start >= (apart.at(-1)?.end ?? 0)) apart.push(child);
  if (node.type === "Property" && node.shorthand) apart.splice(0, apart.length, node.value);
  children.set(node, apart);
  return apart;
}

/** Calls with each node, from the outside to the inside; `false` passes over what is inside. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

/** All nodes inside that satisfy a condition. */
export function nodesIn(node: Node, condition: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  walk(node, (inner) => {
    if (condition(inner)) found.push(inner);
  });
  return found;
}

/** Whether a node is one of a list of statements, in whose place several may stand. */
export const isListed = (node: Node, { parents }: Tree): boolean =>
  ["BlockStatement", "Program", "StaticBlock", "SwitchCase"].includes(parents.get(node)?.type ?? "");

/** What TypeScript says about an expression without changing it: `x!`, `x as T`, `<T>x`, `x satisfies T`. */
export function bare(node: Node): Node {
  const inner = (node as { expression?: Node }).expression;
  return /^TS(NonNull|As|TypeAssertion|Satisfies)/.test(kind(node)) && inner ? bare(inner) : node;
}

/** The value of a literal, an array of such, or undefined's name; NOT_LITERAL for anything else. */
export const NOT_LITERAL = Symbol("no literal");

export function literal(node: Node | null | undefined): unknown {
  if (!node) return undefined;
  const { type } = node;
  if (type === "Literal") return node.value;
  if (type === "Identifier" && node.name === "undefined") return undefined;
  if (type === "UnaryExpression" && node.operator === "-") {
    const value = literal(node.argument);
    return typeof value === "number" ? -value : NOT_LITERAL;
  }
  if (type === "ArrayExpression") {
    const values = node.elements.map((element) => (element ? literal(element) : NOT_LITERAL));
    return values.includes(NOT_LITERAL) ? NOT_LITERAL : values;
  }
  return NOT_LITERAL;
}

/** Whether an argument is there, and says something: neither undefined nor null. */
export const given = (node: Node | undefined): node is Node =>
  node !== undefined && literal(node) !== undefined && literal(node) !== null;

/** Whether an expression can stand before a dot without parentheses. */
export const isPrimary = (node: Node): boolean =>
  ["Identifier", "MemberExpression", "CallExpression", "ThisExpression", "ArrayExpression", "Super"].includes(
    node.type,
  ) ||
  (node.type === "Literal" && typeof node.value !== "number") ||
  kind(node) === "TSNonNullExpression";

export const isFunction = (
  node: Node | null | undefined,
): node is acorn.ArrowFunctionExpression | acorn.FunctionExpression | acorn.FunctionDeclaration =>
  node?.type === "ArrowFunctionExpression" ||
  node?.type === "FunctionExpression" ||
  node?.type === "FunctionDeclaration";

/** The name of a property that is not computed, or is by a text. */
export function propertyName(node: Node): string | null {
  if (node.type === "MemberExpression") {
    if (!node.computed) return node.property.type === "Identifier" ? node.property.name : null;
    return typeof literal(node.property) === "string" ? String(literal(node.property)) : null;
  }
  if (node.type === "Property" || node.type === "PropertyDefinition") {
    if (!node.computed && node.key.type === "Identifier") return node.key.name;
    return typeof literal(node.key) === "string" ? String(literal(node.key)) : null;
  }
  return null;
}

/** The properties of an object literal by name; null where some are not plain. */
export function propertiesOf(node: Node | undefined): ReadonlyMap<string, acorn.Property> | null {
  if (node?.type !== "ObjectExpression") return null;
  const found = new Map<string, acorn.Property>();
  for (const property of node.properties) {
    const name = propertyName(property);
    if (property.type !== "Property" || name === null || property.kind !== "init") return null;
    found.set(name, property);
  }
  return found;
}

/** The returns of a function's own body, not those of functions inside. */
export function returnsOf(body: Node): acorn.ReturnStatement[] {
  const found: acorn.ReturnStatement[] = [];
  walk(body, (node) => {
    if (node !== body && (isFunction(node) || node.type === "ClassBody")) return false;
    if (node.type === "ReturnStatement") found.push(node);
    return true;
  });
  return found;
}
