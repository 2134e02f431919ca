import { useState } from "preact/hooks";
import { Field, NumberField, Select } from "../../parts/controls/index.ts";
import { parseNumber } from "../../parts/number.ts";
import type { Project, TraceRows } from "../../protocol.ts";

interface Props {
  readonly project: Project;
  readonly rows: Extract<TraceRows, { kind: "typed" }>;
  readonly onChange: (rows: TraceRows) => void;
}

/** Up to so many inputs have a field each; more are one list. */
const FIELDS = 12;

/** Numbers of one's own as the input, and as the target where there is to be a loss. */
export function TypedInputs({ project, rows, onChange }: Props) {
  const { inputs, target } = rows;
  const { outputNames, task } = project;
  return (
    <>
      {inputs.length <= FIELDS ? (
        inputs.map((value, i) => (
          <NumberField
            key={project.inputNames[i]}
            label={project.inputNames[i]}
            value={value}
            onChange={(number) =>
              onChange({ ...rows, inputs: inputs.map((old, k) => (k === i ? number : old)) })
            }
          />
        ))
      ) : (
        <List rows={rows} onChange={onChange} />
      )}
      {task === "classification" ? (
        <Select<string>
          label="Target"
          value={target === null ? "" : String(target)}
          options={[
            { value: "", label: "none" },
            ...outputNames.map((label, i) => ({ value: String(i), label })),
          ]}
          onChange={(chosen) => onChange({ ...rows, target: chosen === "" ? null : Number(chosen) })}
        />
      ) : (
        outputNames.length === 1 && <Target rows={rows} onChange={onChange} />
      )}
    </>
  );
}

function Target({ rows, onChange }: Omit<Props, "project">) {
  const [text, setText] = useState(rows.target === null ? "" : String(rows.target));
  const number = parseNumber(text);
  const problem = text.trim() !== "" && !Number.isFinite(number) ? "This is not a number." : "";
  const commit = () => {
    if (problem === "") onChange({ ...rows, target: text.trim() === "" ? null : number });
  };
  return (
    <Field label="Target (empty: none)" problem={problem}>
      {(attributes) => (
        <input
          {...attributes}
          type="text"
          inputMode="decimal"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onBlur={commit}
          onKeyDown={({ key }) => key === "Enter" && commit()}
        />
      )}
    </Field>
  );
}

function List({ rows, onChange }: Omit<Props, "project">) {
  const [text, setText] = useState(rows.inputs.join(" "));
  const numbers = text
    .trim()
    .split(/[\s;]+/)
    .map(parseNumber);
  const wrong = numbers.findIndex((x) => !Number.isFinite(x));
  const problem =
    wrong >= 0
      ? `Number ${wrong + 1} is not a number.`
      : numbers.length !== rows.inputs.length
        ? `${rows.inputs.length} numbers are needed; these are ${numbers.length}.`
        : "";
  return (
    <Field label={`${rows.inputs.length} inputs, in their order`} problem={problem}>
      {(attributes) => (
        <textarea
          {...attributes}
          rows={2}
          cols={60}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onBlur={() => problem === "" && onChange({ ...rows, inputs: numbers })}
        />
      )}
    </Field>
  );
}
