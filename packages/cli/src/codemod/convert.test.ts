import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convert } from "./convert.ts";

const head = `import * as tf from "@tensorflow/tfjs";
const x = tf.tensor2d([[1, 2]]), y = tf.ones([1, 2]), v = tf.tensor1d([1]), i = tf.tensor1d([1], "int32"), v32 = tf.tensor1d([1, 0], "int32");
const b = x.greater(1), w = tf.variable(tf.zeros([2]));
`;

/** What becomes of an expression, and what is said of it. */
function expression(text: string): [result: string, ...left: string[]] {
  const { text: result, left } = convert(`${head}use(${text});\n`, "a.js");
  const line = result.split("\n").find((l) => l.startsWith("use(")) ?? "";
  return [line.slice("use(".length, -");".length), ...left.map((remark) => remark.text)];
}

/** A program without its imports, and without the helper that starts layers. */
function program(text: string, path = "a.js"): string {
  return convert(`import * as tf from "@tensorflow/tfjs";\n${text}`, path)
    .text.replace(/^import .*\n/gm, "")
    .replace(/\n\/\*\* Starts a layer[\s\S]*?\n\}\n/, "")
    .trim();
}

/** Lines of `before → after`. */
const pairs = (text: string): [string, string][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().split("  →  ") as [string, string]);

describe("creation", () => {
  test.each(
    pairs(`
      tf.tensor([1, 2], [2, 1])  →  tensor([1, 2]).reshape([2, 1])
      tf.tensor([[1, 2]], [1, 2])  →  tensor([[1, 2]])
      tf.tensor(new Uint8Array([1, 2]))  →  tensor(new Uint8Array([1, 2]), { dtype: "int32" })
      tf.tensor(new Float64Array(2))  →  tensor(new Float64Array(2), { dtype: "float32" })
      tf.tensor(unknown)  →  tensor(unknown, { dtype: "float32" })
      tf.tensor1d([1, 2], "int32")  →  tensor([1, 2], { dtype: "int32" })
      tf.tensor3d(values, [1, 2, 3], "int32")  →  tensor(values, { dtype: "int32" }).reshape([1, 2, 3])
      tf.scalar(true)  →  tensor(true)
      tf.zeros([2], "bool")  →  zeros([2], { dtype: "bool" })
      tf.fill([2], 1, "int32")  →  full([2], 1, { dtype: "int32" })
      tf.range(3, 0)  →  arange(3, 0, -1, { dtype: "float32" })
      tf.range(0, n, 2, "int32")  →  arange(0, n, 2, { dtype: "int32" })
      tf.linspace(0, 1, 5)  →  linspace(0, 1, 5)
      tf.eye(2, 3)  →  eye(2, 3)
      tf.randomNormal([2, 3])  →  randn([2, 3])
      tf.randomNormal([2], 1, 2)  →  normal(1, 2, [2])
      tf.randomUniform([2], -1, 1)  →  zeros([2]).uniform_(-1, 1)
      tf.randomUniform([2], 0, 9, "int32")  →  randint(0, 9, [2])
      tf.truncatedNormal([2], 0, 0.1)  →  nn.init.truncNormal_(zeros([2]), 0, 0.1, -0.2, 0.2)
      tf.oneHot([0, 1], 2)  →  tensor([0, 1], { dtype: "int32" }).oneHot(2)
      tf.diag(v)  →  v.diag()
      tf.variable(tf.zeros([2]))  →  zeros([2], { requiresGrad: true })
      tf.variable(x)  →  x.detach().clone().requiresGrad_()
      tf.variable(tf.scalar(1, "int32"))  →  tensor(1, { dtype: "int32" })
      tf.variable(tf.ones([1]), false)  →  ones([1])
    `),
  )("%s", (before, after) => {
    expect(expression(before)).toEqual([after]);
  });
});

describe("operations", () => {
  test.each(
    pairs(`
      tf.add(x, y)  →  x.add(y)
      tf.add(1 + 2, x)  →  tensor(1 + 2).add(x)
      tf.sub([1, 2], x)  →  tensor([1, 2]).sub(x)
      x.add([1, 2])  →  x.add(tensor([1, 2]))
      tf.mul(a ? x : y, 2)  →  (a ? x : y).mul(2)
      i.div(i)  →  i.floorDivide(i)
      i.div(2)  →  i.div(2)
      tf.squaredDifference(x, y)  →  x.sub(y).square()
      x.greater(0)  →  x.gt(0)
      tf.lessEqual(x, y)  →  x.le(y)
      x.equal(y)  →  x.eq(y)
      tf.mod(x, 3)  →  x.remainder(3)
      tf.addN([x, y, x])  →  x.add(y).add(x)
      tf.where(b, x, y)  →  where(b, x, y)
      x.sum(1, true)  →  x.sum(1, { keepdim: true })
      i.mean()  →  i.to("float32").mean()
      b.mean(0)  →  b.to("float32").mean(0)
      x.max()  →  x.max()
      x.max(0)  →  x.amax(0)
      tf.min(x, 1, true)  →  x.amin(1, { keepdim: true })
      x.logSumExp(1, true)  →  x.logsumexp(1, { keepdim: true })
      x.argMax()  →  x.argmax(0)
      x.cumsum()  →  x.cumsum(0)
      x.transpose()  →  x.T
      x.transpose([1, 0])  →  x.permute([1, 0])
      x.matMul(y, true)  →  x.mT.matmul(y)
      tf.matMul(x, y, false, true)  →  x.matmul(y.mT)
      x.dot(v)  →  x.matmul(v)
      x.as2D(2, 3)  →  x.reshape([2, 3])
      tf.expandDims(x, 1)  →  x.unsqueeze(1)
      x.toInt()  →  x.to("int32")
      tf.cast(x, "bool")  →  x.to("bool")
      x.clipByValue(0, 1)  →  x.clamp(0, 1)
      x.softmax()  →  x.softmax(-1)
      x.leakyRelu()  →  x.leakyRelu(0.2)
      x.reverse()  →  x.flip([0, 1])
      x.pad([[0, 1], [2, 3]])  →  x.pad([2, 3, 0, 1])
      x.slice([1, 2], [3, -1])  →  x.narrow(0, 1, 3).at(":", "2:")
      x.slice([0, k], [-1, 2])  →  x.narrow(1, k, 2)
      x.gather([1, 0])  →  x.indexSelect(0, tensor([1, 0], { dtype: "int32" }))
      x.gather(v32, 1)  →  x.indexSelect(1, v32)
      x.concat(y, 1)  →  cat([x, y], 1)
      tf.stack([x, y], 1)  →  stack([x, y], 1)
      tf.split(x, 2)  →  x.chunk(2)
      x.split([1, 2], 1)  →  x.split([1, 2], 1)
      x.unstack()  →  x.unbind()
      tf.moments(x, 0)  →  { mean: x.mean(0), variance: x.var(0, { correction: 0 }) }
    `),
  )("%s", (before, after) => {
    expect(expression(before)).toEqual([after]);
  });

  test("keep the lines of a chain, and what stands between", () => {
    expect(
      program(
        "const a = tf.ones([2])\n  .toInt() // whole\n  .expandDims(0);\nuse((a as any).argMax(0));",
        "a.ts",
      ),
    ).toBe('const a = ones([2])\n  .to("int32") // whole\n  .unsqueeze(0);\nuse((a as any).argmax(0));');
  });

  test.each(
    pairs(`
      words.slice(1).concat(["b"]).reverse()  →  words.slice(1).concat(["b"]).reverse()
      new Set([1]).add(2)  →  new Set([1]).add(2)
      Math.max(1, 2)  →  Math.max(1, 2)
      "ab".split("")  →  "ab".split("")
    `),
  )("of others than tensors stay: %s", (before, after) => {
    expect(expression(before)).toEqual([after]);
  });
});

describe("losses, and reading", () => {
  test.each(
    pairs(`
      tf.losses.meanSquaredError(y, x)  →  nn.functional.mseLoss(x, y)
      tf.losses.absoluteDifference(y, x)  →  nn.functional.l1Loss(x, y)
      tf.losses.softmaxCrossEntropy(y, x)  →  nn.functional.crossEntropy(x, y)
      tf.losses.softmaxCrossEntropy(labels, x)  →  nn.functional.crossEntropy(x, labels.to("float32"))
      tf.losses.sigmoidCrossEntropy(y, x)  →  nn.functional.binaryCrossEntropyWithLogits(x, y)
      tf.losses.huberLoss(y, x, undefined, 2)  →  nn.functional.huberLoss(x, y, { delta: 2 })
      x.dataSync()  →  x.data
      x.sum().dataSync()[0]  →  x.sum().item()
      x.dataSync()[0]  →  x.data[0]
      w.dataSync()  →  w.data.slice()
      w.reshape([2]).dataSync()  →  w.reshape([2]).data.slice()
      [w.reshape([2])]  →  [w.reshape([2]).clone()]
      w.add(1).dataSync()  →  w.add(1).data
      x.arraySync()  →  x.toArray()
      b.arraySync()  →  b.to("int32").toArray()
      x.rank + x.size  →  x.ndim + x.numel
      x.print()  →  console.log(x.toString())
      w.assign(x)  →  noGrad(() => w.copy_(x))
    `),
  )("%s", (before, after) => {
    expect(expression(before)).toEqual([after]);
  });

  test("promises are read, or not needed", () => {
    expect(program("const x = tf.ones([2]);\nuse(await x.data(), await x.array());")).toBe(
      "const x = ones([2]);\nuse(await x.read(), x.toArray());",
    );
  });
});

test.each([
  ['tf.tensor(["a"])', "There are no tensors of texts."],
  ['tf.randomNormal([2], 0, 1, "float32", 7)', "A seed gives other numbers here"],
  ["tf.diag(x)", "of a matrix it takes the diagonal here"],
  ["tf.oneHot(labels, 3, 5, 0)", "oneHot gives 1 and 0"],
  ["x.sum(null, true)", "name all dimensions"],
  ["x.prod([0, 1])", "prod takes one dimension"],
  ["x.logSumExp()", "logsumexp needs its dimensions"],
  ['x.norm("fro")', "see norm(p, dim"],
  ["x.cumsum(0, true)", "exclusive and reverse sums"],
  ["x.matMul(y, t)", "transposeA has to be known"],
  ["x.gather(idx)", "indices of one dimension"],
  ["x.split(n)", "chunk(count, dim)"],
  ["tf.losses.softmaxCrossEntropy(y, x, null, 0.1)", "with weights, a reduction or smoothing"],
  ["tf.losses.softmaxCrossEntropy(v, v)", "classes in dimension 1"],
  ["tf.losses.logLoss(y, x)", "has to be written out"],
  ["x.bufferSync()", "x.setAt_"],
  ["tf.browser.fromPixels(c)", "take the pixels' bytes"],
  ['tf.conv2d(x, y, 1, "same")', "no convolutions"],
  ["tf.memory()", "garbage-collected"],
  ["tf.loadLayersModel(url)", "fromTfjs of chainrule/io"],
  ["tf.fft(x)", "was not converted"],
])("%s stays, and it is said why", (before, why) => {
  const [after, ...left] = expression(before);
  expect(after).toBe(before);
  expect(left.join("\n")).toContain(why);
});

test.each([
  ["sum(1, true)", "sum(dim, { keepdim: true })"],
  ["max(1)", "amax"],
  ["equal(2)", "eq here"],
  ["split(2)", "chunk"],
  ["print()", "console.log"],
])("what may be a tensor is said: a.%s", (call, why) => {
  const { text, left } = convert(
    `import * as tf from "@tensorflow/tfjs";\nexport const f = (a) => [a.${call}, tf.ones([1])];\n`,
    "a.js",
  );
  expect(text).toContain(`(a) => [a.${call}, ones([1])]`);
  expect(left.map((remark) => remark.text).join("\n")).toContain(why);
});

describe("memory", () => {
  test.each([
    ["const f = () => tf.tidy(() => tf.ones([1]));", "const f = () => ones([1]);"],
    [
      "const f = (a) => tf.tidy(() => {\n  const b = a;\n  return b;\n});",
      "const f = (a) => {\n  const b = a;\n  return b;\n};",
    ],
    // The same name inside and outside.
    [
      "const f = (a) => tf.tidy(() => {\n  const a = 1;\n  return a;\n});",
      "const f = (a) => (() => {\n  const a = 1;\n  return a;\n})();",
    ],
    [
      "const b = 1;\nconst c = tf.tidy(() => {\n  const b = 2;\n  return b;\n});",
      "const b = 1;\nconst c = (() => {\n  const b = 2;\n  return b;\n})();",
    ],
    ["const c = tf.tidy(() => {\n  const b = 2;\n  return b;\n});", "const b = 2;\nconst c = b;"],
    [
      "function f(a) {\n  return tf.tidy('f', () => {\n    if (a) return 1;\n    return 2;\n  });\n}",
      "function f(a) {\n  if (a) return 1;\n  return 2;\n}",
    ],
    ["tf.tidy(() => {\n  use(1);\n  // two\n  use(2);\n});", "use(1);\n// two\nuse(2);"],
    [
      "const b = 1;\ntf.tidy(() => {\n  const b = 2;\n  use(b);\n});",
      "const b = 1;\n{\n  const b = 2;\n  use(b);\n}",
    ],
    ["if (a) tf.tidy(() => {\n  b();\n  c();\n});", "if (a) {\n  b();\n  c();\n}"],
    [
      "function f() {\n  if (a) return tf.tidy(() => {\n    b();\n    return c;\n  });\n}",
      "function f() {\n  if (a) {\n    b();\n    return c;\n  }\n}",
    ],
    [
      "const y = tf.tidy(() => ({ a: 1 }));\nf(tf.tidy(() => a + b).c);",
      "const y = { a: 1 };\nf((a + b).c);",
    ],
    [
      "const t = tf.ones([1]);\nuse(tf.keep(t));\nt.dispose();\ntf.dispose([t]);\nawait tf.ready();\ntf.setBackend('cpu');",
      "const t = ones([1]);\nuse(t);",
    ],
    [
      "const t = [tf.ones([1])];\nt.forEach((a) => a.dispose());\nif (t[0]) { t[0].dispose(); }\nfor (const a of t) a.dispose();",
      "const t = [ones([1])];",
    ],
    [
      "const t = tf.ones([1]);\n\nt.dispose(); // gone\n\nuse(t);",
      "const t = ones([1]);\n\n// gone\n\nuse(t);",
    ],
    ["console.log(tf.memory().numTensors);\nuse(1);", "use(1);"],
  ])("%s", (before, after) => {
    expect(program(before)).toBe(after);
  });
});

describe("gradients", () => {
  test("of functions", () => {
    expect(program("const f = (x) => x.square();\nconst g = tf.grad(f);\ng(tf.scalar(1)).print();")).toBe(
      "const f = (x) => x.square();\nconst g = (x) => vjp((x) => f(x).sum(), x)[1];\nconsole.log(g(tensor(1)).toString());",
    );
    expect(
      convert(
        'import { grad, scalar } from "@tensorflow/tfjs";\ngrad((x) => x.square())(scalar(1), scalar(2));\n',
        "a.js",
      ).left[0].text,
    ).toContain("vjp(f, x, v)");
  });

  test("minimize becomes three statements", () => {
    expect(
      program(
        "const w = tf.variable(tf.scalar(1));\nconst o = tf.train.sgd(0.1);\nfor (;;) o.minimize(() => w.square());",
      ),
    ).toBe(
      "const w = tensor(1, { requiresGrad: true });\nconst o = new optim.SGD([w], { lr: 0.1 });\nfor (;;) {\n  o.zeroGrad();\n  w.square().backward();\n  o.step();\n}",
    );
    expect(
      program(
        "const w = tf.variable(tf.scalar(1));\nconst o = tf.train.adam();\no.minimize(() => {\n  const l = w.square();\n  return l;\n}, false, [w]);",
      ),
    ).toBe(
      "const w = tensor(1, { requiresGrad: true });\nconst o = new optim.Adam([w], { lr: 0.001, eps: 1e-7 });\n{\n  const l = w.square();\n  o.zeroGrad();\n  l.backward();\n  o.step();\n}",
    );
    expect(
      program(
        "const w = tf.variable(tf.scalar(1));\nconst o = tf.train.sgd(0.1);\nfunction step() {\n  return o.minimize(() => w.square(), true);\n}",
      ),
    ).toContain("const loss = w.square();\n  o.zeroGrad();\n  loss.backward();\n  o.step();\n  return loss;");
  });

  test("of lists, and of fields that are set before", () => {
    expect(
      program(
        "class A {\n  constructor() {\n    this.w = tf.variable(tf.scalar(1));\n    this.o = tf.train.sgd(1);\n  }\n  step() {\n    this.o.minimize(() => this.w);\n  }\n}",
      ),
    ).toContain("this.o = new optim.SGD([this.w], { lr: 1 });");
    expect(
      program(
        "const ws = [tf.variable(tf.scalar(1))];\nconst o = tf.train.sgd(1);\no.minimize(() => ws[0]);",
      ),
    ).toContain("new optim.SGD([...ws], { lr: 1 })");
  });

  test.each([
    [
      "const o = tf.train.sgd(0.1);\nconst w = tf.variable(tf.scalar(1));\no.minimize(() => w.square());",
      "Move this below w",
    ],
    [
      "const ws = [1].map((k) => tf.variable(tf.scalar(k)));\nconst o = tf.train.sgd(0.1);\no.minimize(() => ws[0].square());",
      "not all of them have a name",
    ],
    ["export const o = tf.train.sgd(0.1);", "made of the parameters that it moves"],
    [
      "const w = tf.variable(tf.scalar(1));\nconst o = tf.train.rmsprop(0.1);\no.minimize(() => w.square());",
      "under the root in TensorFlow.js",
    ],
  ])("what an optimizer needs is said: %s", (text, why) => {
    expect(
      convert(`import * as tf from "@tensorflow/tfjs";\n${text}\n`, "a.js")
        .left.map((l) => l.text)
        .join("\n"),
    ).toContain(why);
  });
});

const dense = "tf.layers.dense({ units: 3, inputShape: [4]";

describe("models", () => {
  test.each([
    ["dense({ units: 2, useBias: false })", "startLayer(new nn.Linear(4, 2, { bias: false }))"],
    [
      'dense({ units: n, activation: "relu", kernelInitializer: "heNormal" })',
      "startLayer(new nn.Linear(4, n), Math.sqrt(2 / 4)), new nn.ReLU()",
    ],
    [
      'dense({ units: 1, kernelInitializer: "zeros", biasInitializer: tf.initializers.constant({ value: 2 }) })',
      "startLayer(new nn.Linear(4, 1), nn.init.zeros_, (values) => nn.init.constant_(values, 2))",
    ],
    ["dropout({ rate: 0.3 })", "new nn.Dropout(0.3)"],
    ["batchNormalization({ momentum: 0.9 })", "new nn.BatchNorm1d(4, { momentum: 0.1, eps: 1e-3 })"],
    ["layerNormalization()", "new nn.LayerNorm(4, { eps: 1e-3 })"],
    ["leakyReLU()", "new nn.LeakyReLU(0.3)"],
    ["reLU({ maxValue: 6 })", "new nn.ReLU6()"],
    ["thresholdedReLU({ theta: 0.5 })", "new nn.Threshold(0.5, 0)"],
    ['activation({ activation: "swish" })', "new nn.SiLU()"],
    ["softmax()", "new nn.Softmax(-1)"],
  ])("%s", (layer, ours) => {
    const text = program(
      `use(tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2] }), tf.layers.${layer}] }));`,
    );
    expect(text.replace(/\s+/g, " ").replaceAll("( ", "(").replaceAll(", )", ")")).toContain(
      `new nn.Sequential(new nn.Flatten(), ${ours})`,
    );
  });

  test.each([
    ["tf.layers.conv2d({ filters: 1, inputShape: [4] })", "conv2d has no counterpart"],
    ["tf.layers.dense({ units: 1 })", "has to be said: inputShape"],
    [`${dense}, activation: "hardSigmoid" })`, "no counterpart of the same numbers"],
    [`${dense}, kernelRegularizer: "l2" })`, "kernelRegularizer of tf.layers.dense"],
    [`${dense}, trainable: false })`, "trainable of tf.layers.dense"],
    [`${dense}, kernelInitializer: "orthogonal" })`, "see nn.init"],
  ])("is left whole with %s", (layer, why) => {
    const source = `import * as tf from "@tensorflow/tfjs";\nconst m = tf.sequential({ layers: [${layer}] });\nm.predict(1);\n`;
    const { text, left } = convert(source, "a.js");
    expect(text.replace(/^\/\/ chainrule.*\n/gm, "")).toBe(source);
    expect(left.map((l) => l.text).join("\n")).toContain(why);
  });

  const training = (loss: string, last: string, more = ""): string =>
    `const m = tf.sequential();
m.add(${dense}, activation: "${last}" }));
m.compile({ optimizer: "sgd", loss: "${loss}" });
async function main(x, y) {
  await m.fit(x, y, { epochs: 2${more} });
  return m.predict(x);
}`;

  test.each([
    ["meanSquaredError", "linear", "loss: new nn.MSELoss()"],
    ["binaryCrossentropy", "sigmoid", 'nn.functional.binaryCrossEntropy(output, target.to("float32"))'],
    ["categoricalCrossentropy", "softmax", 'nn.functional.crossEntropy(output, target.to("float32"))'],
    [
      "sparseCategoricalCrossentropy",
      "softmax",
      'nn.functional.crossEntropy(output, target.flatten().to("int32"))',
    ],
  ])("are trained by fit, %s after %s", (loss, last, ours) => {
    const text = program(training(loss, last));
    expect(text).toContain(ours);
    expect(text).toContain("const optimizer = new optim.SGD(m.parameters(), { lr: 0.01 });");
    expect(text).toContain("new DataLoader(new TensorDataset(x, y), { batchSize: 32, shuffle: true })");
    // The softmax is in the loss: predictions have it, the network has not.
    expect(text.includes("new nn.Softmax")).toBe(false);
    expect(text.includes("noGrad(() => m(x).softmax(-1))")).toBe(last === "softmax");
  });

  test("predict in evaluation mode where layers differ in it, and with gradients where the program asks for some", () => {
    const dropping = program(
      `const m = tf.sequential({ layers: [${dense} }), tf.layers.dropout({ rate: 0.5 })] });\nm.predict(x);`,
    );
    expect(dropping).toContain("const y = model.eval()(x);\n  model.train(training);");
    expect(dropping).toContain("noGrad(() => predict(m, x));");
    const own = program(
      `const m = tf.sequential({ layers: [${dense} })] });\nconst o = tf.train.sgd(0.1);\no.minimize(() => m.predict(x).mean());`,
    );
    expect(own).toContain("new optim.SGD(m.parameters(), { lr: 0.1 })");
    expect(own).toContain("m(x).mean().backward();");
  });

  test("that may be one of several, or come from elsewhere, are left where they are used", () => {
    const several = `const a = tf.sequential({ layers: [${dense} })] }), b = tf.sequential({ layers: [${dense} })] });
function run(m) {
  m.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return m.fit(x, y);
}
run(a); run(b);`;
    expect(program(several)).toContain("or may be one of several.\n  return m.fit(x, y);");
    expect(program("tf.ones([1]);\nexport const f = (m) => m.predict(x);")).toContain(
      "// chainrule: If this is a model: predict",
    );
  });

  test("are left where a statement can not become several", () => {
    expect(program(training("mse", "linear").replace("m.compile", "if (a) m.compile"))).toContain(
      "if (a) m.compile(",
    );
    const step =
      "const w = tf.variable(tf.scalar(1));\nconst o = tf.train.sgd(0.1);\nconst f = (a) => {\n  if (a) return o.minimize(() => w, true);\n};";
    expect(program(step)).toContain("if (a) return o.minimize(() => w, true);");
  });

  test("keep their softmax where other files may see it", () => {
    const text = program(`${training("categoricalCrossentropy", "softmax")}\nexport { m };`);
    expect(text).toContain("new nn.Softmax(-1)");
    expect(text).toContain(
      'output.clamp(1e-7, 1 - 1e-7).log().mul(target.to("float32")).sum(-1).mean().neg()',
    );
    expect(text).not.toContain(".softmax(-1)");
  });

  test.each([
    [training("binaryCrossentropy", "softmax"), "BCEWithLogitsLoss takes logits"],
    [training("categoricalCrossentropy", "linear"), "CrossEntropyLoss takes logits"],
    [training("hinge", "linear"), 'The loss "hinge" was not converted'],
    [training("mse", "linear", ", sampleWeight: s"), "model.fit with sampleWeight"],
    [training("mse", "linear", ", callbacks: [{ onYield: f }]"), "onYield was not converted"],
  ])("say what fit can not do", (text, why) => {
    const { text: result, left } = convert(`import * as tf from "@tensorflow/tfjs";\n${text}\n`, "a.js");
    expect(left.map((l) => l.text).join("\n")).toContain(why);
    expect(result).toContain("m.fit(");
  });

  test("validationSplit takes the last rows, and callbacks count epochs from 0", () => {
    const text = program(training("mse", "linear", ", validationSplit: 0.25, callbacks: { onEpochEnd: f }"));
    expect(text).toContain("const trained = Math.floor(x.shape[0] * (1 - 0.25));");
    expect(text).toContain(
      "new TensorDataset(x.narrow(0, trained, x.shape[0] - trained), y.narrow(0, trained, y.shape[0] - trained))",
    );
    expect(text).toContain(
      "onEpochEnd: (report) => f(report.epoch - 1, { loss: report.loss, val_loss: report.validationLoss })",
    );
    const stopping = program(
      training("mse", "linear", ", callbacks: tf.callbacks.earlyStopping({ monitor: 'loss', patience: 3 })"),
    );
    expect(stopping).toContain('earlyStopping: { patience: 3, monitor: "loss", restoreBest: false }');
  });
});

describe("imports", () => {
  test("give way to those of chainrule, and stay for what is left", () => {
    const { text } = convert(
      'import { fft, scalar, stack } from "@tensorflow/tfjs-core";\nimport "@tensorflow/tfjs-backend-wasm";\nfft(stack([scalar(1)]));\n',
      "a.js",
    );
    expect(text).toBe(
      'import { fft } from "@tensorflow/tfjs-core";\nimport { stack, tensor } from "chainrule";\n// chainrule: tf.fft was not converted: the tables of from-tensorflow-js.md name what there is.\nfft(stack([tensor(1)]));\n',
    );
  });

  test("have other names where the program has them itself", () => {
    expect(
      convert('import * as tf from "@tensorflow/tfjs";\nconst tensor = tf.scalar(1);\n', "a.js").text,
    ).toBe('import { tensor as chainruleTensor } from "chainrule";\nconst tensor = chainruleTensor(1);\n');
    // A name that stays with TensorFlow.js.
    expect(
      convert('import { scalar, tensor } from "@tensorflow/tfjs";\nuse(tensor(["a"]), scalar(1));\n', "a.js")
        .text,
    ).toContain(
      'import { tensor } from "@tensorflow/tfjs";\nimport { tensor as chainruleTensor } from "chainrule";',
    );
  });

  test("by require, and inside of a function", () => {
    expect(
      convert('"use strict";\nconst tf = require("@tensorflow/tfjs");\ntf.scalar(1);\n', "a.cjs").text,
    ).toBe('"use strict";\nconst { tensor } = require("chainrule");\ntensor(1);\n');
    expect(
      convert(
        'async function f() {\n  const tf = await import("@tensorflow/tfjs");\n  return tf.scalar(1);\n}\n',
        "a.js",
      ).text,
    ).toContain(
      'import { tensor } from "chainrule";\nasync function f() {\n  // chainrule: Take TensorFlow.js away',
    );
  });

  test("types are imported as types", () => {
    expect(
      convert(
        "import * as tf from '@tensorflow/tfjs';\nexport type F = (x: tf.Tensor2D, m: tf.Sequential, s: tf.Tensor<tf.Rank.R1>[]) => tf.Scalar;\n",
        "a.ts",
      ).text,
    ).toBe(
      'import { nn, type Tensor } from "chainrule";\nexport type F = (x: Tensor, m: nn.Sequential, s: Tensor[]) => Tensor;\n',
    );
  });
});

describe("files", () => {
  test("without TensorFlow.js stay as they are", () => {
    const text = "const tf = { add: 1 };\nx.dispose(); x.argMax(); tf.add(1);\n";
    expect(convert(text, "a.js")).toEqual({ text, changed: [], left: [] });
  });

  test("keep the ends of their lines", () => {
    expect(convert('import * as tf from "@tensorflow/tfjs";\r\ntf.scalar(1);\r\n', "a.js").text).toBe(
      'import { tensor } from "chainrule";\r\ntensor(1);\r\n',
    );
  });

  test("that can not be parsed are refused", () => {
    expect(() => convert('import * as tf from "@tensorflow/tfjs";\nconst = 1;\n', "a.js")).toThrow(
      SyntaxError,
    );
  });
});

/** Code that has nothing to do with TensorFlow.js. */
const others = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: code as a text
  "const t0 = `a ${1 + 1}\n   b`  ;", "/* one */ const r = /\\/\\*tf/g ;", "let  u ,  q = [ 1,2 , ];", "if (a) { b() } else c( )",
  "for (const k of [1, 2]) { continue }", "class A { #p = 1; static m() { return this } }", "label: while (false) break label",
  "const o = { a, 'b': 2, [c]: 3, d() {}, get e() { return 1 } };", "// a comment\n\n\nfoo?.bar?.[0]()", "const f = async function* ( ) { yield* g() };",
  "switch (x) { case 1: default: }", "a = b\n  ? c\n  : d", "try { } catch { } finally { }", "words.slice(1).map((w) => w.max(2))",
]; // biome-ignore format: a list
/** Code that is converted. */
const ours = [
  "const z1 = tf.tensor1d([1]).toInt();", "use(tf.tidy(() => tf.add(1, 2)));", "tf.dispose(q);", "tf.browser.toPixels(z);",
  "const z2 = tf.variable(tf.ones([1])), z3 = z2.max(0);", "use(tf.moments(q));", "z.dispose();", "tf.tidy(() => { const k2 = tf.ones([1]); use(k2.dataSync()); });",
]; // biome-ignore format: a list

test("for any program: what is not TensorFlow.js stays to the byte, and a second time changes nothing", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...others, ...ours), { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      (parts, inside) => {
        const body = parts.join("\n");
        const text = `import * as tf from "@tensorflow/tfjs";\n${inside ? `async function main() {\n${body}\n}` : body}\n`;
        const once = convert(text, "a.js").text;
        for (const part of parts.filter((p) => others.includes(p))) expect(once).toContain(part);
        const twice = convert(once, "a.js").text;
        expect(twice).toBe(once);
      },
    ),
    { numRuns: 150 },
  );
});
