/** The script of a report's page: where a reader opens a row, its pass through the network can be stepped through. */
import { traceFromFile } from "chainrule/trace";
import { render } from "preact";
import { TraceView } from "../parts/trace/TraceView.tsx";
import { localSource } from "../state/traceSource.ts";
import "../style/controls.css";
import { unpacked } from "./packing.ts";

const traces: readonly string[] = JSON.parse(document.querySelector("#traces")?.textContent ?? "[]");

for (const place of document.querySelectorAll<HTMLDetailsElement>("[data-trace]")) {
  const open = async () => {
    const reader = traceFromFile(JSON.parse(await unpacked(traces[Number(place.dataset.trace)] ?? "")));
    const view = document.createElement("div");
    place.append(view);
    render(<TraceView source={localSource(reader)} keys="view" editable={false} />, view);
  };
  place.addEventListener("toggle", () => void open(), { once: true });
}
