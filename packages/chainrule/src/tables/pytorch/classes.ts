import type { ToPyTorchOptions } from "../../io/index.ts";
import { literal } from "../../io/pytorch/python.ts";
import type { Module } from "../../nn/index.ts";
import { FrontScale, LevelEmbedding, ParametricActivation, PeriodicEmbedding } from "../network/layers.ts";
import { TableNetwork } from "../network/network.ts";

/** The parts of a table's network as classes of Python. */
type Classes = NonNullable<ToPyTorchOptions["classes"]>;
type Write = (inside: Module) => string;

const part = <M extends Module>(
  type: abstract new (...args: never[]) => M,
  args: (module: M, write: Write) => readonly string[],
  source: string,
): [abstract new (...args: never[]) => Module, Classes extends ReadonlyMap<unknown, infer C> ? C : never] => [
  type,
  { name: /^class (\w+)/.exec(source)?.[1] ?? "", source, args: args as (m: Module, w: Write) => string[] },
];

export const tableClasses: Classes = new Map([
  part(
    PeriodicEmbedding,
    ({ frequency, bias }) => [...frequency.shape, bias.shape[1]].map(String),
    `class PeriodicEmbedding(nn.Module):
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
        return torch.cat([combined.flatten(1), x], 1)`,
  ),
  part(
    LevelEmbedding,
    ({ levels, size }) => [literal(levels), `${size}`],
    `class LevelEmbedding(nn.Module):
    """Learned vectors for columns of codes, all in one table; vector 0 of a column is for the unknown."""

    def __init__(self, levels, size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(sum(levels), size))
        starts = [sum(levels[:i]) for i in range(len(levels))]
        self.register_buffer("starts", torch.tensor(starts), persistent=False)

    def forward(self, codes):
        return nn.functional.embedding(codes + self.starts, self.weight).flatten(1)`,
  ),
  part(
    FrontScale,
    ({ scale }) => [`${scale.numel}`],
    `class FrontScale(nn.Module):
    """A learned factor for each input."""

    def __init__(self, inputs):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(inputs))

    def forward(self, x):
        return x * self.scale`,
  ),
  part(
    ParametricActivation,
    ({ alpha, activation }, write) => [`${alpha.numel}`, write(activation)],
    `class ParametricActivation(nn.Module):
    """An activation f of which each unit learns how much it has: x + alpha (f(x) - x)."""

    def __init__(self, units, activation):
        super().__init__()
        self.activation = activation
        self.alpha = nn.Parameter(torch.ones(units))

    def forward(self, x):
        return x + self.alpha * (self.activation(x) - x)`,
  ),
  part(
    TableNetwork,
    ({ architecture, periodic, embedding, scale, layers }, write) => [
      ...(periodic ? [`numbers=${architecture.numbers}`, `periodic=${write(periodic)}`] : []),
      ...(embedding ? [`embedding=${write(embedding)}`] : []),
      ...(scale ? [`scale=${write(scale)}`] : []),
      `layers=${write(layers)}`,
    ],
    `class TableNetwork(nn.Module):
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
        return self.layers(encoded if self.scale is None else self.scale(encoded))`,
  ),
]);
