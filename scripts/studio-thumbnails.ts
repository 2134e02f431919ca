// `node --conditions=@chainrule/source scripts/studio-thumbnails.ts`: draws the small pictures of the studio's first page from the data of
// the examples themselves, so that the page needs neither data nor library to show them. A test holds them to the examples.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digits } from "../packages/studio/src/examples/digits.ts";
import { lecture } from "../packages/studio/src/examples/lecture.ts";
import { moons, spiral, xor } from "../packages/studio/src/examples/points.ts";
import type { NetworkExample } from "../packages/studio/src/examples/types.ts";

const root = join(import.meta.dirname, "..");
const bundled = (name: string) => readFileSync(join(root, "packages/cli/data", name), "utf8");

/** Numbers of any range as whole ones from 0 to 100. */
function scaled(numbers: readonly number[]): number[] {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return numbers.map((x) => Math.round((100 * (x - low)) / (high - low)));
}

/** Every so-manieth of a list. */
const some = <T>(list: readonly T[], most: number): T[] => {
  const every = Math.ceil(list.length / most);
  return list.filter((_, i) => i % every === 0);
};

function points(example: NetworkExample, most = 100) {
  const { x, y } = example.rows("").training;
  const rows = some(x.toArray() as number[][], most);
  return {
    x: scaled(rows.map(([a = 0]) => a)),
    y: scaled(rows.map(([, b = 0]) => b)),
    label: some(y.toArray() as number[], most),
  };
}

/** The curve that is learned. */
function curve(example: NetworkExample, most = 50) {
  const { x, y } = example.rows("").training;
  const rows = some(x.toArray() as number[][], most);
  return { x: scaled(rows.map(([a = 0]) => a)), y: scaled(some(y.toArray() as number[], most)) };
}

/** The first picture of each class, as grey values from 0 to 16. */
function pictures(example: NetworkExample, file: string, classes: number) {
  const { x, y } = example.rows(bundled(file)).training;
  const [rows, labels] = [x.toArray() as number[][], y.toArray() as number[]];
  return Array.from({ length: classes }, (_, digit) =>
    (rows[labels.indexOf(digit)] ?? []).map((grey) => Math.round(16 * grey)),
  );
}

function penguins(most = 100) {
  const [head = "", ...lines] = bundled("penguins.csv").trim().split("\n");
  const names = head.split(",");
  const column = (name: string, cells: readonly string[]) => cells[names.indexOf(name)] ?? "";
  const rows = lines
    .map((line) => line.split(","))
    .filter((cells) => Number(column("beak_length_mm", cells)) > 0);
  const shown = some(rows, most);
  const species = [...new Set(rows.map((cells) => column("species", cells)))];
  return {
    x: scaled(shown.map((cells) => Number(column("beak_length_mm", cells)))),
    y: scaled(shown.map((cells) => Number(column("beak_depth_mm", cells)))),
    label: shown.map((cells) => species.indexOf(column("species", cells))),
  };
}

export const thumbnails = () => ({
  lecture: curve(lecture),
  xor: points(xor),
  moons: points(moons),
  spiral: points(spiral, 130),
  digits: pictures(digits, "digits.csv", 10),
  penguins: penguins(),
});

if (import.meta.main) {
  const file = join(root, "packages/studio/src/screens/open/thumbnails.json");
  writeFileSync(file, `${JSON.stringify(thumbnails())}\n`);
}
