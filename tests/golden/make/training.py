"""averages.json: whole runs of training with penalties, clipping and averaged weights; folds.json: scikit-learn's splits.

averages.json: a network (fc1, norm, tanh, fc2) in float64 is trained by SGD (lr 0.1, momentum 0.9) on the batches in their order, four
epochs; "l1" is added to the loss over fc1.weight and fc2.weight, "clipValue" cuts gradients, "ema" averages after each step and "swa" after
epochs 3 and 4. "losses" are the mean losses of the epochs without the penalty, "averaged" the averaged weights with the buffers of training,
"norm" the buffers after update_bn.

folds.json: "function" of chainrule with "args" gives "folds", test parts (and training parts for timeSeriesSplit).
"""
import numpy as np
import torch
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, TimeSeriesSplit
from torch import nn
from torch.optim.swa_utils import AveragedModel, update_bn

from .common import enc


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 4)
        self.norm = nn.BatchNorm1d(4)
        self.fc2 = nn.Linear(4, 1)

    def forward(self, x):
        return self.fc2(torch.tanh(self.norm(self.fc1(x))))


def averages():
    cases = []
    for kind in ("swa", "ema"):
        torch.manual_seed(3)
        model = Net().double()
        start = {k: enc(v.clone()) for k, v in model.state_dict().items()}
        batches = [(torch.randn(6, 3, dtype=torch.float64), torch.randn(6, 1, dtype=torch.float64)) for _ in range(4)]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        decay = 0.8
        averaged = AveragedModel(model, avg_fn=None if kind == "swa" else lambda a, p, n: decay * a + (1 - decay) * p)
        losses = []
        for epoch in range(1, 5):
            total = 0.0
            for x, y in batches:
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(model(x), y)
                total += loss.item() / len(batches)
                (loss + 0.02 * (model.fc1.weight.abs().sum() + model.fc2.weight.abs().sum())).backward()
                torch.nn.utils.clip_grad_value_(model.parameters(), 0.05)
                optimizer.step()
                if kind == "ema":
                    averaged.update_parameters(model)
            losses.append(total)
            if kind == "swa" and epoch > 2:
                averaged.update_parameters(model)
        # Buffers as the current PyTorch keeps them: those of the model in training.
        for mine, theirs in zip(averaged.module.buffers(), model.buffers()):
            mine.copy_(theirs)
        state = {k: enc(v.clone()) for k, v in averaged.module.state_dict().items()}
        update_bn(batches, averaged.module)
        norm = {k: enc(v.clone()) for k, v in averaged.module.state_dict().items() if "norm.running" in k}
        cases.append({"name": kind, "start": start, "batches": [[enc(x), enc(y)] for x, y in batches], "losses": losses, "averaged": state, "norm": norm})
    return cases


def folds():
    cases = []

    def add(name, function, args, splits, both=False):
        made = [[t.tolist(), s.tolist()] if both else s.tolist() for t, s in splits]
        cases.append({"name": name, "function": function, "args": args, "folds": made})

    for n, k, options in [(6, 5, {}), (12, 3, {"testSize": 2}), (20, 4, {"gap": 2, "maxTrainSize": 5}), (17, 3, {}), (15, 3, {"gap": 1, "testSize": 3})]:
        names = {"testSize": "test_size", "maxTrainSize": "max_train_size", "gap": "gap"}
        split = TimeSeriesSplit(k, **{names[o]: v for o, v in options.items()}).split(np.zeros((n, 1)))
        add(f"timeSeriesSplit {n} {k} {options}", "timeSeriesSplit", [n, k, options], split, both=True)
    rng = np.random.default_rng(0)
    # Groups of unequal sizes: scikit-learn and chainrule may go through groups of one size in another order.
    sizes = [9, 7, 6, 5, 3, 2, 1]
    groups = np.repeat(np.arange(7), sizes)
    order = rng.permutation(len(groups))
    groups = groups[order]
    for k in (2, 3, 4):
        add(f"groupKFold {k}", "groupKFold", [groups.tolist(), k], GroupKFold(k).split(groups, groups=groups))
    # Groups numbered in the order in which they come.
    groups = np.repeat(np.arange(20), rng.integers(2, 9, 20))
    labels = (rng.random(len(groups)) < 0.3).astype(int) + (rng.random(len(groups)) < 0.3).astype(int)
    for k in (2, 3, 5):
        split = StratifiedGroupKFold(k).split(labels, labels, groups)
        add(f"stratifiedGroupKFold {k}", "stratifiedGroupKFold", [labels.tolist(), groups.tolist(), k], split)
    return cases
