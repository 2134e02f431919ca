import { formatNumber, fullNumber } from "./number.ts";

interface Props {
  readonly value: number;
  /** Significant digits. Default 4. */
  readonly digits?: number;
  /** Colours it by its sign, which is written in any case. */
  readonly signed?: boolean;
}

/** A number, with all its digits in its title. */
export function Num({ value, digits, signed }: Props) {
  const sign = signed && value !== 0 ? (value > 0 ? " positive" : " negative") : "";
  return (
    <span class={`num${sign}`} title={fullNumber(value)}>
      {formatNumber(value, digits)}
    </span>
  );
}
