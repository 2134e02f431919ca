import { useEffect, useMemo, useState } from "preact/hooks";
import { Field, Select } from "../parts/controls/index.ts";
import { formatCount } from "../parts/number.ts";
import { TraceView } from "../parts/trace/TraceView.tsx";
import { localSource } from "../state/traceSource.ts";
import { Algorithm } from "./Algorithm.tsx";
import { Lab } from "./lab.ts";
import { groups, type Lesson, lessonNamed, lessons } from "./lessons.ts";
import { Page } from "./Page.tsx";
import { Sources } from "./Sources.tsx";
import { Training } from "./Training.tsx";

/** The lesson that the address names: `#mazur`. */
const named = (): Lesson => lessonNamed(location.hash.replace(/^#\/?/, ""));

/** The lecture's network and other worked examples: a pass step by step, and what comes of repeating it. */
export function SimpleModel() {
  const [lesson, setLesson] = useState(named);
  useEffect(() => {
    const follow = (): void => setLesson(named());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return (
    <Page
      title="A simple model"
      menu={
        <Field label="Example">
          {(attributes) => (
            <select
              {...attributes}
              value={lesson.id}
              onChange={({ currentTarget }) => {
                location.hash = currentTarget.value;
              }}
            >
              {groups.map((group) => (
                <optgroup key={group} label={group}>
                  {lessons
                    .filter((one) => one.group === group)
                    .map(({ id, title }) => (
                      <option key={id} value={id} selected={id === lesson.id}>
                        {title}
                      </option>
                    ))}
                </optgroup>
              ))}
            </select>
          )}
        </Field>
      }
    >
      <Shown key={lesson.id} lesson={lesson} />
    </Page>
  );
}

function Shown({ lesson }: { readonly lesson: Lesson }) {
  const [lab, setLab] = useState(() => new Lab(lesson));
  const [rows, setRows] = useState(lesson.rows[0]);
  /** The steps after which the pass is taken. */
  const [step, setStep] = useState(0);
  useEffect(() => () => lab.dispose(), [lab]);
  // A lab changes by its steps.
  const source = useMemo(() => localSource(lab.trace(rows)), [lab, rows, step]);
  useEffect(() => {
    document.title = `${lesson.title} · a simple model`;
  }, [lesson]);
  const restart = (lr: number): void => {
    setLab(new Lab(lesson, lr));
    setStep(0);
  };
  return (
    <>
      <section class="stack">
        <h2>{lesson.title}</h2>
        <p>{lesson.about}</p>
        <ul class="notes">
          {lesson.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </section>
      {lesson.network && (
        <>
          <Algorithm />
          <div class="row">
            {lesson.rows.length > 1 && (
              <Select
                label="The pass of"
                value={rows.label}
                options={lesson.rows.map(({ label }) => label)}
                onChange={(label) =>
                  setRows(lesson.rows.find((choice) => choice.label === label) ?? lesson.rows[0])
                }
              />
            )}
            <p class="dim" data-testid="weights">
              {step === 0
                ? "With the weights as they are at the start."
                : `With the weights after ${formatCount(step)} ${step === 1 ? "step" : "steps"}.`}
            </p>
          </div>
        </>
      )}
      <TraceView source={source} />
      {lesson.network && (
        <Training
          lab={lab}
          steps={lesson.steps}
          onStep={() => setStep(lab.losses.length)}
          onRestart={restart}
        />
      )}
      <Sources lesson={lesson} />
    </>
  );
}
