/**
 * An app on a table: rows as objects in, a trained model as one file, predictions out. What one learns: columns of numbers, texts and
 * gaps need no preparation of your own; it is fitted on the training rows alone and saved with the model. Run it with
 * `npx node examples/table.ts`.
 */
import { load } from "chainrule";
import { modelBytes, trainTable } from "chainrule/tables";

type Flat = { area: number; city: string; balcony: boolean | null };

/** Rent by area, city and balcony, with some noise: 300 flats that follow from their number. */
const flats = Array.from({ length: 300 }, (_, i): Flat & { rent: number } => {
  const noise = ((i * 7919) % 101) / 101 - 0.5;
  const area = 25 + ((i * 37) % 95);
  const city = ["Bonn", "Ulm", "Jena"][i % 3];
  const balcony = i % 11 === 0 ? null : i % 2 === 0;
  const perSquare = city === "Bonn" ? 13 : city === "Ulm" ? 12 : 9;
  return { area, city, balcony, rent: Math.round(area * perSquare + (balcony ? 60 : 0) + 40 * noise) };
});

const trained = await trainTable(flats, { target: "rent", seed: 0, epochs: 60 });
const { scores } = trained;
console.log(scores);

// One file holds preparation, network and intervals: write it, send it, load it from a path, a URL or its bytes.
const bytes = modelBytes(trained.model);
const model = await load<Flat>(bytes);
for (const flat of [
  { area: 54, city: "Ulm", balcony: true },
  { area: 54, city: "Jena", balcony: null },
  { area: 54, city: "Erfurt", balcony: false }, // a city that training never saw is no error
])
  console.log(flat, model.predict(flat));
