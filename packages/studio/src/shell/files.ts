import type { SourceFile } from "../state/studio.ts";

/** Files of a chooser, with the folder they were in. */
export const chosenFiles = (list: FileList): SourceFile[] =>
  [...list].map((file) => ({ path: file.webkitRelativePath || file.name, blob: file }));

/** Files that were dropped, and those within dropped folders. */
export async function droppedFiles(data: DataTransfer): Promise<SourceFile[]> {
  // What was dropped can only be asked for before the event is over.
  const items = [...data.items].filter(({ kind }) => kind === "file");
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  const all = await Promise.all(
    found.map(async ({ entry, file }) => {
      if (entry?.isDirectory) return within(entry as FileSystemDirectoryEntry);
      return file ? [{ path: file.name, blob: file }] : [];
    }),
  );
  return all.flat();
}

/** Hidden files are left out: systems put theirs into every folder. */
async function within(folder: FileSystemDirectoryEntry): Promise<SourceFile[]> {
  const reader = folder.createReader();
  const result: SourceFile[] = [];
  for (;;) {
    // A reader hands out its entries in portions, until one is empty.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return result;
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory) result.push(...(await within(entry as FileSystemDirectoryEntry)));
      else {
        const file = await new Promise<File>((resolve, reject) =>
          (entry as FileSystemFileEntry).file(resolve, reject),
        );
        result.push({ path: entry.fullPath.replace(/^\//, ""), blob: file });
      }
    }
  }
}
