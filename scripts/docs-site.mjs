// `npm run docs:site`: makes the site of the documentation in docs/.vitepress/dist, and follows every link in it. The API reference is
// written from the sources, the studio and the worked examples are built into it, and so are the files that pages speak of.
// `npm run docs:site -- --watch` serves the pages while they are written.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { copies, indexPage } from "../docs/.vitepress/links.ts";
import { ensureBuilt, ensureInstalled, nodeBinary, root, runQuietly } from "./setup.mjs";
import { brokenLinks } from "./site-links.mjs";

const docs = join(root, "docs");
const site = join(docs, ".vitepress/dist");
const node = (...args) =>
  runQuietly(nodeBinary(), args).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });

await ensureInstalled();
await ensureInstalled(docs);
await ensureBuilt();

const start = performance.now();
await node(join(docs, "node_modules/typescript/bin/tsc"), "-p", docs);
copyPages();
await copyApps();
copySources();
await node(
  "--conditions=@chainrule/source",
  join(docs, "node_modules/typedoc/bin/typedoc"),
  "--options",
  join(docs, "reference/typedoc.json"),
);
renameIndex();

const vitepress = join(docs, "node_modules/vitepress/bin/vitepress.js");
if (process.argv.includes("--watch")) {
  spawnSync(nodeBinary(), [vitepress, "dev", docs], { stdio: "inherit" });
  process.exit(0);
}
await node(vitepress, "build", docs);

const { pages, links, broken } = brokenLinks(site);
// The same link stands on many pages, in what surrounds them.
for (const [said, places] of Map.groupBy(broken, ({ href, problem }) => `${href} ${problem}`))
  console.log(`${places[0].page}${places.length > 1 ? ` and ${places.length - 1} more` : ""}: ${said}`);
console.log(
  `${pages} pages in ${relative(root, site)}, ${links} links followed, ${broken.length} broken, ${Math.round((performance.now() - start) / 1000)} s`,
);
console.log(`${pages} passed, ${broken.length} failed`);
process.exit(broken.length > 0 ? 1 : 0);

/** Pages that stand elsewhere in the repository, and the list of decisions. */
function copyPages() {
  for (const [page, file] of Object.entries(copies)) copyFileSync(join(root, file), join(docs, page));
  const decisions = readdirSync(join(docs, "decisions"))
    .filter((file) => /^\d+-.*\.md$/.test(file))
    .map((file) => {
      const title = /^# \d+\. (.*)$/m.exec(readFileSync(join(docs, "decisions", file), "utf8"))?.[1];
      return `- [${Number(file.slice(0, 4))}. ${title}](${file})`;
    });
  writeFileSync(
    join(docs, "decisions/index.md"),
    `# Decisions\n\nWhat was decided about the design, why, and the alternatives that lost.\n\n${decisions.join("\n")}\n`,
  );
}

function renameIndex() {
  for (const file of readdirSync(join(docs, "api"), { recursive: true })) {
    const path = join(docs, "api", file);
    if (indexPage[0].test(path)) renameSync(path, path.replace(...indexPage));
  }
  const list = join(docs, "api/navigation.json");
  writeFileSync(list, readFileSync(list, "utf8").replaceAll("/Index.md", indexPage[1]));
}

async function copyApps() {
  const made = join(docs, "public");
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  cpSync(join(root, "packages/studio/dist/app"), join(made, "studio"), { recursive: true });
  copyFileSync(join(root, "packages/studio/public/icon.svg"), join(made, "icon.svg"));
  copyFileSync(join(docs, "studio-trace.png"), join(made, "studio-trace.png"));
  await node(join(root, "scripts/simple-model.mjs"), join(made, "simple_model.html"));
}

/** The files of the repository as texts, for the site's viewer; without what is data. */
function copySources() {
  const { stdout } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = stdout
    .split("\0")
    .filter((file) =>
      /\.(ts|tsx|mjs|js|json|md|css|html|py|toml|yml|sh|vue|csv|capnp)$|^LICENSE$|^\.ci\/run$/.test(file),
    )
    .filter((file) => !/golden\/data|package-lock|bench\/results/.test(file))
    .sort();
  for (const file of files) {
    const to = join(docs, "public/sources", `${file}.txt`);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(root, file), to);
  }
  writeFileSync(join(docs, "public/sources/files.json"), JSON.stringify(files));
}
