import { useEffect, useState } from "preact/hooks";
import { formatNumber, parseNumber } from "../number.ts";
import { Field, type FieldProps } from "./Field.tsx";

interface Props extends FieldProps {
  readonly value: number;
  /** Called with a valid number only: on Enter, on leaving the field, and by the arrow keys. */
  readonly onChange: (value: number) => void;
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** Written behind the number, such as "steps/s". */
  readonly unit?: string;
  /** How far the arrow keys go: by adding so much, or by a factor for numbers of all sizes. */
  readonly step?: number | { readonly factor: number };
  readonly disabled?: boolean;
}

/** A number to type. What can not be is said below, and not handed on. */
export function NumberField(props: Props) {
  const { value, onChange, unit, step, disabled, label, help, hideLabel } = props;
  const [text, setText] = useState(() => editable(value));
  useEffect(() => setText(editable(value)), [value]);
  const number = parseNumber(text);
  const problem = problemOf(number, props);

  const commit = () => {
    if (problem === "" && number !== value) onChange(number);
  };
  const move = (direction: 1 | -1) => {
    if (problem !== "") return;
    const next =
      typeof step === "object" ? number * step.factor ** direction : number + direction * (step ?? 1);
    const rounded = Number(next.toPrecision(12));
    if (problemOf(rounded, props) === "") onChange(rounded);
  };
  return (
    <Field label={label} help={help} hideLabel={hideLabel} problem={problem}>
      {(attributes) => (
        <span class="number-field">
          <input
            {...attributes}
            type="text"
            inputMode="decimal"
            autocomplete="off"
            spellcheck={false}
            value={text}
            disabled={disabled}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
            onBlur={() => (problem === "" ? commit() : setText(editable(value)))}
            onKeyDown={(event) => {
              if (event.key === "Enter") commit();
              else if (event.key === "Escape") setText(editable(value));
              else if (event.key === "ArrowUp") move(1);
              else if (event.key === "ArrowDown") move(-1);
              else return;
              event.preventDefault();
            }}
          />
          {unit && <span class="unit">{unit}</span>}
        </span>
      )}
    </Field>
  );
}

/** All digits that matter, in plain signs that `parseNumber` reads. */
const editable = (value: number): string => String(Number(value.toPrecision(12)));

function problemOf(number: number, { min = -Infinity, max = Infinity, whole }: Props): string {
  if (Number.isNaN(number)) return "This is not a number.";
  if (!Number.isFinite(number)) return "This is beyond what numbers hold.";
  if (whole && !Number.isInteger(number)) return "Give a whole number.";
  if (number < min) return `At least ${formatNumber(min)}.`;
  if (number > max) return `At most ${formatNumber(max)}.`;
  return "";
}
