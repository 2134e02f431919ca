import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tex } from "@mdit/plugin-tex";
import temml from "temml";
import { type DefaultTheme, defineConfig } from "vitepress";
import { docs, siteLinks } from "./links.ts";

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

const guide: DefaultTheme.SidebarItem[] = [
  {
    text: "Learn",
    items: [
      page("Start in two minutes", "/start"),
      page("The lecture, slide by slide", "/lecture"),
      page("Tensors and autograd", "/tensors"),
      page("Networks", "/networks"),
      page("Training", "/training"),
      page("Tables", "/tables"),
      page("The studio", "/studio"),
      page("How do I …", "/how-to"),
      page("Examples", "/examples"),
      page("Glossary", "/glossary"),
    ],
  },
  {
    text: "Use",
    items: [
      page("Using a model", "/using-models"),
      page("Deploying", "/deploying"),
      page("The command line", "/cli"),
      page("ONNX", "/onnx"),
      page("From PyTorch", "/from-pytorch"),
      page("From TensorFlow.js", "/from-tensorflow-js"),
    ],
  },
  {
    text: "Understand",
    items: [
      page("compile, and how it works", "/compile"),
      page("Numbers and determinism", "/numbers"),
      page("Differences from PyTorch", "/differences"),
      page("Errors by code", "/errors"),
      page("Operations", "/ops"),
    ],
  },
  {
    text: "Measured",
    items: [
      page("Performance", "/performance"),
      page("Tables beside scikit-learn", "/tables-benchmark"),
      page("Runs that are killed", "/crashes"),
    ],
  },
  {
    text: "Build",
    items: [
      page("Architecture", "/architecture"),
      page("Decisions", "/decisions/"),
      page("Contributing", "/contributing"),
      page("Changelog", "/changelog"),
    ],
  },
];

interface Entry {
  readonly title: string;
  /** TypeDoc's number for what it is. */
  readonly kind?: number;
  readonly path?: string;
  readonly children?: readonly Entry[];
}

const isEntry = ({ kind }: Entry): boolean => kind === 2;

/** The entries of the package, each by itself: by their paths, they lie in one another. */
const entriesIn = (list: readonly Entry[]): Entry[] =>
  list.flatMap((entry) => {
    const inner = entriesIn(entry.children ?? []);
    const title = entry.path?.replace(/\/index\.md$/, "") ?? entry.title;
    return isEntry(entry)
      ? [{ ...entry, title, children: entry.children?.filter((child) => !isEntry(child)) }, ...inner]
      : inner;
  });

/** Groups in the order in which they are looked up; types stand behind what they belong to, closed. */
const groups = ["Classes", "Functions", "Variables", "Namespaces", "Interfaces", "Type Aliases"];
const byUse = (a: Entry, b: Entry): number => groups.indexOf(a.title) - groups.indexOf(b.title);
const isOpen = (title: string): boolean => !groups.includes(title) || groups.indexOf(title) < 4;

/** The reference's own list of names. Beside a page stand the names of its entry alone: all of them would weigh more than the page. */
function reference(): Record<string, DefaultTheme.SidebarItem[]> {
  const file = join(docs, "api/navigation.json");
  const entries = existsSync(file) ? entriesIn(JSON.parse(readFileSync(file, "utf8"))) : [];
  const linkOf = (path: string): string => `/api/${path.replace(/\.md$/, "").replace(/\bindex$/, "")}`;
  const item = ({ title, path, children }: Entry): DefaultTheme.SidebarItem => ({
    text: title,
    ...(path && { link: linkOf(path) }),
    ...(children && { items: [...children].sort(byUse).map(item), collapsed: !isOpen(title) }),
  });
  const sidebar = (own?: Entry): DefaultTheme.SidebarItem[] => [
    {
      ...page("API reference", "/api/"),
      items: entries.map((entry) => (entry === own ? item(entry) : item({ ...entry, children: undefined }))),
    },
  ];
  return {
    "/api/": sidebar(),
    ...Object.fromEntries(entries.map((entry) => [linkOf(entry.path ?? ""), sidebar(entry)])),
  };
}

export default defineConfig({
  title: "chainrule",
  description: "Feedforward neural networks in TypeScript: PyTorch's way of working, and its numbers",
  lang: "en",
  // What all pages share stands in one file, not in each of them.
  metaChunk: true,
  base: process.env.DOCS_BASE ?? "/",
  head: [["link", { rel: "icon", href: `${process.env.DOCS_BASE ?? "/"}icon.svg` }]],
  // scripts/site-links.mjs follows every link of what is built, headings too.
  ignoreDeadLinks: true,
  srcExclude: ["node_modules/**"],
  markdown: {
    // Comments hold results: they are to be read as well as the rest.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    // What a page prints has no language of its own.
    languageAlias: { console: "shellsession" },
    // Headings have the anchors that they have where Markdown is read in a repository.
    anchor: {
      slugify: (title) =>
        title
          .trim()
          .toLowerCase()
          .replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, "")
          .replaceAll(" ", "-"),
    },
    config(md) {
      siteLinks(md);
      const render = (content: string, displayMode: boolean): string =>
        `<span v-pre>${temml.renderToString(content, { displayMode, throwOnError: true })}</span>`;
      // The two packages declare types of markdown-it of different versions.
      tex(md as unknown as Parameters<typeof tex>[0], { render });
    },
  },
  transformPageData(page) {
    if (page.relativePath.startsWith("api/")) page.frontmatter.pageClass = "reference";
  },
  themeConfig: {
    logo: "/icon.svg",
    outline: { level: [2, 3] },
    nav: [
      { text: "Guide", link: "/start" },
      { text: "API", link: "/api/" },
      { text: "Performance", link: "/performance" },
      { text: "Worked examples", link: "/simple_model.html", target: "_self" },
      { text: "Studio", link: "/studio/index.html", target: "_self" },
    ],
    sidebar: { "/": guide, ...reference() },
    search: {
      provider: "local",
      options: {
        miniSearch: {
          options: {
            // noGrad is found by its parts too, and so by PyTorch's no_grad. (The page gets this function as a text.)
            tokenize: (text) =>
              text.split(/[\n\r\p{Z}\p{P}\p{S}]+/u).flatMap((word) => {
                const parts = word.split(/(?<=[a-z0-9])(?=[A-Z])/);
                return parts.length > 1 ? [word, ...parts] : [word];
              }),
          },
          searchOptions: {
            // Guides before the reference, and names that are called before types and decisions.
            boostDocument: (id) =>
              /\/decisions\//.test(id)
                ? 0.3
                : /\/api\/.*(interfaces|type-aliases)\//.test(id)
                  ? 0.5
                  : /\/api\//.test(id)
                    ? 1
                    : 1.6,
          },
        },
      },
    },
  },
});
