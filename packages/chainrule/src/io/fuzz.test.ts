import { expect, test } from "vitest";
import { fuzz } from "./testing/fuzz.ts";
import { fuzzedReaders } from "./testing/samples.ts";

const readers = await fuzzedReaders();

// Thousands of files here; `npm run check:readers` takes a million bytes and more.
test.each(Object.entries(readers))(
  "%s: damaged files are read or refused, by a ChainruleError",
  async (_, reader) => {
    const { files, read } = await fuzz(reader, { seed: 1, files: 1500 });
    expect(files).toBe(1500);
    // Damage that no reader can see, and damage that every reader sees.
    expect(read).toBeLessThan(files);
  },
);

test.each(Object.entries(readers))("%s: a file that ends anywhere is refused", async (_, reader) => {
  for (const file of reader.files) {
    expect(await reader.read(reader.wrap?.(file) ?? file)).toBeDefined();
    for (let end = 0; end < file.length; end++) {
      const cut = file.subarray(0, end);
      await expect((async () => reader.read(reader.wrap?.(cut) ?? cut))()).rejects.toThrow(/at byte \d+/);
    }
  }
});
