import { asNumber, asRecord, asText, asTruth, asWhole, type Json } from "../../util/json.ts";

/** What an object of a model's description says, key by key; errors name the place. Keras writes null for what is left out. */
export class Config {
  readonly place: string;
  private readonly record: Readonly<Record<string, Json>>;

  constructor(value: Json, place: string) {
    this.record = asRecord(value, place || "model.json");
    this.place = place;
  }

  /** The value under a key; undefined where it is left out or null. */
  get(key: string): Json {
    return Object.hasOwn(this.record, key) ? (this.record[key] ?? undefined) : undefined;
  }

  /** Where the value of a key stands. */
  at(key: string): string {
    return this.place === "" ? key : `${this.place}.${key}`;
  }

  text(key: string, fallback?: string): string {
    return this.read(key, fallback, asText);
  }

  truth(key: string, fallback?: boolean): boolean {
    return this.read(key, fallback, asTruth);
  }

  /** A finite number, with bounds that it may reach. Some versions of Keras write it as an array of NumPy. */
  number(key: string, fallback?: number, least?: number, most?: number): number {
    return this.read(key, fallback, (value, place) => {
      const array = typeof value === "object" && value !== null && !Array.isArray(value);
      return asNumber(array ? new Config(value, place).get("value") : value, place, least, most);
    });
  }

  whole(key: string, fallback?: number, least?: number, most?: number): number {
    return this.read(key, fallback, (value, place) => asWhole(value, place, least, most));
  }

  object(key: string): Config {
    return new Config(this.get(key), this.at(key));
  }

  private read<T>(key: string, fallback: T | undefined, read: (value: Json, place: string) => T): T {
    const value = this.get(key);
    return value === undefined && fallback !== undefined ? fallback : read(value, this.at(key));
  }
}
