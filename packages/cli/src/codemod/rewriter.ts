/** Writes a program anew: what rules say of a node, and its own text for all else. */
import type { Scopes } from "./scopes.ts";
import {
  type Call,
  childrenOf,
  isFunction,
  isPrimary,
  type Node,
  propertyName,
  type Tree,
} from "./syntax.ts";
import { Values } from "./values.ts";

/** What is to be done by hand, at a line of the original. */
export interface Remark {
  readonly line: number;
  readonly text: string;
}

/** Thrown by a rule that must not change what it sees; the text becomes a comment above the statement. */
export class Leave extends Error {}

/** What stands in the place of a statement: nothing. */
export const REMOVED = Symbol("removed");

/** A rule gives a text in the place of a node, or undefined where it has nothing to say. */
export type Rule = (node: Node, rewriter: Rewriter) => string | typeof REMOVED | undefined;

const isStatement = (node: Node): boolean =>
  /(Statement|Declaration|PropertyDefinition|MethodDefinition)$/.test(node.type) &&
  node.type !== "BlockStatement";

const isList = (node: Node): boolean =>
  ["Program", "BlockStatement", "StaticBlock", "SwitchCase", "ClassBody"].includes(node.type);

export class Rewriter {
  readonly tree: Tree;
  readonly scopes: Scopes;
  readonly values: Values;
  /** Names to import, by package. */
  readonly imports = new Map<string, Set<string>>();
  /** Functions that the program needs beside its imports, by name. */
  readonly helpers = new Map<string, string>();
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #notes = new Map<Node, Map<string, boolean>>();
  readonly #left = new Map<string, Remark>();
  readonly #changed = new Map<string, Remark>();
  readonly #made = new Set<string>();
  readonly #helperNames = new Map<string, string>();
  readonly #before = new Map<Node, Set<string>>();
  readonly #instead = new Map<Node, () => string | typeof REMOVED>();
  /** Names by which the program knows something of TensorFlow.js that it still uses. */
  readonly leftovers = new Set<string>();
  /** Names of `tf` about which there is a note already. */
  readonly said = new Set<Node>();
  /** A letter that the program does not have, before the names of chainrule. */
  readonly mark: string;
  /** Whether the imports of chainrule have their place. */
  placed = false;

  constructor(tree: Tree, scopes: Scopes, rules: ReadonlyMap<string, readonly Rule[]>) {
    this.tree = tree;
    this.scopes = scopes;
    this.values = new Values(tree, scopes);
    this.#rules = rules;
    this.mark = ["ɵ", "ʘ", "ǂ"].find((letter) => !tree.source.includes(letter)) ?? "chainrule_";
  }

  get changed(): readonly Remark[] {
    return sorted(this.#changed.values()).map(({ line, text }) => ({
      line,
      text: text.replaceAll(this.mark, ""),
    }));
  }

  get left(): readonly Remark[] {
    return sorted(this.#left.values());
  }

  /** The original text of a node. */
  source(node: Node): string {
    return this.tree.source.slice(node.start, node.end);
  }

  line(node: Node): number {
    return this.tree.source.slice(0, node.start).split("\n").length;
  }

  /** The text of a node as it is to be. */
  text(node: Node): string {
    const text = this.tryRules(node);
    return typeof text === "string" ? text : this.#plain(node);
  }

  /** A node's own text, with what is inside as it is to be. */
  #plain(node: Node): string {
    if (isList(node)) return this.#list(node);
    let text = "";
    let at = node.start;
    for (const child of childrenOf(node)) {
      text += this.tree.source.slice(at, child.start);
      text += isStatement(child) ? this.#single(child) : this.text(child);
      at = child.end;
    }
    return text + this.tree.source.slice(at, node.end);
  }

  /** What rules say of a node: a text, REMOVED, or undefined where it is to stay. */
  tryRules(node: Node): string | typeof REMOVED | undefined {
    const instead = this.#instead.get(node);
    if (instead) return instead();
    for (const rule of this.#rules.get(node.type) ?? []) {
      try {
        const result = rule(node, this);
        if (result === undefined) continue;
        return typeof result === "string" ? result : REMOVED;
      } catch (error) {
        if (!(error instanceof Leave)) throw error;
        this.note(node, error.message);
        if (node.type === "CallExpression") this.said.add(node.callee);
        return undefined;
      }
    }
    return undefined;
  }

  /** Runs `body` while a node has another text. */
  instead<T>(node: Node, text: () => string | typeof REMOVED, body: () => T): T {
    this.#instead.set(node, text);
    try {
      return body();
    } finally {
      this.#instead.delete(node);
    }
  }

  /** A statement as it is to be, with what there is to say about it above; REMOVED where nothing is left of it. */
  statement(node: Node): string | typeof REMOVED {
    const ruled = this.tryRules(node);
    const text = ruled ?? this.#plain(node);
    const above = this.#comments(node, typeof text === "string" ? text : "");
    if (text === REMOVED && above === "") return REMOVED;
    return above + (text === REMOVED ? ";" : text);
  }

  /** A statement that stands where exactly one has to. */
  #single(node: Node): string {
    const text = this.statement(node);
    return text === REMOVED ? "{}" : text;
  }

  /** The comments above a statement: notes, and comments of the original that its new text lost. */
  #comments(node: Node, text: string): string {
    const { source, comments } = this.tree;
    const indent = this.indent(node);
    const lines: string[] = [];
    if (this.#startsLine(node)) lines.push(...(this.#before.get(node) ?? []));
    if (!this.#startsLine(node)) return "";
    for (const { start, end } of comments) {
      const comment = source.slice(start, end);
      if (start > node.start && end < node.end && text !== "" && !text.includes(comment)) lines.push(comment);
    }
    // Where there are notes already, they stand.
    if (!this.#above(node).some((line) => line.startsWith("// chainrule: ")))
      for (const note of this.#notes.get(node)?.keys() ?? []) lines.push(`// chainrule: ${note}`);
    return lines.map((line) => `${line}\n${indent}`).join("");
  }

  /** The lines of comments right above a statement. */
  #above(node: Node): string[] {
    const lines = this.tree.source.slice(0, node.start).split("\n").slice(0, -1);
    const found: string[] = [];
    for (let i = lines.length - 1; i >= 0 && lines[i].trim().startsWith("//"); i--)
      found.push(lines[i].trim());
    return found;
  }

  #list(node: Node): string {
    const { source } = this.tree;
    const items = childrenOf(node);
    let text = "";
    let at = node.start;
    for (const item of items) {
      text += source.slice(at, item.start);
      at = item.end;
      if (!isStatement(item) && !isList(item)) {
        text += this.text(item);
        continue;
      }
      const own = isList(item) ? this.text(item) : this.statement(item);
      if (own !== REMOVED) {
        text += own;
        continue;
      }
      // The line goes with the statement, and so does one of two blank lines around it.
      const rest = /^[ \t]*\n/.exec(source.slice(at));
      const before = /(^|\n)[ \t]*$/.exec(text);
      if (rest && before) {
        at += rest[0].length;
        text = text.slice(0, text.length - before[0].length + before[1].length);
        const blank = /(^|[{\n])\n$/.test(text) || /\{\n$/.test(text) || text === "";
        const next = /^[ \t]*\n/.exec(source.slice(at));
        if (blank && next) at += next[0].length;
        else if (source.slice(at).trim() === "") text = text.replace(/\n+$/, "\n");
      } else if (rest) text = text.trimEnd();
      else if (before) at += /^[ \t]*/.exec(source.slice(at))?.[0].length ?? 0; // a comment that stays
    }
    return text + source.slice(at, node.end);
  }

  #startsLine(node: Node): boolean {
    return /(^|\n)[ \t]*$/.test(this.tree.source.slice(0, node.start));
  }

  /** The nearest statement around a node that begins its line. */
  anchor(node: Node): Node {
    let found: Node | undefined = node;
    while (found && !(isStatement(found) && this.#startsLine(found) && this.#inList(found)))
      found = this.tree.parents.get(found);
    return found ?? this.tree.program.body[0] ?? this.tree.program;
  }

  #inList(node: Node): boolean {
    const parent = this.tree.parents.get(node);
    if (parent && /^Export(Named|Default)Declaration$/.test(parent.type)) return false;
    return parent !== undefined && isList(parent);
  }

  /** Says by a comment above the statement, and in the report, what is to be done by hand. */
  note(node: Node, text: string): void {
    const anchor = this.anchor(node);
    const notes = this.#notes.get(anchor) ?? new Map<string, boolean>();
    notes.set(text, true);
    this.#notes.set(anchor, notes);
    this.#left.set(`${node.start} ${text}`, { line: this.line(node), text });
  }

  /** Counts a change in the report. */
  did(node: Node, from: string, to: string): void {
    if (from === to) return;
    this.#changed.set(`${node.start} ${from}`, {
      line: this.line(node),
      text: to === "" ? `${from}: removed` : `${from} → ${to}`,
    });
  }

  /** The blanks before the line on which a node begins. */
  indent(node: Node): string {
    const before = this.tree.source.slice(0, node.start);
    return /^[ \t]*/.exec(before.slice(before.lastIndexOf("\n") + 1))?.[0] ?? "";
  }

  /** One step of indentation, as the file has it. */
  get step(): string {
    return /^(\t| {2,8})\S/m.exec(this.tree.source)?.[1] ?? "  ";
  }

  /**
   * Imports a name of chainrule, and gives it with a mark before it: which name the program can have for it is known when all of it
   * is written.
   */
  use(name: string, from = "chainrule"): string {
    const names = this.imports.get(from) ?? new Set();
    names.add(name);
    this.imports.set(from, names);
    return this.mark + name;
  }

  /** A name that the program does not have yet. */
  fresh(name: string): string {
    let fresh = name;
    for (let i = 2; this.scopes.names.has(fresh) || this.#made.has(fresh); i++) fresh = `${name}${i}`;
    this.#made.add(fresh);
    return fresh;
  }

  /** The name of a function that the program gets, the same at each call. */
  helperName(name: string): string {
    const known = this.#helperNames.get(name) ?? this.fresh(name);
    this.#helperNames.set(name, known);
    return known;
  }

  /** Puts a line of code above the statement of a node. */
  before(node: Node, line: string): void {
    const anchor = this.anchor(node);
    // What the line names has to be there.
    for (let up = this.tree.parents.get(node); up && up !== anchor; up = this.tree.parents.get(up))
      if (isFunction(up)) throw new Leave("Write this as a statement of its own first; it takes several.");
    const lines = this.#before.get(anchor) ?? new Set();
    lines.add(line);
    this.#before.set(anchor, lines);
  }

  /** The text of an expression to put a dot behind. */
  receiver(node: Node): string {
    const text = this.text(node);
    return isPrimary(node) && !/^(await\b|\{)/.test(text) ? text : `(${text})`;
  }

  /** The text of an expression as an argument. */
  argument(node: Node): string {
    const text = this.text(node);
    return node.type === "SequenceExpression" ? `(${text})` : text;
  }

  /** What stands between an object and its property: the dot, line breaks, no parentheses. */
  gap(object: Node, property: Node): string {
    return this.tree.source.slice(object.end, property.start).replaceAll(")", "");
  }

  /** The arguments of a call, as nodes. */
  args(call: Call): readonly Node[] {
    return call.arguments as readonly Node[];
  }

  /**
   * `x.method(…)` with another name and other arguments; what stands between `x` and the dot stays. For a function of `tf`, its
   * first argument comes before the dot.
   */
  method(call: Call, x: Node, name: string, args: readonly string[]): string {
    const { callee } = call;
    const isMethod = callee.type === "MemberExpression" && callee.object === x;
    const between = isMethod ? this.gap(x, callee.property) : ".";
    const from = isMethod ? `.${propertyName(callee)}` : `tf.${this.values.pathOf(callee)}`;
    this.did(call, from, `.${name}`);
    return `${this.receiver(x)}${between}${name}(${args.join(", ")})`;
  }
}

const sorted = (remarks: Iterable<Remark>): Remark[] => [...remarks].sort((a, b) => a.line - b.line);
