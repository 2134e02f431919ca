import type { Tensor } from "./tensor.ts";

/** Something with parts that have names: a module. */
export interface ScopeOwner {
  /** The kind of layer, such as `Linear`. */
  scopeKind(): string;
  /** What layers of this kind do, in one line; empty where that is not said. */
  scopeAbout?(): string;
  /** The path from this owner to a part of it, such as `1.fc`; undefined when it is not a part. */
  scopePathOf(part: ScopeOwner): string | undefined;
  /** The tensors of this owner and its parts with their paths, such as `1.fc.weight`. */
  scopeTensors?(): Iterable<readonly [path: string, tensor: Tensor]>;
}

/** A call of a module inside calls of others. Names are looked up only when somebody asks. */
export class Scope {
  readonly owner: ScopeOwner;
  readonly parent: Scope | null;

  constructor(owner: ScopeOwner, parent: Scope | null) {
    this.owner = owner;
    this.parent = parent;
  }

  /** The call that all the others are inside of. */
  get root(): Scope {
    let root: Scope = this;
    while (root.parent) root = root.parent;
    return root;
  }

  /** The layer, outermost first: `Sequential 2 (Linear)`; only the kind for a model called by itself. */
  describe(): string {
    const { root } = this;
    if (root === this) return this.owner.scopeKind();
    const path = root.owner.scopePathOf(this.owner) ?? this.parent?.owner.scopePathOf(this.owner);
    return path ? `layer ${path} (${this.owner.scopeKind()})` : this.owner.scopeKind();
  }
}

let current: Scope | null = null;

/** The innermost module call that is running. */
export const currentScope = (): Scope | null => current;

/** Goes on as part of another call, or of none; gives the one that was left, to go back to. */
export function enterScope(scope: Scope | null): Scope | null {
  const before = current;
  current = scope;
  return before;
}

/** Runs `body` as part of a call of `owner`. */
export function inScope<R>(owner: ScopeOwner, body: () => R): R {
  const before = current;
  current = new Scope(owner, before);
  try {
    return body();
  } finally {
    current = before;
  }
}
