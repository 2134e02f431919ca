import { awaitingTarget, project } from "../../state/studio.ts";
import { Examples } from "./Examples.tsx";
import { Files } from "./Files.tsx";
import { Opened } from "./Opened.tsx";
import "./open.css";
import { Target } from "./Target.tsx";

/** The first page: what this is, what is open, and what can be opened. */
export function Open() {
  const opened = awaitingTarget.value ?? project.value;
  return (
    <div class="open stack">
      <div class={opened ? "intro small-intro" : "intro"}>
        <h1>See a network learn, number by number</h1>
        <p class="dim">
          Open a model and a row of data, follow each value of its forward pass and each derivative of its
          backward pass, and watch it train.
        </p>
      </div>
      {awaitingTarget.value ? (
        <Target key={awaitingTarget.value.name} table={awaitingTarget.value} />
      ) : (
        project.value && <Opened project={project.value} />
      )}
      <div class="sources">
        <Files />
        <Examples />
      </div>
    </div>
  );
}
