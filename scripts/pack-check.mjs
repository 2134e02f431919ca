// `npm run pack:check`: packs the packages as they would be published, puts them into an empty project, and there
// checks that every entry is found, by Node and by TypeScript, under both of its ways to look for modules.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nodeBinary, root, runQuietly } from "./setup.mjs";

const shell = process.platform === "win32";
const work = mkdtempSync(join(tmpdir(), "chainrule-pack-"));
try {
  for (const name of ["chainrule", "@chainrule/studio", "@chainrule/cli"]) {
    const output = await runQuietly(
      "npm",
      ["pack", "--json", "--pack-destination", work, "--workspace", name],
      { shell },
    );
    const [packed] = Object.values(JSON.parse(output));
    const { filename, size, entryCount } = packed;
    console.log(`${name.padEnd(17)} ${(size / 1000).toFixed(1).padStart(7)} kB packed, ${entryCount} files`);
    const target = join(work, "node_modules", name);
    mkdirSync(target, { recursive: true });
    await runQuietly("tar", ["-xzf", join(work, filename), "--strip-components=1", "-C", target]);
    const stray = packed.files.filter(({ path }) => /\.test\.|tsbuildinfo/.test(path));
    if (stray.length > 0)
      throw new Error(`packed although no one needs it: ${stray.map(({ path }) => path).join(", ")}`);
  }

  // What the command line looks for: the studio's app beside itself, and the report's renderer.
  const fromCli = createRequire(join(work, "node_modules/@chainrule/cli/package.json"));
  const studio = dirname(fromCli.resolve("@chainrule/studio/package.json"));
  for (const path of ["dist/app/index.html", "dist/pages/trace/trace.html", "dist/report/render.js"])
    if (!existsSync(join(studio, path))) throw new Error(`@chainrule/studio was packed without ${path}`);

  const library = JSON.parse(readFileSync(join(work, "node_modules/chainrule/package.json"), "utf8"));
  const entries = Object.keys(library.exports)
    .filter((path) => !path.endsWith(".json"))
    .map((path) => path.replace(".", "chainrule"));
  const imports = entries
    .map((entry, i) => `import * as entry${i} from "${entry}";\nvoid entry${i};\n`)
    .join("");
  writeFileSync(join(work, "package.json"), '{ "type": "module" }');
  writeFileSync(join(work, "imports.mjs"), `${imports}import "@chainrule/studio/report";\n`);
  await runQuietly(nodeBinary(), [join(work, "imports.mjs")]);

  const use = "const doubled: entry0.Tensor = entry0.tensor([1, 2]).mul(2).sum();\nvoid doubled;\n";
  writeFileSync(join(work, "use.ts"), imports + use);
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const compilerOptions = {
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      types: [],
      target: "es2022",
    };
    writeFileSync(join(work, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    await runQuietly(nodeBinary(), [join(root, "node_modules/typescript/bin/tsc"), "-p", work]);
  }
  console.log(`${entries.join(", ")}: found by Node and by TypeScript (nodenext, bundler)`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}
