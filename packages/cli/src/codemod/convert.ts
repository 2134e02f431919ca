/** A program that uses TensorFlow.js, with what is safe to convert converted to chainrule. */
import { operationRule } from "./calls.ts";
import { creationRule } from "./creation.ts";
import { withImports } from "./imports.ts";
import { memoryRules } from "./memory.ts";
import { modelRules } from "./models.ts";
import { lastRules, nameRules } from "./names.ts";

import { optimizerRules } from "./optimizers.ts";
import { type Remark, Rewriter, type Rule } from "./rewriter.ts";
import { findScopes } from "./scopes.ts";
import { parse } from "./syntax.ts";
import { trainingRules } from "./training.ts";
import { Values } from "./values.ts";

/** What became of a program. */
export interface Conversion {
  readonly text: string;
  /** What was converted, by line of the original. */
  readonly changed: readonly Remark[];
  /** What is left to do by hand, by line of the original. */
  readonly left: readonly Remark[];
}

const rules = new Map<string, Rule[]>();
for (const [type, rule] of [
  ...nameRules,
  ...trainingRules,
  ...modelRules,
  ...optimizerRules,
  ...memoryRules,
  ["CallExpression", creationRule] as const,
  ["CallExpression", operationRule] as const,
  ...lastRules,
])
  rules.set(type, [...(rules.get(type) ?? []), rule]);

/**
 * Converts one file. What does not use TensorFlow.js comes back as it is.
 *
 * @param path says by its ending whether it is JavaScript or TypeScript
 * @throws SyntaxError for what is neither
 */
export function convert(source: string, path: string): Conversion {
  // Lines end as they did.
  if (/\r\n/.test(source) && !/(^|[^\r])\n/.test(source)) {
    const { text, ...report } = convert(source.replaceAll("\r\n", "\n"), path);
    return { text: text.replaceAll("\n", "\r\n"), ...report };
  }
  const tree = parse(source, path);
  const scopes = findScopes(tree);
  const values = new Values(tree, scopes);
  const uses = scopes.bindings.some((binding) => values.pathOfBinding(binding) !== null);
  if (!uses && !/["']@tensorflow\/tfjs/.test(source)) return { text: source, changed: [], left: [] };
  const rewriter = new Rewriter(tree, scopes, rules);
  const text = withImports(rewriter.text(tree.program), path, rewriter);
  check(text, path);
  return { text, changed: rewriter.changed, left: rewriter.left };
}

/** What was written has to parse as well: a mistake here is none of the program. */
function check(text: string, path: string): void {
  try {
    parse(text, path);
  } catch (cause) {
    throw new Error(`What ${path} was converted to does not parse.`, { cause });
  }
}
