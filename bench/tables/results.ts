/** What runs on the tables found out, and how contestants compare: plain data and functions of it. */

/** One training, tested on rows that it never saw. */
export interface Run {
  readonly table: string;
  /** Of the split and of all random draws. */
  readonly seed: number;
  /** Error rate for classes; root mean squared error by the standard deviation of the test target for numbers. Lower is better. */
  readonly score: number;
  /** Classes only: cross-entropy in nats. */
  readonly logLoss?: number;
  /** Preparation and training, on one thread. */
  readonly seconds: number;
}

export interface OurRun extends Run {
  readonly epochs: number;
  readonly bestEpoch: number;
}

/** bench/results/tables-VARIANT.json */
export interface VariantReport {
  readonly variant: string;
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 of each table's file. */
  readonly tables: Readonly<Record<string, string>>;
  readonly runs: readonly OurRun[];
}

export const references = ["mlp", "boosting", "linear", "constant"] as const;
export type Reference = (typeof references)[number];

/** bench/results/tables-reference.json, as reference.py writes it. */
export interface ReferenceReport {
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, string>>;
  readonly runs: readonly (Run & { readonly contestant: Reference })[];
}

/** By reference, its runs. */
export const byReference = (report: ReferenceReport | null): Record<Reference, readonly Run[]> => {
  const of = (name: Reference) => (report?.runs ?? []).filter(({ contestant }) => contestant === name);
  return { mlp: of("mlp"), boosting: of("boosting"), linear: of("linear"), constant: of("constant") };
};

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a mean: the standard deviation (n − 1) by √n. NaN for fewer than two values. */
export function standardError(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

export interface Comparison {
  readonly seeds: number;
  /** Means over the seeds that both have. */
  readonly ours: number;
  readonly theirs: number;
  /** Mean of ours − theirs, seed by seed; negative where ours is better. */
  readonly difference: number;
  /** Standard error of `difference`. */
  readonly error: number;
  /** Better or worse by more than two standard errors. */
  readonly verdict: "better" | "worse" | "equal";
}

/** Compares scores on one table over the seeds that both have; null without two of them. */
export function compare(ours: readonly Run[], theirs: readonly Run[]): Comparison | null {
  const pairs = ours.flatMap((run) => {
    const other = theirs.find(({ seed }) => seed === run.seed);
    return other ? [{ ours: run.score, theirs: other.score }] : [];
  });
  if (pairs.length < 2) return null;
  const differences = pairs.map((pair) => pair.ours - pair.theirs);
  const [difference, error] = [mean(differences), standardError(differences)];
  return {
    seeds: pairs.length,
    ours: mean(pairs.map((pair) => pair.ours)),
    theirs: mean(pairs.map((pair) => pair.theirs)),
    difference,
    error,
    verdict: Math.abs(difference) <= 2 * error ? "equal" : difference < 0 ? "better" : "worse",
  };
}

/** Ranks from 1 for the lowest score; equal scores share the mean of their ranks. */
export const ranks = (scores: readonly number[]): number[] =>
  scores.map((score) => {
    const below = scores.filter((other) => other < score).length;
    const equal = scores.filter((other) => other === score).length;
    return below + (equal + 1) / 2;
  });

/**
 * exp(mean(log(score + 0.01))), as the paper of RealMLP averages errors over tables: a table counts by the ratio of its errors,
 * but hardly where they are all close to zero.
 */
export const averageScore = (scores: readonly number[]): number =>
  Math.exp(mean(scores.map((score) => Math.log(score + 0.01))));

export interface Standing {
  /** The tables on which both have the same seeds. */
  readonly tables: readonly string[];
  /** Those of them where ours is better or worse by more than two standard errors. */
  readonly better: readonly string[];
  readonly worse: readonly string[];
  /** Our average score by theirs, see {@link averageScore}: below 1 where ours is better. */
  readonly ratio: number;
}

/** Compares two contestants over the tables where theirs has all the seeds that ours has. */
export function standing(ours: readonly Run[], theirs: readonly Run[]): Standing {
  const found = tablesOf(ours).flatMap((table) => {
    const [mine, other] = [runsOn(ours, table), sameSeeds(theirs, ours, table)];
    if (other.length < mine.length) return [];
    return [
      { table, ours: meanScore(mine), theirs: meanScore(other), verdict: compare(mine, other)?.verdict },
    ];
  });
  const of = (verdict: string): string[] =>
    found.filter((one) => one.verdict === verdict).map(({ table }) => table);
  return {
    tables: found.map(({ table }) => table),
    better: of("better"),
    worse: of("worse"),
    ratio: averageScore(found.map((one) => one.ours)) / averageScore(found.map((one) => one.theirs)),
  };
}

/** The mean over tables of each contestant's rank among all, on the tables where all have the seeds that the first has. */
export function meanRanks(contestants: Readonly<Record<string, readonly Run[]>>): Record<string, number> {
  const names = Object.keys(contestants);
  const first = contestants[names[0]];
  const placed = tablesOf(first).flatMap((table) => {
    const runs = names.map((name) => sameSeeds(contestants[name], first, table));
    return runs.some((of) => of.length < runs[0].length) ? [] : [ranks(runs.map(meanScore))];
  });
  return Object.fromEntries(names.map((name, i) => [name, mean(placed.map((row) => row[i]))]));
}

const tablesOf = (runs: readonly Run[]): string[] => [...new Set(runs.map(({ table }) => table))];

export const meanScore = (runs: readonly Run[]): number => mean(runs.map(({ score }) => score));

/** A table's runs of the seeds that others have on it, too. */
export const sameSeeds = <R extends Run>(runs: readonly R[], others: readonly Run[], table: string): R[] =>
  runsOn(runs, table).filter(({ seed }) => others.some((run) => run.table === table && run.seed === seed));

/** A table's runs, by increasing seed. */
export const runsOn = <R extends Run>(runs: readonly R[], table: string): R[] =>
  runs.filter((run) => run.table === table).sort((a, b) => a.seed - b.seed);
