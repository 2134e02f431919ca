import { useRef } from "preact/hooks";
import { Button } from "../../parts/controls/index.ts";
import { chosenFiles } from "../../shell/files.ts";
import { openFiles } from "../../state/studio.ts";

/** Known to every browser, but not to the types. */
const wholeFolder = { webkitdirectory: true };

/** Where files of one's own come in. They may also be dropped anywhere on the page. */
export function Files() {
  const file = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const chosen = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const files = chosenFiles(currentTarget.files ?? new DataTransfer().files);
    // The same file may be chosen again.
    currentTarget.value = "";
    if (files.length > 0) void openFiles(files);
  };
  return (
    <section class="drop-zone" aria-labelledby="files">
      <h2 id="files">Your own</h2>
      <p>
        Drop a table (CSV, TSV, JSON), a model (<code>model.safetensors</code>) or the folder of a run here,
        or choose it:
      </p>
      <div class="row">
        <Button kind="primary" onClick={() => file.current?.click()}>
          Choose files
        </Button>
        <Button onClick={() => folder.current?.click()}>Choose a run folder</Button>
      </div>
      <p class="dim small">Nothing leaves this machine: files are read by this page, and go nowhere else.</p>
      <input
        ref={file}
        type="file"
        multiple
        hidden
        aria-label="Files"
        accept=".csv,.tsv,.tab,.txt,.json,.ndjson,.jsonl,.safetensors"
        onChange={chosen}
      />
      <input ref={folder} type="file" hidden aria-label="Folder" {...wholeFolder} onChange={chosen} />
    </section>
  );
}
