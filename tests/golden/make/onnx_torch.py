"""Writes ../data/onnx-torch.json: a network as PyTorch's own exporter writes it for several versions of ONNX's operators, with what
PyTorch computes. python3 onnx_torch.py (PyTorch 1.13)."""
import base64
import io
import json
import os
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(0)


class Net(nn.Module):
    """Embedding, normalizations, activations, and the usual ways to reshape, choose and reduce."""

    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(7, 3)
        self.fc1 = nn.Linear(4 + 6, 8)
        self.bn = nn.BatchNorm1d(8)
        self.ln = nn.LayerNorm(8)
        self.gn = nn.GroupNorm(2, 8)
        self.fc2 = nn.Linear(8, 5)
        self.prelu = nn.PReLU()
        self.drop = nn.Dropout(0.3)
        self.mix = nn.Parameter(torch.randn(8))

    def forward(self, x, codes):
        h = torch.cat([x, self.emb(codes).flatten(1)], 1)
        h = self.prelu(self.bn(self.fc1(h)))
        h = self.drop(F.gelu(self.ln(h)))
        h = self.gn(h.unsqueeze(2)).flatten(1) + h * self.mix
        h = h.view(h.size(0), 2, 4).transpose(1, 2).reshape(h.size(0), -1)
        z = self.fc2(F.silu(h))
        z = torch.where(z > 0, z, z.clamp(-1, 1) * 0.5)
        z = z[:, 1:] + z[:, :-1].std(1, keepdim=True)
        return z.log_softmax(-1), F.normalize(h, dim=1), z.topk(2).indices


net = Net()
for _ in range(3):
    net(torch.randn(16, 4), torch.randint(0, 7, (16, 2)))
net.eval()
models = {}
for opset in (9, 16):
    file = io.BytesIO()
    names = dict(input_names=["x", "codes"], output_names=["y", "unit", "best"])
    axes = {name: {0: "N"} for name in ["x", "codes", "y", "unit", "best"]}
    example = (torch.randn(2, 4), torch.randint(0, 7, (2, 2)))
    torch.onnx.export(net, example, file, opset_version=opset, dynamic_axes=axes, **names)
    models[opset] = base64.b64encode(file.getvalue()).decode()
x, codes = torch.randn(5, 4), torch.randint(0, 7, (5, 2))
y, unit, best = (t.tolist() for t in net(x, codes))
path = os.path.join(os.path.dirname(__file__), "..", "data", "onnx-torch.json")
with open(path, "w") as out:
    json.dump(dict(models=models, x=x.tolist(), codes=codes.tolist(), y=y, unit=unit, best=best), out)
    out.write("\n")
