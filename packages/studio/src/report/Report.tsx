import type { ReportData } from "./data.d.ts";
import { Explanation } from "./Explanation.tsx";
import { HealthSection } from "./Health.tsx";
import { Configuration, Reproduce } from "./Reproduce.tsx";
import { Rows } from "./Rows.tsx";
import { Headline, Outcome, RiskTable, ScoreTable } from "./Scores.tsx";
import { Training } from "./Training.tsx";

/** A model's report: how good it is, how it came to be, what it looks at, how it is, and how to get it again. */
export const Report = (data: ReportData) => (
  <main>
    <h1>{data.title}</h1>
    <Headline {...data} />
    <ScoreTable {...data} />
    <RiskTable {...data} />
    <Training {...data} />
    <Outcome {...data} />
    <Explanation {...data} />
    <HealthSection {...data} />
    <Rows {...data} />
    <Configuration {...data} />
    <Reproduce {...data} />
  </main>
);
