import { DataTable } from "../parts/charts/index.ts";
import type { ReportData } from "./data.d.ts";
import { Note, Section } from "./Section.tsx";

export function Configuration({ facts, dropped = [] }: ReportData) {
  return (
    <Section title="Configuration">
      <DataTable name="Configuration" head={["", ""]} rows={facts} />
      {dropped.length > 0 && (
        <>
          <h3>Columns not used</h3>
          <DataTable
            name="Columns not used"
            head={["column", "why"]}
            rows={dropped.map(({ name, detail }) => [name, detail])}
          />
        </>
      )}
    </Section>
  );
}

export function Reproduce({ reproduce }: ReportData) {
  if (reproduce === undefined) return null;
  const { commands, facts, note } = reproduce;
  return (
    <Section title="How to reproduce it">
      <section class="wide" tabIndex={0} aria-label="Commands">
        <pre>
          <code>{commands.join("\n")}</code>
        </pre>
      </section>
      <DataTable name="What it depends on" head={["", ""]} rows={facts} />
      <Note>{note}</Note>
    </Section>
  );
}
