// `npm run pack:check`: packs the packages as they would be published, puts them into an empty project, and there
// checks that every entry is found, by Node and by TypeScript, under both of its ways to look for modules. `publint` and
// `attw` look over what was packed; they and older Nodes are a small project of their own in tests/packages.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensureInstalled, nodeBinary, root, runQuietly } from "./setup.mjs";

const tools = join(root, "tests/packages/node_modules");
await ensureInstalled(join(root, "tests/packages"));
await ensureInstalled(join(root, "tests/oldest-node"));

/** The Node of this project, and the older ones that are packaged for this machine. */
function nodes() {
  const platform = `${process.platform}-${process.arch}`;
  const older = [
    join(root, "tests/oldest-node/node_modules", `node-${platform}`),
    ...[22, 24].map((major) => join(tools, `node-${major}-${platform}`)),
  ];
  return [...older.map((folder) => join(folder, "bin/node")).filter(existsSync), nodeBinary()];
}

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
    const tarball = join(work, filename);
    await runQuietly(nodeBinary(), [join(tools, "publint/src/cli.js"), "run", tarball, "--strict"]);
    // ESM alone: CommonJS and TypeScript's old way to look for modules are left out. The others are no libraries.
    if (name === "chainrule")
      await runQuietly(nodeBinary(), [
        join(tools, "@arethetypeswrong/cli/dist/index.js"),
        tarball,
        "--profile",
        "esm-only",
      ]);
    if (name === "chainrule") {
      // It has no dependencies: an empty project installs it without a network.
      writeFileSync(join(work, "package.json"), "{}");
      await runQuietly("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], {
        shell,
        cwd: work,
      });
    } else {
      const target = join(work, "node_modules", name);
      mkdirSync(target, { recursive: true });
      await runQuietly("tar", ["-xzf", tarball, "--strip-components=1", "-C", target]);
    }
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
  // From CommonJS every Node can that the library runs on: it has no await at the top.
  writeFileSync(
    join(work, "require.cjs"),
    `const { nn, tensor } = require("chainrule");
${entries.map((entry) => `require("${entry}");`).join("\n")}
const sum = tensor([1, 2]).mul(2).sum().item();
if (sum !== 6 || new nn.Linear(2, 3)(tensor([[1, 2]])).shape[1] !== 3) throw new Error(\`computes \${sum}\`);\n`,
  );
  for (const node of nodes())
    for (const file of ["imports.mjs", "require.cjs"]) await runQuietly(node, [join(work, file)]);

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
  const versions = await Promise.all(
    nodes().map(async (node) => (await runQuietly(node, ["--version"])).trim()),
  );
  console.log(
    `${entries.join(", ")}: found by Node ${versions.join(", ")}, imported and required, and by TypeScript (nodenext, bundler)`,
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}
