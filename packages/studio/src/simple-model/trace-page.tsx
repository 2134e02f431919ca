/** The page that `chainrule explain --out` writes: passes that were written down, to step through. */
import { type TraceFile, traceFromFile } from "chainrule/trace";
import { render } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Select } from "../parts/controls/index.ts";
import { TraceView } from "../parts/trace/TraceView.tsx";
import { applyTheme } from "../state/theme.ts";
import { localSource } from "../state/traceSource.ts";
import { Page } from "./Page.tsx";
import "./simple-model.css";

interface Pass {
  readonly title: string;
  readonly trace: TraceFile;
}

function Passes({ passes }: { readonly passes: readonly Pass[] }) {
  const [shown, setShown] = useState(0);
  const source = useMemo(() => localSource(traceFromFile(passes[shown].trace)), [passes, shown]);
  return (
    <Page
      title="A pass, step by step"
      menu={
        passes.length > 1 && (
          <Select
            label="Pass"
            value={String(shown)}
            options={passes.map(({ title }, i) => ({ value: String(i), label: title }))}
            onChange={(chosen) => setShown(Number(chosen))}
          />
        )
      }
    >
      <h2>{passes[shown].title}</h2>
      <TraceView key={shown} source={source} editable={false} />
    </Page>
  );
}

/** What `chainrule explain` has put into the page: JSON, by gzip, in base64. */
async function readPasses(): Promise<readonly Pass[]> {
  const bytes = Uint8Array.from(atob(document.querySelector("#passes")?.textContent ?? ""), (sign) =>
    sign.charCodeAt(0),
  );
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).json();
}

applyTheme();
const place = document.querySelector("#app");
if (place) {
  readPasses().then(
    (passes) => render(<Passes passes={passes} />, place),
    () =>
      render(<p role="alert">This file is damaged: its numbers can not be read. Write it again.</p>, place),
  );
}
