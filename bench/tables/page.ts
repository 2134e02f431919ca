/** docs/tables-benchmark.md: all that was measured on the tables, with the commands that did. */
import {
  byReference,
  compare,
  type ReferenceReport,
  type Run,
  references,
  runsOn,
  sameSeeds,
  standing,
  type VariantReport,
} from "./results.ts";
import { type TableEntry, tables } from "./tables.ts";
import { marks, scoreText, seconds, summary } from "./terminal.ts";
import { type Variant, variantNamed, variants } from "./variants.ts";

/** `numbers` are the columns that are aligned to the right; by default all but the first. */
const markdown = (
  head: readonly string[],
  body: readonly (readonly string[])[],
  numbers = head.slice(1),
): string =>
  [head, head.map((name) => (numbers.includes(name) ? "--:" : "---")), ...body]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const code = (...commands: readonly string[]): string => ["```sh", ...commands, "```"].join("\n");

/** The whole page. Parts that were not measured say so. */
export function page(reports: readonly VariantReport[], reference: ReferenceReport | null): string {
  const main = reports.find(({ variant }) => variant === "default");
  const missing = "Not measured yet.";
  return `${[
    "# Tables: the benchmark",
    "This page is written by `npm run bench:tables -- --report --write-docs` from the files in `bench/results/`.",
    setup(main, reference),
    "## The tables",
    code("python3 bench/tables/make.py"),
    tableList(),
    "## Defaults beside scikit-learn",
    code("python3 bench/tables/reference.py", "npm run bench:tables"),
    main ? results(main, reference) : missing,
    "## Ablation",
    code(
      `npm run bench:tables -- --variant ${named(parts).join(",")} --seeds 0,1,2 --tables ${tablesOf(reports, parts).join(",")}`,
    ),
    left(reports, parts),
    main && reports.length > 1 ? ablation(main, reports) : missing,
    "## Few rows",
    code(
      `npm run bench:tables -- --variant ${named(ways).join(",")} --tables ${tablesOf(reports, ways).join(",")}`,
    ),
    left(reports, ways),
    "The rows that are held out to choose the epoch are missing from training, and where they are few they choose badly. These ways to use them better were tried.",
    main ? fewRows(main, reports, reference) : missing,
  ].join("\n\n")}\n`;
}

function setup(main: VariantReport | undefined, reference: ReferenceReport | null): string {
  const versions = Object.entries({ ...main?.versions, ...reference?.versions });
  const measured = main
    ? `\n\nMeasured on ${main.date.slice(0, 10)}: ${main.machine}; ${versions.map(([name, version]) => `${name} ${version}`).join(", ")}.`
    : "";
  return `Each table is cut at random into 80 % for learning and 20 % for the test, five times; classes keep their shares. Every contestant gets the same rows; chainrule takes its validation rows from the 80 %. The score is the error rate for classes, and for numbers the root mean squared error by the standard deviation of the test target; lower is better. Averages over tables are exp(mean(log(score + 0.01))). Seconds are those of preparation and training together, on one thread, of the quickest seed. Other programs ran on the machine at the same time, so that they are upper bounds.

\`mlp\` is scikit-learn's MLPClassifier or MLPRegressor with medians filled in, numbers standardized, categories one-hot and regression targets standardized; \`boosting\` is HistGradientBoosting; \`linear\` is LogisticRegression or Ridge; \`constant\` the most frequent class or the mean. All are at their defaults.${measured}

The defaults follow RealMLP-TD (Holzmüller et al. 2024, arXiv 2407.04491); epochs and rows of a step by the number of rows were chosen on some of these tables, so that on other tables they may do a little worse.`;
}

const packages = {
  chainrule: "this repository, `packages/cli/data`",
  "scikit-learn": "scikit-learn",
  "vega-datasets": "npm's vega-datasets",
  mlbench: "R's mlbench",
} as Readonly<Record<string, string>>;

function tableList(): string {
  const body = tables.map((entry) => [
    entry.name,
    `\`${entry.target}\``,
    entry.task,
    String(entry.rows),
    String(entry.columns - 1 - (entry.exclude?.length ?? 0)),
    (entry.exclude ?? []).map(({ column, why }) => `\`${column}\`: ${why}`).join("; "),
    `${entry.source} (${packages[entry.from] ?? entry.from})`,
    entry.licence,
  ]);
  const head = ["table", "target", "task", "rows", "columns used", "left out", "source", "licence"];
  return markdown(head, body, ["rows", "columns used"]);
}

function results({ runs }: VariantReport, reference: ReferenceReport | null): string {
  const theirs = byReference(reference);
  const bySize = (entry: TableEntry): string[] => {
    const ours = runsOn(runs, entry.name);
    const cells = references.map((name) => {
      const same = sameSeeds(theirs[name], ours, entry.name);
      return same.length === 0
        ? "–"
        : `${scoreText(same)} ${marks[compare(ours, same)?.verdict ?? "equal"]}`.trim();
    });
    const times = [ours, runsOn(theirs.mlp, entry.name), runsOn(theirs.boosting, entry.name)].map(seconds);
    return [entry.name, scoreText(ours), ...cells, ...times];
  };
  const body = tables.filter(({ name }) => runsOn(runs, name).length > 0).map(bySize);
  const head = ["table", "chainrule", ...references, "seconds", "mlp's", "boosting's"];
  const explained =
    "Means ± standard errors over the seeds; ▲ where chainrule is better, ▼ where it is worse by more than two standard errors of the paired difference. Between equals, five seeds show such a difference in 12 % of tables, half of them for the worse (Student's t, four degrees of freedom).";
  return [
    markdown(head, body),
    explained,
    summary(runs, theirs)
      .map((line) => `- ${line}`)
      .join("\n"),
  ].join("\n\n");
}

/** Variants that change settings, and those that use the rows in another way. */
const [parts, ways] = [false, true].map((another) =>
  variants.filter(({ name, way }) => name !== "default" && (way !== undefined) === another),
);

const named = (of: readonly Variant[]): string[] => of.map(({ name }) => name);

const reportsOf = (reports: readonly VariantReport[], of: readonly Variant[]): VariantReport[] =>
  reports.filter(({ variant }) => named(of).includes(variant));

/** The tables that some variants have run on. */
const tablesOf = (reports: readonly VariantReport[], of: readonly Variant[]): string[] => {
  const runs = reportsOf(reports, of).flatMap((report) => report.runs);
  return tables.map(({ name }) => name).filter((name) => runsOn(runs, name).length > 0);
};

/** Which of some variants there are no results of. */
const left = (reports: readonly VariantReport[], of: readonly Variant[]): string => {
  const missing = named(of).filter((name) => !reports.some(({ variant }) => variant === name));
  return `Variants without results yet: ${missing.length === 0 ? "none" : missing.join(", ")}.`;
};

/** Average scores by those of the defaults, of classes and of numbers. */
function ratios(runs: readonly Run[], main: VariantReport): string[] {
  return (["classification", "regression"] as const).map((task) => {
    const some = runs.filter((run) => tables.some(({ name, task: of }) => name === run.table && of === task));
    const found = standing(some, main.runs);
    return found.tables.length === 0 ? "–" : found.ratio.toFixed(3);
  });
}

const withNames = (names: readonly string[]): string =>
  names.length === 0 ? "0" : `${names.length} (${names.join(", ")})`;

function ablation(main: VariantReport, reports: readonly VariantReport[]): string {
  const body = reportsOf(reports, parts).map(({ variant, runs }) => {
    const { tables: shared, better, worse } = standing(runs, main.runs);
    return [
      variant,
      variantNamed(variant).about,
      String(shared.length),
      ...ratios(runs, main),
      String(better.length),
      withNames(worse),
    ];
  });
  const head = ["variant", "what is different", "tables", "classes", "numbers", "better on", "worse on"];
  return `${markdown(head, body, head.slice(2))}

\`classes\` and \`numbers\` are average scores by those of the defaults: above 1 where the part that was taken away helps. Better and worse are meant beside the defaults, by more than two standard errors; by three seeds, chance alone makes about one table in eleven better, and as many worse.`;
}

/** What came of the ways, with measurements that have no file. */
const CONCLUSION = `None of them cures sonar and pima without harm to others, nor does any together with two layers, standard scaling, a mixup of 0.2, or half the rate and a dropout of 0.3: these left sonar between 0.143 and 0.200 and cars between 0.326 and 0.362. So the defaults remain one network on 85 % of the rows: \`cross-fit\`, the best of the others, takes five networks to come to the same average. On ten other cuts (five folds, twice; scikit-learn's score is the mean of three networks) the defaults came to 0.163 beside 0.140 on sonar, a difference of 0.023 ± 0.029, to 0.234 beside 0.231 on pima, 0.003 ± 0.009, and to 0.366 beside 0.343 on cars, 0.022 ± 0.009: there cars is the table on which they are worse.`;

/** Other ways to use the rows, beside scikit-learn's networks. */
function fewRows(
  main: VariantReport,
  reports: readonly VariantReport[],
  reference: ReferenceReport | null,
): string {
  const { mlp } = byReference(reference);
  const names = tablesOf(reports, ways);
  const defaults = { ...main, runs: main.runs.filter(({ table }) => names.includes(table)) };
  const body = [defaults, ...reportsOf(reports, ways)].map(({ variant, runs }) => {
    const { tables: shared, better, worse, ratio } = standing(runs, mlp);
    return [
      variant,
      variantNamed(variant).about,
      String(shared.length),
      ...ratios(runs, main),
      ratio.toFixed(3),
      String(better.length),
      withNames(worse),
    ];
  });
  const head = [
    "variant",
    "what is different",
    "tables",
    "classes",
    "numbers",
    "mlp",
    "better on",
    "worse on",
  ];
  return `${markdown(head, body, head.slice(2))}

\`classes\` and \`numbers\` are average scores by those of the defaults, \`mlp\` by those of scikit-learn's networks; better and worse are meant beside the latter, by more than two standard errors over five seeds.

${CONCLUSION}`;
}
