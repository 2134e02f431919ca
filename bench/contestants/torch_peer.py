"""PyTorch's contestant: `python3 torch_peer.py THREADS`. Reads one JSON request a line, answers with one line of seconds a run."""
import json
import sys
import time

import torch
from torch import nn

ACTIVATIONS = {"ReLU": nn.ReLU, "tanh": nn.Tanh, "GELU": nn.GELU}

torch.set_num_threads(int(sys.argv[1]))


def say(message):
    print(json.dumps(message), flush=True)


def network(workload):
    widths = workload["widths"]
    layers = []
    for i, width in enumerate(widths[1:]):
        layers.append(nn.Linear(widths[i], width))
        if i + 2 < len(widths):
            layers.append(ACTIVATIONS[workload["activation"]]())
    return nn.Sequential(*layers)


def training(workload):
    widths, batch = workload["widths"], workload["batch"]
    model = network(workload)
    optimizer = getattr(torch.optim, workload["optimizer"])(model.parameters(), lr=workload["lr"])
    loss_fn = nn.MSELoss() if workload["loss"] == "MSE" else nn.CrossEntropyLoss()

    def batch_of_data():
        x = torch.randn(batch, widths[0])
        if workload["loss"] == "MSE":
            return x, torch.randn(batch, widths[-1])
        return x, torch.randint(0, widths[-1], (batch,))

    if workload["data"] == "xor":
        pool = [(torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([[0.0], [1], [1], [0]]))]
    else:
        pool = [batch_of_data() for _ in range(workload["batches"])]
    turn = 0

    def run():
        nonlocal turn
        x, y = pool[turn]
        turn = (turn + 1) % len(pool)
        loss = loss_fn(model(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def inference(workload):
    model = network(workload).eval()
    pool = [torch.randn(workload["batch"], workload["widths"][0]) for _ in range(workload["batches"])]
    turn = 0

    def run():
        nonlocal turn
        x = pool[turn]
        turn = (turn + 1) % len(pool)
        with torch.no_grad():
            model(x)

    return run


def product(workload):
    a, b, out = (torch.rand(workload["n"], workload["n"]) for _ in range(3))

    def run():
        torch.mm(a, b, out=out)

    return run


MAKERS = {"training": training, "inference": inference, "product": product}


def blas():
    """The BLAS library that this process has loaded: Debian's PyTorch takes whichever is installed, and they differ by 20 times."""
    torch.ones(2, 2) @ torch.ones(2, 2)
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read()
    except OSError:
        return "its own BLAS"
    names = {"libopenblas": "OpenBLAS", "libmkl": "MKL", "libblis": "BLIS"}
    found = next((name for file, name in names.items() if file in loaded), None)
    return found or ("MKL" if torch.backends.mkl.is_available() else "the slow reference BLAS")


say({"version": torch.__version__, "threads": torch.get_num_threads(), "blas": blas()})
made, run = None, None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["workload"] != made:
            torch.manual_seed(0)
            run = MAKERS[request["workload"]["task"]](request["workload"])
            made = request["workload"]
        start = time.perf_counter()
        for _ in range(request["runs"]):
            loss = run()
        seconds = (time.perf_counter() - start) / request["runs"]
        say({"seconds": seconds} if loss is None else {"seconds": seconds, "loss": loss})
    except Exception as error:  # whatever it is, the benchmark goes on without this row
        say({"error": str(error)})
