/**
 * What TypeDoc is told beyond its options: entries have the names that programs import them by, a class shows what it adds to the one
 * that it extends, and examples begin with the imports that they need.
 */
import { type Application, Converter, type DeclarationReflection, ReflectionKind } from "typedoc";
import { importsOf, origins } from "../../scripts/code-blocks/imports.ts";

export async function load(app: Application): Promise<void> {
  const from = await origins();

  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of project.getChildrenByKind(ReflectionKind.Module))
      entry.name = entry.name.replace(/^packages\/chainrule\/src/, "chainrule");
  });

  app.converter.on(Converter.EVENT_RESOLVE_END, (context) => {
    const { project } = context;
    const all = Object.values(project.reflections);
    for (const reflection of all) {
      for (const block of reflection.comment?.blockTags ?? []) {
        if (block.tag !== "@example") continue;
        const text = block.content.map((part) => part.text).join("");
        const code = text.replace(/^\s*```\w*\n|\n```\s*$/g, "").trim();
        const imports = importsOf(code, from);
        // Imports of its own stand first in an example, and go on with those that it needs.
        const gap = imports.length === 0 || code.startsWith("import ") ? "" : "\n";
        block.content = [
          {
            kind: "code",
            text: `\`\`\`ts\n${imports.join("\n")}\n${gap}${code}\n\`\`\``.replace("ts\n\n", "ts\n"),
          },
        ];
      }
    }
    for (const reflection of all) {
      // A parameter that is taken apart at once has no name of its own.
      if (reflection.name === "__namedParameters") reflection.name = "options";
      const declared = reflection as DeclarationReflection;
      const inClass = declared.parent?.kindOf(ReflectionKind.Class) ?? false;
      if (inClass && (declared.inheritedFrom || isPlumbing(declared))) {
        project.removeReflection(declared);
        continue;
      }
      if (declared.kindOf(ReflectionKind.Class) && declared.signatures) declared.signatures = undefined;
      if (!declared.kindOf(ReflectionKind.Class | ReflectionKind.SomeModule)) {
        declared.overwrites = undefined;
        if (declared.defaultValue === "undefined") declared.defaultValue = undefined;
        // A table of properties has no room for it; what they belong to says its own.
        if (declared.kindOf(ReflectionKind.Property)) declared.sources = undefined;
      }
    }
  });
}

/** What a class has to have, and nobody looks up: how it prints, the name that a bundler must not change. */
const isPlumbing = (of: DeclarationReflection): boolean =>
  of.name === "extraRepr" ? of.overwrites !== undefined : of.flags.isStatic && of.name === "name";
