import { Empty } from "../../parts/Empty.tsx";
import { project } from "../../state/studio.ts";
import { Controls } from "./Controls.tsx";
import { DataSpace } from "./DataSpace.tsx";
import { Fault } from "./Fault.tsx";
import { LossCurves } from "./LossCurves.tsx";
import { Outcomes } from "./Outcomes.tsx";
import { Settings } from "./Settings.tsx";
import "./train.css";

export default function Train() {
  const open = project.value;
  if (open === null) return null;
  if (!open.trainable) {
    return (
      <Empty title="There is nothing to train on">
        <p>
          {open.task === "circuit"
            ? "This example is an expression: its derivatives are to be seen in Trace, and nothing is learned."
            : "This model came without data. Drop the table that it was trained on, on the Open screen."}
        </p>
      </Empty>
    );
  }
  return (
    <div class="train">
      <h1 class="unseen">Train {open.title}</h1>
      <Controls project={open} />
      <Fault />
      <div class="column first">
        <LossCurves project={open} />
        <Settings project={open} />
      </div>
      <div class="column">
        <DataSpace project={open} />
        <Outcomes project={open} />
      </div>
    </div>
  );
}
