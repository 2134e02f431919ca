/**
 * Links of pages are written as on disk, so that they also lead somewhere where the repository is read as files. Here those that leave
 * the folder of pages become links to the site's viewer of source files; a file that does not exist is an error.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { MarkdownRenderer } from "vitepress";

export const docs = fileURLToPath(new URL("..", import.meta.url));
export const root = join(docs, "..");

/** Pages that are copies of files elsewhere in the repository, whose links are meant from there. */
export const copies: Readonly<Record<string, string>> = {
  "contributing.md": "CONTRIBUTING.md",
  "changelog.md": "CHANGELOG.md",
  "examples.md": "examples/README.md",
};

/** Made by the build beside the pages. */
const made = ["/simple_model.html", "/studio/index.html", "/source.html"];

/** The page of a type with the name Index may not be called so: it would be the index of its folder. */
export const indexPage = [/\/Index\.md$/, "/Index-type.md"] as const;

/** Where a link of a page leads on the site. */
export function linkOnSite(href: string, page: string): string {
  if (/^[a-z]+:|^#/.test(href)) return href;
  const [path = "", hash = ""] = href.split(/(?=#)/);
  if (path.startsWith("/source.html")) return checkedSource(hash.slice(1).replace(/:\d+$/, ""), href, page);
  if (path.startsWith("/")) {
    if (made.includes(path) || existsSync(join(docs, path))) return href;
    throw new Error(`${page} has a link to ${href}, which is not part of the site.`);
  }
  const own = relative(docs, page);
  const from = copies[own] === undefined ? dirname(page) : dirname(join(root, copies[own]));
  const target = resolve(from, decodeURI(path));
  const copy = Object.entries(copies).find(([, file]) => join(root, file) === target)?.[0];
  if (copy !== undefined) return `/${copy}${hash}`;
  const inside = relative(docs, target);
  if (!inside.startsWith("..") && inside.endsWith(".md"))
    return `/${inside
      .split(sep)
      .join("/")
      .replace(...indexPage)}${hash}`;
  if (inside === "" || target === root.replace(/[\\/]$/, "")) return "/";
  const file = relative(root, target).split(sep).join("/");
  // Of an anchor only a line means something in a file.
  return checkedSource(
    file,
    `/source.html#${file}${/^#L\d+$/.test(hash) ? hash.replace("#L", ":") : ""}`,
    page,
  );
}

function checkedSource(file: string, href: string, page: string): string {
  if (file.startsWith("..") || !existsSync(join(root, file)))
    throw new Error(`${relative(root, page)} has a link to ${file}, which does not exist.`);
  return href;
}

/** Makes a renderer write links of the site. Pictures stay as they are: the bundler takes them. */
export function siteLinks(md: MarkdownRenderer): void {
  md.core.ruler.after("inline", "site-links", ({ tokens, env }) => {
    for (const { children } of tokens)
      for (const token of children ?? []) {
        const href = token.type === "link_open" ? token.attrGet("href") : null;
        if (href !== null) token.attrSet("href", linkOnSite(href, env.path));
      }
  });
}
