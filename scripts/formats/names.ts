/** The names that the pages for users of PyTorch and TensorFlow.js give are there: in Debian's packages, and in TensorFlow.js. */
import { spawnSync } from "node:child_process";
import { tensorflow } from "../../tests/golden/make/tfjs.mjs";
import { counterparts, publicNames } from "../cheat-sheets/names.ts";
import { pytorch } from "../cheat-sheets/pytorch.ts";
import { tensorflowJs } from "../cheat-sheets/tensorflow-js.ts";
import type { Outcome } from "../check-formats.ts";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";

/** Younger than Debian's PyTorch 1.13 and scikit-learn 1.2, in fields that only objects have, or in packages that it has not. */
const NOT_IN_DEBIAN =
  /^(torch\.(compile$|func\.|library\.custom_op$)|nn\.RMSNorm$|F\.rms_norm$|Module\.training$|optim\.lr_scheduler\.LRScheduler$)|^sklearn\.(metrics\.root_mean_squared_error|model_selection\.TunedThresholdClassifierCV)$|^(torchinfo|torchmetrics|torchvision|lightning|pytorch_tabular|onnx2torch|safetensors)\.|SummaryWriter|^(RuntimeError|ValueError)$/;

const program = `
import copy, json, sys
import numpy, scipy.stats, sklearn.calibration, sklearn.inspection, sklearn.metrics, sklearn.model_selection
import torch, torch.nn as nn, torch.nn.functional as F, torch.optim as optim, torch.optim.swa_utils, torch.utils as utils, torch.utils.data
from torch import Tensor
from torch.nn import Module
import scipy, sklearn
def there(path):
    first, *rest = path.split(".")
    found = globals().get(first)
    for name in rest:
        found = getattr(found, name, None)
    return found is not None
print(json.dumps([path for path in json.load(sys.stdin) if not there(path)]))
`;

export async function check(): Promise<Outcome> {
  const names = await publicNames();
  const failures: string[] = [];
  const torch = counterparts(names, pytorch).filter(([, theirs]) => !NOT_IN_DEBIAN.test(theirs));
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", program], {
    input: JSON.stringify(torch.map(([, theirs]) => theirs)),
    encoding: "utf8",
  });
  if (status !== 0) failures.push(`${PYTHON} lacks PyTorch, scikit-learn or SciPy: ${stderr}`);
  else {
    const absent = new Set<string>(JSON.parse(stdout));
    failures.push(...torch.filter(([, theirs]) => absent.has(theirs)).map((pair) => pair.join(" is not ")));
  }
  const tf = counterparts(names, tensorflowJs).filter(([, theirs]) => !theirs.startsWith("wasm."));
  try {
    failures.push(...(await absentIn(await tensorflow(), tf)).map((pair) => pair.join(" is not ")));
  } catch (error) {
    failures.push(`TensorFlow.js is missing (npm ci --prefix bench/peers): ${error}`);
  }
  console.log(`${torch.length} names of PyTorch and its kin, ${tf.length} of TensorFlow.js`);
  return { passed: torch.length + tf.length - failures.length, failures };
}

/** The names that TensorFlow.js and its objects lack. A name after a space is that of an activation. */
async function absentIn(
  tf: Awaited<ReturnType<typeof tensorflow>>,
  names: readonly [ours: string, theirs: string][],
): Promise<[string, string][]> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  const roots: Record<string, unknown> = {
    tf,
    model,
    layer: model.layers[0],
    tensor: tf.tensor([1]),
    variable: tf.variable(tf.tensor([1])),
    dataset: tf.data.array([1]),
    optimizer: tf.train.sgd(0.1),
  };
  return names.filter(([, theirs]) => {
    const [path, activation] = theirs.split(" ");
    let found: unknown = roots;
    for (const name of path.split(".")) found = (found as Record<string, unknown> | undefined)?.[name];
    try {
      if (activation) tf.layers.activation({ activation });
    } catch {
      return true;
    }
    return found === undefined;
  });
}
