/**
 * What the API reference lacks: `npm run docs:gaps`, or `npm run docs:gaps -- packages/chainrule/src/nn` for some files. Every public
 * name has to say what it is; functions, classes, and the methods of tensors and modules also have an example, which
 * `npm run docs:code` runs; options say what holds without them; and what throws says when.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Application,
  type Comment,
  type DeclarationReflection,
  ReflectionKind,
  TSConfigReader,
  TypeDocReader,
} from "typedoc";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The classes whose every method has an example of its own: they are the vocabulary of the library. */
const VOCABULARY = new Set(["Tensor", "Module"]);

const app = await Application.bootstrap(
  { options: fileURLToPath(new URL("typedoc.json", import.meta.url)), logLevel: "Error" },
  [new TypeDocReader(), new TSConfigReader()],
);
const project = await app.convert();
if (project === undefined) process.exit(1);

const gaps = new Map<string, string[]>();
let names = 0;
const seen = new Set<string>();
for (const entry of project.children ?? []) visit(entry, entry);

const only = process.argv.slice(2);
let failed = 0;
for (const [place, missing] of [...gaps].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))) {
  if (only.length > 0 && !only.some((path) => place.startsWith(path))) continue;
  failed++;
  console.log(`${place}: ${missing.join(", ")}`);
}
console.log(`${names - failed} passed, ${failed} failed: public names of the API reference`);
process.exitCode = failed > 0 ? 1 : 0;

function visit(of: DeclarationReflection, holder: DeclarationReflection): void {
  if (of.kindOf(ReflectionKind.SomeModule)) {
    for (const child of of.children ?? []) visit(child, of);
    return;
  }
  const source = of.sources?.[0];
  if (
    source === undefined ||
    of.inheritedFrom ||
    of.kindOf(ReflectionKind.Reference | ReflectionKind.Constructor)
  )
    return;
  if (!source.fullFileName.startsWith(root) || source.fullFileName.includes("node_modules")) return;
  const place = `${relative(root, source.fullFileName)}:${source.line} ${holder.kindOf(ReflectionKind.ClassOrInterface) ? `${holder.name}.` : ""}${of.name}`;
  if (seen.has(place)) return;
  seen.add(place);
  names++;
  const missing = missingOf(of, holder, source);
  if (missing.length > 0) gaps.set(place, missing);
  if (of.kindOf(ReflectionKind.ClassOrInterface)) for (const child of of.children ?? []) visit(child, of);
}

function missingOf(
  of: DeclarationReflection,
  holder: DeclarationReflection,
  source: { fullFileName: string; line: number },
): string[] {
  const comments = [
    of.comment,
    of.getSignature?.comment,
    ...(of.signatures ?? []).map(({ comment }) => comment),
  ].filter((comment): comment is Comment => comment !== undefined);
  const has = (tag: `@${string}`): boolean =>
    comments.some(({ blockTags }) => blockTags.some((block) => block.tag === tag));
  const text = comments.flatMap(({ summary }) => summary.map((part) => part.text)).join("");
  const missing: string[] = [];
  const inherits = of.overwrites !== undefined || of.implementationOf !== undefined;
  // A module's forward is what its class says.
  if (text === "" && !inherits && of.name !== "forward") missing.push("what it is");
  const isValue = of.kindOf(ReflectionKind.Function | ReflectionKind.Class);
  const isVocabulary = of.kindOf(ReflectionKind.Method) && VOCABULARY.has(holder.name);
  if ((isValue || isVocabulary) && !has("@example")) missing.push("an example");
  if (
    of.flags.isOptional &&
    holder.kindOf(ReflectionKind.Interface) &&
    !/default|without|left out|unless|otherwise/i.test(text)
  )
    missing.push("what holds without it");
  if (of.kindOf(ReflectionKind.FunctionOrMethod) && throwsHere(source) && !has("@throws"))
    missing.push("when it throws");
  return missing;
}

/** Whether the body of a function has a throw in plain sight. Bodies end with a line that is indented as their first. */
function throwsHere({ fullFileName, line }: { fullFileName: string; line: number }): boolean {
  const lines = readFileSync(fullFileName, "utf8").split("\n");
  const first = lines[line - 1] ?? "";
  const indent = /^\s*/.exec(first)?.[0].length ?? 0;
  let end = line;
  while (
    end < lines.length &&
    !(/^\s*\S/.test(lines[end]) && (/^\s*/.exec(lines[end])?.[0].length ?? 0) <= indent)
  )
    end++;
  return lines.slice(line - 1, end + 1).some((text) => /throw new ChainruleError|\bcheck\(/.test(text));
}
