import { DataTable } from "../parts/charts/index.ts";
import type { SearchData } from "./data.d.ts";
import { Note } from "./Section.tsx";
import { Curves } from "./Training.tsx";

/** The report of a search over settings. */
export const Search = ({ title, sentences, notes, mattersNote, matters, trials }: SearchData) => (
  <main>
    <h1>{title}</h1>
    {sentences.map((text) => (
      <p key={text}>{text}</p>
    ))}
    {notes.map((text) => (
      <Note key={text}>{text}</Note>
    ))}
    <h2>What mattered</h2>
    <Note>{mattersNote}</Note>
    <div class="figures">
      {matters.map((one) => (
        <Curves key={one.title} {...one} />
      ))}
    </div>
    <h2>Trials</h2>
    <DataTable name="Trials" head={trials.head} rows={trials.rows} />
  </main>
);
