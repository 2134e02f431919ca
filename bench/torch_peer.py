"""PyTorch's side of the benchmarks: reads one JSON request a line, times it, answers with one line of seconds a run.

Requests: {"task": "step", "runs": 2000} one training step of Linear(2, 3), ReLU, Linear(3, 1), MSE, SGD, batch 1;
          {"task": "matmul", "n": 1024, "runs": 5} one float32 product of square matrices."""
import json
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)


def step():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    loss_fn = torch.nn.MSELoss()
    x, y = torch.rand(1, 2), torch.rand(1, 1)

    def run():
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def matmul(n):
    a, b = torch.rand(n, n), torch.rand(n, n)
    return lambda: a @ b


made = {}
for line in sys.stdin:
    request = json.loads(line)
    key = (request["task"], request.get("n"))
    if key not in made:
        made[key] = step() if request["task"] == "step" else matmul(request["n"])
        made[key]()
    run = made[key]
    start = time.perf_counter()
    for _ in range(request["runs"]):
        run()
    print(json.dumps((time.perf_counter() - start) / request["runs"]), flush=True)
