import { indented, literal } from "../../io/pytorch/python.ts";
import { cycleLengths, type FeaturePreparation, inputNames, isEmbedded, layoutOf } from "../preparation.ts";

/** The preparation of rows as a program of Python: the same numbers as `RowReader` gives. */
export function preparationCode(features: readonly FeaturePreparation[]): string {
  const types = new Set(features.map(({ type }) => type));
  return [
    columnsOf(features),
    ...(types.has("number") || types.has("date") ? [SQUASH] : []),
    ...(types.has("number") ? [NUMBER] : []),
    ...(types.has("boolean") ? [TRUTH] : []),
    ...(types.has("date") ? [INSTANT] : []),
    ...(types.has("text") ? [TEXT] : []),
    prepareOf(features, types),
  ].join("\n\n\n");
}

/** What is read, and what becomes of it, as data with comments. */
function columnsOf(features: readonly FeaturePreparation[]): string {
  const names = inputNames(features);
  const codes = features.filter(isEmbedded);
  const comments = [
    "The columns that are read. Of each row the network gets",
    ...names.map((name, i) => `  x[${i}]: ${literal(name)}`),
    ...codes.map(({ name }, i) => `  codes[${i}]: ${literal(name)}`),
  ].map((line) => `# ${line}`);
  const columns = features.map((feature) => `${columnOf(feature)},`).join("\n");
  return `${comments.join("\n")}\nCOLUMNS = [\n${indented(columns)}\n]`;
}

function columnOf(feature: FeaturePreparation): string {
  const fields: [string, Parameters<typeof literal>[0]][] = [
    ["name", feature.name],
    ["type", feature.type],
  ];
  if (feature.type === "number" || feature.type === "date")
    fields.push(["median", feature.median], ["scale", feature.scale]);
  if (feature.type === "date") fields.push(["cycles", feature.cycles]);
  if (feature.type === "text") fields.push(["encoding", feature.encoding], ["levels", feature.levels]);
  fields.push(["missing", feature.missing]);
  return `{${fields.map(([name, value]) => `${literal(name)}: ${literal(value)}`).join(", ")}}`;
}

const SQUASH = `def squash(value, median, scale):
    """(value - median) / scale, smoothly kept within (-3, 3)."""
    z = 0.0 if scale == 0 else min(1e6, max(-1e6, (value - median) / scale))
    return z / math.sqrt(1 + (z / 3) ** 2)`;

const NUMBER = `def read_number(value):
    """A number, or a text that spells one; None where it is missing or not finite."""
    if value is None or (isinstance(value, str) and value.strip() == ""):
        return None
    value = float(value)
    return value if math.isfinite(value) else None`;

const TRUTH = `def read_boolean(value):
    """True or False, 1 or 0, or a word for them; None where it is missing."""
    if value is None or value != value:
        return None
    if isinstance(value, str):
        word = value.strip().lower()
        if word == "":
            return None
        if word not in ("true", "yes", "t", "y", "1", "false", "no", "f", "n", "0"):
            raise ValueError(f"{value!r} is neither true nor false")
        return word in ("true", "yes", "t", "y", "1")
    return bool(value)`;

const INSTANT = `def read_date(value):
    """Milliseconds since 1970 of a date, a datetime or a text in ISO form (UTC if it has no zone); None where it is missing."""
    if value is None or (isinstance(value, str) and value.strip() == ""):
        return None
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.timezone.utc)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (value - epoch) / datetime.timedelta(milliseconds=1)`;

const TEXT = `def read_text(value, levels):
    """A text; None where it is missing."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text in levels:
        return text
    return text.strip() or None`;

const readers: Readonly<Record<FeaturePreparation["type"], string>> = {
  number: "read_number(row[name])",
  boolean: "read_boolean(row[name])",
  date: "read_date(row[name])",
  text: 'read_text(row[name], column["levels"])',
};

/** What is done with a value of each type. */
const steps: Readonly<Record<FeaturePreparation["type"], string>> = {
  number: `# A missing value is taken as the median, which is 0.
numbers.append(0.0 if value is None else squash(value, column["median"], column["scale"]))`,
  boolean: "others.append(0.0 if value is None else 1.0 if value else -1.0)",
  date: `numbers.append(0.0 if value is None else squash(value, column["median"], column["scale"]))
for cycle in column["cycles"]:
    phase = 0.0 if value is None else 2 * math.pi * value / CYCLES[cycle]
    others += [0.0, 0.0] if value is None else [math.sin(phase), math.cos(phase)]`,
  text: `levels = column["levels"]
if column["encoding"] == "one-hot":
    others += [1.0 if value == level else 0.0 for level in levels]
else:  # the number of a learned vector, 0 for the unknown
    chosen.append(levels.index(value) + 1 if value in levels else 0)`,
};

function prepareOf(
  features: readonly FeaturePreparation[],
  types: ReadonlySet<FeaturePreparation["type"]>,
): string {
  const { inputs, levels } = layoutOf(features);
  const branches = [...types].map((type, i) => {
    const body = `value = ${readers[type]}\n${steps[type]}`;
    return `${i === 0 ? "if" : "elif"} column["type"] == ${literal(type)}:\n${indented(body)}`;
  });
  const cycles = types.has("date")
    ? `# Lengths in milliseconds.\nCYCLES = {${Object.entries(cycleLengths)
        .map(([name, length]) => `${literal(name)}: ${literal(length)}`)
        .join(", ")}}\n\n\n`
    : "";
  return `${cycles}def prepare(rows):
    """What the network gets of rows (dicts with the columns by their names):
    x float32 [rows, ${inputs}], and codes int64 [rows, ${levels.length}]."""
    x, codes = [], []
    for row in rows:
        numbers, others, chosen = [], [], []
        for column in COLUMNS:
            name = column["name"]
${branches.map((branch) => indented(indented(indented(branch)))).join("\n")}
            if column["missing"]:
                others.append(1.0 if value is None else 0.0)
        x.append(numbers + others)
        codes.append(chosen)
    return (
        torch.tensor(x, dtype=torch.float32).reshape(len(rows), ${inputs}),
        torch.tensor(codes, dtype=torch.int64).reshape(len(rows), ${levels.length}),
    )`;
}
