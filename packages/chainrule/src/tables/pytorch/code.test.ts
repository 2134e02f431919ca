import { expect, test } from "vitest";
import { numberTarget, sampleModel } from "../use/testing/model.ts";
import { toPyTorchTable } from "./code.ts";

const codeOf = (...args: Parameters<typeof sampleModel>): string => toPyTorchTable(sampleModel(...args)).code;

/** What stands from one line to before another. */
const between = (code: string, from: string, to: string): string =>
  code.slice(code.indexOf(from), code.indexOf(to)).trimEnd();

// What PyTorch makes of it, `npm run check:formats` compares with what the library does.
test("writes a model of classes with the preparation of its rows", () => {
  expect(codeOf()).toMatchInlineSnapshot(`
    """"A model of a table, made by chainrule, in PyTorch 1.13 or later.

        import model
        model.predict([{"column": value, ...}])
    """

    import datetime
    import math
    from pathlib import Path

    import torch
    from torch import nn

    WEIGHTS = Path(__file__).with_name("model.pt")

    # The columns that are read. Of each row the network gets
    #   x[0]: "age"
    #   x[1]: "since"
    #   x[2]: "constructor"
    #   x[3]: "plan = basic"
    #   x[4]: "plan = pro"
    #   x[5]: "plan = 7"
    #   x[6]: "plan is missing"
    #   x[7]: "age is missing"
    #   x[8]: "paid"
    #   x[9]: "paid is missing"
    #   x[10]: "since: year (sin)"
    #   x[11]: "since: year (cos)"
    #   x[12]: "since: day (sin)"
    #   x[13]: "since: day (cos)"
    #   x[14]: "since is missing"
    #   codes[0]: "city"
    COLUMNS = [
        {"name": "plan", "type": "text", "encoding": "one-hot", "levels": ("basic", "pro", "7"), "missing": True},
        {"name": "age", "type": "number", "median": 41, "scale": 12.5, "missing": True},
        {"name": "paid", "type": "boolean", "missing": True},
        {"name": "since", "type": "date", "median": 1600000000000, "scale": 40000000000, "cycles": ("year", "day"), "missing": True},
        {"name": "city", "type": "text", "encoding": "embedding", "levels": ("Bonn", "Ulm", "Köln"), "missing": False},
        {"name": "constructor", "type": "number", "median": 0, "scale": 1, "missing": False},
    ]


    def squash(value, median, scale):
        """(value - median) / scale, smoothly kept within (-3, 3)."""
        z = 0.0 if scale == 0 else min(1e6, max(-1e6, (value - median) / scale))
        return z / math.sqrt(1 + (z / 3) ** 2)


    def read_number(value):
        """A number, or a text that spells one; None where it is missing or not finite."""
        if value is None or (isinstance(value, str) and value.strip() == ""):
            return None
        value = float(value)
        return value if math.isfinite(value) else None


    def read_boolean(value):
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
        return bool(value)


    def read_date(value):
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
        return (value - epoch) / datetime.timedelta(milliseconds=1)


    def read_text(value, levels):
        """A text; None where it is missing."""
        if value is None or value != value:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text in levels:
            return text
        return text.strip() or None


    # Lengths in milliseconds.
    CYCLES = {"year": 31556952000, "week": 604800000, "day": 86400000}


    def prepare(rows):
        """What the network gets of rows (dicts with the columns by their names):
        x float32 [rows, 15], and codes int64 [rows, 1]."""
        x, codes = [], []
        for row in rows:
            numbers, others, chosen = [], [], []
            for column in COLUMNS:
                name = column["name"]
                if column["type"] == "text":
                    value = read_text(row[name], column["levels"])
                    levels = column["levels"]
                    if column["encoding"] == "one-hot":
                        others += [1.0 if value == level else 0.0 for level in levels]
                    else:  # the number of a learned vector, 0 for the unknown
                        chosen.append(levels.index(value) + 1 if value in levels else 0)
                elif column["type"] == "number":
                    value = read_number(row[name])
                    # A missing value is taken as the median, which is 0.
                    numbers.append(0.0 if value is None else squash(value, column["median"], column["scale"]))
                elif column["type"] == "boolean":
                    value = read_boolean(row[name])
                    others.append(0.0 if value is None else 1.0 if value else -1.0)
                elif column["type"] == "date":
                    value = read_date(row[name])
                    numbers.append(0.0 if value is None else squash(value, column["median"], column["scale"]))
                    for cycle in column["cycles"]:
                        phase = 0.0 if value is None else 2 * math.pi * value / CYCLES[cycle]
                        others += [0.0, 0.0] if value is None else [math.sin(phase), math.cos(phase)]
                if column["missing"]:
                    others.append(1.0 if value is None else 0.0)
            x.append(numbers + others)
            codes.append(chosen)
        return (
            torch.tensor(x, dtype=torch.float32).reshape(len(rows), 15),
            torch.tensor(codes, dtype=torch.int64).reshape(len(rows), 1),
        )


    class PeriodicEmbedding(nn.Module):
        """Learned periodic features of each number: combinations of cos(2 pi w x + b), and x itself (PBLD)."""

        def __init__(self, numbers, frequencies, combinations):
            super().__init__()
            self.frequency = nn.Parameter(0.1 * torch.randn(numbers, frequencies))
            self.phase = nn.Parameter(math.pi * (2 * torch.rand(numbers, frequencies) - 1))
            bound = 1 / math.sqrt(frequencies)
            self.weight = nn.Parameter(bound * (2 * torch.rand(numbers, frequencies, combinations) - 1))
            self.bias = nn.Parameter(bound * (2 * torch.rand(numbers, combinations) - 1))

        def forward(self, x):
            angle = x.unsqueeze(2) * (2 * math.pi * self.frequency) + self.phase
            combined = (angle.cos().unsqueeze(3) * self.weight).sum(2) + self.bias
            return torch.cat([combined.flatten(1), x], 1)


    class LevelEmbedding(nn.Module):
        """Learned vectors for columns of codes, all in one table; vector 0 of a column is for the unknown."""

        def __init__(self, levels, size):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(sum(levels), size))
            starts = [sum(levels[:i]) for i in range(len(levels))]
            self.register_buffer("starts", torch.tensor(starts), persistent=False)

        def forward(self, codes):
            return nn.functional.embedding(codes + self.starts, self.weight).flatten(1)


    class FrontScale(nn.Module):
        """A learned factor for each input."""

        def __init__(self, inputs):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(inputs))

        def forward(self, x):
            return x * self.scale


    class ParametricActivation(nn.Module):
        """An activation f of which each unit learns how much it has: x + alpha (f(x) - x)."""

        def __init__(self, units, activation):
            super().__init__()
            self.activation = activation
            self.alpha = nn.Parameter(torch.ones(units))

        def forward(self, x):
            return x + self.alpha * (self.activation(x) - x)


    class TableNetwork(nn.Module):
        """Encodings of numbers and levels, factors of what they give, then the layers."""

        def __init__(self, layers, numbers=0, periodic=None, embedding=None, scale=None):
            super().__init__()
            self.numbers = numbers
            self.periodic = periodic
            self.embedding = embedding
            self.scale = scale
            self.layers = layers

        def forward(self, x, codes):
            parts = [x]
            if self.periodic is not None:
                parts = [self.periodic(x[:, : self.numbers]), x[:, self.numbers :]]
            if self.embedding is not None:
                parts.append(self.embedding(codes))
            encoded = torch.cat(parts, 1)
            return self.layers(encoded if self.scale is None else self.scale(encoded))


    def build():
        """The network, with weights that are drawn anew."""
        return TableNetwork(
            numbers=3,
            periodic=PeriodicEmbedding(3, 16, 3),
            embedding=LevelEmbedding((4,), 4),
            scale=FrontScale(28),
            layers=nn.Sequential(
                nn.Linear(28, 16),
                ParametricActivation(16, nn.SELU()),
                nn.Dropout(0.1),
                nn.Linear(16, 8),
                ParametricActivation(8, nn.SELU()),
                nn.Dropout(0.1),
                nn.Linear(8, 3),
            ),
        )


    def load(path=WEIGHTS):
        """The network with its weights, in evaluation mode."""
        model = build()
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        return model.eval()


    # In the order of the network's outputs.
    CLASSES = ("a", "b", "__proto__")


    def predict(rows, model=None):
        """The class of "kind" for each row, and the probability of every class."""
        model = load() if model is None else model
        with torch.no_grad():
            logits = model(*prepare(rows)).double()
        probabilities = torch.softmax(logits, 1)
        best = probabilities.argmax(1).tolist()
        return [
            {"prediction": CLASSES[i], "probabilities": dict(zip(CLASSES, p))}
            for i, p in zip(best, probabilities.tolist())
        ]
    "
  `);
});

test("writes a model of a number, with no more than it needs", () => {
  const plain = { numberEncoding: "plain", frontScale: false, parametricActivation: false } as const;
  const code = codeOf(
    { ...numberTarget, transform: "log", center: 5, scale: 0.25 },
    { ...plain, dropout: 0 },
  );
  expect(code).not.toMatch(/class (PeriodicEmbedding|FrontScale|ParametricActivation)/);
  expect(between(code, "def build():", "def load(")).toMatchInlineSnapshot(`
    "def build():
        """The network, with weights that are drawn anew."""
        return TableNetwork(
            embedding=LevelEmbedding((4,), 4),
            layers=nn.Sequential(
                nn.Linear(19, 16),
                nn.SELU(),
                nn.Linear(16, 8),
                nn.SELU(),
                nn.Linear(8, 1),
            ),
        )"
  `);
  expect(code.slice(code.indexOf("def predict("))).toMatchInlineSnapshot(`
    "def predict(rows, model=None):
        """The prediction of "price" for each row."""
        model = load() if model is None else model
        with torch.no_grad():
            outputs = model(*prepare(rows)).double()
        values = (outputs[:, 0] * 0.25 + 5.0).exp()
        # No prediction is outside of what the training rows had.
        return values.clamp(100.0, 300.0).tolist()
    "
  `);
});

test("writes the threshold of two classes, the temperature, and labels that are numbers", () => {
  const target = { task: "classification", name: "k", type: "number", classes: ["0", "1.5"] } as const;
  const { network, spec } = sampleModel(target);
  const { code } = toPyTorchTable({
    spec: { ...spec, calibration: { temperature: 2 }, threshold: 0.25 },
    network,
  });
  expect(code).toContain("CLASSES = (0, 1.5)");
  expect(code).toContain("probabilities = torch.softmax(logits / 2.0, 1)");
  expect(code).toContain("best = (probabilities[:, 1] > 0.25).long().tolist()");
});

test("weights go by the names of the network here", () => {
  const model = sampleModel();
  expect(toPyTorchTable(model).state).toEqual(model.network.stateDict());
});
