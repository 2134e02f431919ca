"""examples/mnist.ts in PyTorch: the same files, seed, batches and schedule, so the same losses.

    python3 examples/mnist_torch.py FOLDER [SEED [EPOCHS [THREADS]]]

Prints a line of JSON for each epoch. With --turns it first prints its version, and then waits for a line of input before each
epoch, so that two programs can take turns.
"""
import json
import sys
import time

import numpy
import torch
from torch import nn

turns = "--turns" in sys.argv
folder, seed, epochs, threads = ([a for a in sys.argv[1:] if a != "--turns"] + ["0", "5", "1"])[:4]
epochs, batch = int(epochs), 128
torch.manual_seed(int(seed))
torch.set_num_threads(int(threads))


def read(name, header):
    return numpy.fromfile(f"{folder}/{name}", dtype=numpy.uint8)[header:]


def images(part):
    pixels = torch.from_numpy(read(f"{part}-images-idx3-ubyte", 16).astype(numpy.float32)).reshape(-1, 784)
    return (pixels / 255 - 0.1307) / 0.3081


def labels(part):
    return torch.from_numpy(read(f"{part}-labels-idx1-ubyte", 8).astype(numpy.int64))


x, y = images("train"), labels("train")
test_x, test_y = images("t10k"), labels("t10k")

model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
steps_per_epoch = len(x) // batch
optimizer = torch.optim.Adam(model.parameters())
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, epochs=epochs, steps_per_epoch=steps_per_epoch)
loss_fn = nn.CrossEntropyLoss()


def step(x, y):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss


if turns:
    print(json.dumps({"version": torch.__version__}), flush=True)
for epoch in range(1, epochs + 1):
    if turns and not sys.stdin.readline():
        break
    start = time.perf_counter()
    order = torch.randperm(len(x))
    losses = []
    for i in range(steps_per_epoch):
        rows = order[i * batch : (i + 1) * batch]
        losses.append(step(x[rows], y[rows]).item())
        schedule.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        accuracy = (model(test_x).argmax(1) == test_y).float().mean().item()
    print(json.dumps({"epoch": epoch, "loss": sum(losses) / len(losses), "accuracy": accuracy, "seconds": seconds}), flush=True)
