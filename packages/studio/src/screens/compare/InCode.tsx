import { useEffect, useState } from "preact/hooks";
import { Button } from "../../parts/controls/index.ts";
import type { Project } from "../../protocol.ts";
import { failureOf } from "../../state/failure.ts";
import { route } from "../../state/route.ts";
import { progress, worker } from "../../state/studio.ts";
import { download } from "./download.ts";
import { type Program, programOf } from "./program.ts";

/** So many steps a program trains that was looked at before training. */
const USUAL_STEPS = 1000;

const opened =
  "This network was opened with its own layers and weights, so no short program makes it anew. Take the model's file along, or start anew with other settings.";

/** How to do in code what happened here. */
export function InCode({ project }: { project: Project }) {
  const [program, setProgram] = useState<Program | null>(null);
  const [problem, setProblem] = useState("");
  const [said, setSaid] = useState("");
  const steps = progress.value?.running ? null : progress.value?.step || USUAL_STEPS;
  useEffect(() => {
    if (steps === null) return;
    let current = true;
    worker.preparedData("training").then(
      (data) => {
        if (!current) return;
        if (!data.plain) return setProblem(opened);
        setProblem("");
        setProgram(
          programOf({ project, example: route.peek().example, config: project.config, data, steps }),
        );
      },
      (error: unknown) => {
        const { problem: what, remedy } = failureOf(error);
        if (current) setProblem(`${what} ${remedy}`);
      },
    );
    return () => {
      current = false;
    };
  }, [project, steps]);
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied.");
    } catch {
      setSaid("The browser does not allow copying here: select the text, or download it.");
    }
  };
  const save = ({ name, text, data }: Program): void => {
    download(name, text, "text/plain");
    if (data) download(data.name, data.text, "application/json");
    setSaid(
      data
        ? `${name} and ${data.name} are among your downloads: keep them in one folder.`
        : `${name} is among your downloads.`,
    );
  };
  return (
    <section class="panel in-code" aria-label="How to do this in code">
      <h2>How to do this in code</h2>
      <p class="help">
        The program of this training: same seed, same initial weights, same batches, same losses. A learning
        rate that was changed on the way is not in it.
      </p>
      {problem !== "" && <p>{problem}</p>}
      {program && problem === "" && (
        <>
          <div class="row">
            <Button onClick={() => copy(program.text)}>Copy</Button>
            <Button onClick={() => save(program)}>Download {program.name}</Button>
            <span role="status">{said}</span>
          </div>
          <pre class="wide" tabIndex={0}>
            <code>{program.text}</code>
          </pre>
        </>
      )}
    </section>
  );
}
