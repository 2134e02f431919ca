import { Field, type FieldProps } from "./Field.tsx";

interface Props<T extends string> extends FieldProps {
  readonly value: T;
  readonly options: readonly (T | { readonly value: T; readonly label: string })[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

export function Select<T extends string>({ value, options, onChange, disabled, ...field }: Props<T>) {
  const all = options.map((option) =>
    typeof option === "string" ? { value: option, label: option } : option,
  );
  return (
    <Field {...field}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          disabled={disabled}
          onChange={({ currentTarget }) => {
            const chosen = all[currentTarget.selectedIndex];
            if (chosen) onChange(chosen.value);
          }}
        >
          {all.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
