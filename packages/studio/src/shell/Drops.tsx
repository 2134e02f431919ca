import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { failureOf } from "../state/failure.ts";
import { failure, openFiles } from "../state/studio.ts";
import { droppedFiles } from "./files.ts";

/** Whether files are held over the page. */
export const dragging = signal(false);

/** Files may be dropped anywhere; otherwise a browser would leave the page to show them. */
export function Drops() {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      dragging.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) dragging.value = false;
    };
    const drop = (event: DragEvent) => {
      dragging.value = false;
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      droppedFiles(event.dataTransfer).then(openFiles, (error: unknown) => {
        failure.value = { ...failureOf(error), remedy: "Choose the file by the button instead." };
      });
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return dragging.value ? (
    <div class="drop-cover" aria-hidden="true">
      Drop to open. Nothing leaves this machine.
    </div>
  ) : null;
}
