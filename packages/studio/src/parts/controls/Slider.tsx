import { formatNumber, fullNumber } from "../number.ts";
import { Field, type FieldProps } from "./Field.tsx";

interface Props extends FieldProps {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Default 1, and on a logarithmic slider 40 places for each power of ten. */
  readonly step?: number;
  /** Equal ways are equal factors. */
  readonly log?: boolean;
  /** Called all the time while it moves. */
  readonly onInput?: (value: number) => void;
  /** Called when it has come to rest. */
  readonly onChange?: (value: number) => void;
  /** The value in words: what stands beside it and is read aloud. Default its number. */
  readonly text?: (value: number) => string;
  readonly disabled?: boolean;
}

export function Slider(props: Props) {
  const { value, min, max, step, log, onInput, onChange, text = formatNumber, disabled, ...field } = props;
  const place = (x: number) => (log ? Math.log10(Math.max(x, min)) : x);
  const valueAt = ({ currentTarget }: { currentTarget: HTMLInputElement }): number => {
    const at = currentTarget.valueAsNumber;
    if (!log) return at;
    return Math.min(max, Math.max(min, Number((10 ** at).toPrecision(3))));
  };
  return (
    <Field {...field}>
      {(attributes) => (
        <span class="slider">
          <input
            {...attributes}
            type="range"
            min={place(min)}
            max={place(max)}
            step={step ?? (log ? 0.025 : 1)}
            value={place(value)}
            disabled={disabled}
            aria-valuetext={text(value)}
            onInput={onInput && ((event) => onInput(valueAt(event)))}
            onChange={onChange && ((event) => onChange(valueAt(event)))}
          />
          <output class="num" title={fullNumber(value)}>
            {text(value)}
          </output>
        </span>
      )}
    </Field>
  );
}
