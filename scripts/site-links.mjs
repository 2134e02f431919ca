// Follows the links of a built site: every page, file and heading that a page leads to has to be there.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, sep } from "node:path";

/** @returns {{ pages: number, links: number, broken: { page: string, href: string, problem: string }[] }} */
export function brokenLinks(site, base = "/") {
  const files = readdirSync(site, { recursive: true })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => file.endsWith(".html") && !/^(studio|sources|simple_model)/.test(file));
  const idsOf = new Map();
  const ids = (file) => {
    let found = idsOf.get(file);
    if (found === undefined) {
      found = new Set(
        [...readFileSync(join(site, file), "utf8").matchAll(/\sid="([^"]+)"/g)].map(([, id]) =>
          unescaped(id),
        ),
      );
      idsOf.set(file, found);
    }
    return found;
  };
  const broken = [];
  let links = 0;
  for (const page of files) {
    const seen = new Set();
    for (const [, attribute] of readFileSync(join(site, page), "utf8").matchAll(
      /\s(?:href|src)="([^"]*)"/g,
    )) {
      const href = unescaped(attribute);
      if (seen.has(href) || /^(?:[a-z]+:|\/\/)/.test(href)) continue;
      seen.add(href);
      links++;
      const problem = problemOf(page, href);
      if (problem) broken.push({ page, href, problem });
    }
  }
  return { pages: files.length, links, broken };

  function problemOf(page, href) {
    const [path, hash] = href.split("#");
    let file = page;
    if (path !== "") {
      const url = decodeURI(path.split("?")[0]);
      file = url.startsWith("/") ? posix.relative(base, url) : posix.join(posix.dirname(page), url);
      if (existsSync(join(site, file)) && statSync(join(site, file)).isDirectory())
        file = posix.join(file, "index.html");
      if (!existsSync(join(site, file)) && existsSync(join(site, `${file}.html`))) file += ".html";
    }
    if (!existsSync(join(site, file))) return "does not exist";
    if (file === "source.html" && hash && hash !== "VPContent") {
      const source = join(site, "sources", `${decodeURIComponent(hash).replace(/:\d+$/, "")}`);
      return existsSync(`${source}.txt`) || existsSync(source) ? null : "is no file of the repository";
    }
    if (
      hash &&
      file.endsWith(".html") &&
      !/^(studio\/|simple_model|source\.html)/.test(file) &&
      !ids(file).has(decodeURIComponent(hash))
    )
      return "leads to a heading that is not there";
    return null;
  }
}

const unescaped = (text) =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
