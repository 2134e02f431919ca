"""Trains the network of ../from-pytorch.ts in PyTorch and saves its state: model.pt, with an example and its output beside it."""

import json
import pathlib

import torch
from torch import nn

here = pathlib.Path(__file__).parent
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
x = torch.randn(256, 4)
labels = x[:, :3].argmax(1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(100):
    loss = nn.functional.cross_entropy(model(x), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
model.eval()
torch.save(model.state_dict(), here / "model.pt")
example = torch.randn(4, 4)
numbers = {"inputs": example.tolist(), "outputs": model(example).tolist()}
(here / "example.json").write_text(json.dumps(numbers) + "\n")
print("loss", loss.item())
