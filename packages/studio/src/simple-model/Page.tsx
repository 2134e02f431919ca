import type { ComponentChildren } from "preact";
import { Select } from "../parts/controls/index.ts";
import { theme, themes } from "../state/theme.ts";

interface Props {
  readonly title: string;
  /** What chooses among what the page has. */
  readonly menu: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of a page that is one file. */
export function Page({ title, menu, children }: Props) {
  return (
    <>
      <header class="head simple-head">
        <h1>{title}</h1>
        {menu}
        <Select
          label="Theme"
          value={theme.value}
          options={themes}
          onChange={(chosen) => {
            theme.value = chosen;
          }}
        />
      </header>
      <main class="screen stack simple">{children}</main>
    </>
  );
}
