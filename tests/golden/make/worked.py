"""worked_examples.json: the numbers of well-known worked examples of backpropagation, with where they come from.

Nothing here is computed by PyTorch: the numbers are those of the sources (example 1 to sixteen digits by hand in float64), so that
they check the rest. float64, to a relative 1e-12 for one pass and 1e-9 after a long run.
"""

MAZUR = {
    "name": "Mazur's two-layer example", "source": "Matt Mazur, A Step by Step Backpropagation Example, 2015-03-17; code in mattm/simple-neural-network",
    "about": "logistic units, E = ½Σ(t−o)², learning rate 0.5; the biases are one number per layer and stay as they are. Rows of the matrices are destination units. All weights are updated at once: the post's own 0.291027924 follows from hidden deltas that use output weights already updated.",
    "x": [0.05, 0.10], "target": [0.01, 0.99], "lr": 0.5, "W1": [[0.15, 0.20], [0.25, 0.30]], "b1": 0.35, "W2": [[0.40, 0.45], [0.50, 0.55]], "b2": 0.60,
    "z1": [0.3775, 0.3925], "y1": [0.5932699921071872, 0.596884378259767], "z2": [1.10590596705977, 1.2249214040964653], "y2": [0.7513650695523157, 0.7729284653214625],
    "E": 0.2983711087600027, "EByOutput": [0.274811083176155, 0.023560025583847746],
    "dy2": [0.7413650695523157, -0.21707153467853746], "dz2": [0.13849856162855695, -0.038098236516556236],
    "dW2": [[0.08216704056423077, 0.08266762784753325], [-0.02260254047747507, -0.022740242215978222]], "dy1": [0.03635030639314466, 0.0413703226487447],
    "dz1": [0.00877135468948693, 0.009954254705217196], "dW1": [[0.0004385677344743465, 0.000877135468948693], [0.0004977127352608599, 0.0009954254705217198]],
    "dx": [0.0038042668797273384, 0.004740547349462545],
    "W1AfterOne": [[0.1497807161327628, 0.19956143226552567], [0.24975114363236958, 0.29950228726473915]], "W2AfterOne": [[0.35891647971788465, 0.4086661860762334], [0.5113012702387375, 0.5613701211079891]],
    "EAfterOne": 0.29102777369359933, "EAfter10000": 3.510187782978859e-5, "y2After10000": [0.01591362044355068, 0.9840642735146238],
    "EAfterOneWithUpdatedOutputWeights": 0.29102792390544197,
    "trainedBias": {"about": "one update with a bias per unit, trained too", "b1AfterOne": [0.3456143226552565, 0.3450228726473914], "b2AfterOne": [0.5307507191857215, 0.6190491182582781], "EAfterOne": 0.28047144679143016},
}
CIRCUITS = [
    {"name": "(x+y)z", "inputs": [-2, 5, -4], "value": -12, "grads": [-4, -4, 3]},
    {"name": "logistic unit σ(w0·x0 + w1·x1 + w2)", "about": "inputs are w0, w1, w2, x0, x1", "inputs": [2, -3, -3, -1, -2], "value": 0.7310585786300049,
     "grads": [-0.19661193324148185, -0.3932238664829637, 0.19661193324148185, 0.3932238664829637, -0.5898357997244456]},
    {"name": "2(xy + max(z, w))", "inputs": [3, -4, 2, -1], "value": -20, "grads": [-8, 6, 2, 0]},
    {"name": "(x+σ(y)) / (σ(x)+(x+y)²)", "inputs": [3, -4], "value": 1.5456448841066441, "grads": [2.0595697955721652, 1.5922327514838093]},
    {"name": "softmax cross-entropy", "about": "inputs are logits whose softmax is (0.2, 0.3, 0.5); the label is the second class", "probabilities": [0.2, 0.3, 0.5], "label": 1, "grads": [0.2, -0.7, 0.5]},
]
for c in CIRCUITS:
    c["source"] = "Stanford CS231n, notes on backpropagation"
MICROGRAD = [
    {"name": "the README's expression", "source": "karpathy/micrograd README", "a": -4, "b": 2, "g": [2421, 98], "dgda": [47620, 343], "dgdb": [221433, 343], "about": "fractions, numerator and denominator: 24.7041, 138.8338, 645.5773"},
    {"name": "the sanity test", "source": "karpathy/micrograd test_engine.py", "x": -4, "y": -20, "dx": 46},
]
CMU = {
    "source": "CMU 11-785, homework 1 part 1",
    "linear": {"A": [[-4, -3], [-2, -1], [0, 1], [2, 3]], "W": [[-2, -1], [0, 1], [2, 3]], "b": [-1, 0, 1], "Z": [[10, -3, -16], [4, -1, -6], [-2, 1, 4], [-8, 3, 14]],
               "dZ": [[-4, -3, -2], [-1, 0, 1], [2, 3, 4], [5, 6, 7]], "dA": [[4, -5], [4, 4], [4, 13], [4, 22]], "dW": [[28, 30], [24, 30], [20, 30]], "db": [2, 6, 10]},
    "softmax": {"z": [-2, -0.5, 0, 0.5, 2], "dA": [1, 1, 3, 1, -1], "dz": [0.014882262202388448, 0.0666976718543496, 0.29550076620741, 0.18130306940220284, -0.5583837696663508]},
    "losses": {"A": [[-4, -3], [-2, -1], [0, 1], [2, 3]], "Y": [[0, 1], [1, 0], [1, 0], [0, 1]], "meanCrossEntropy": 0.8132616875182228, "meanSquaredError": 6.5},
    "momentum": {"lr": 0.9, "momentum": 0.9, "gradient": 0.1, "weight": 1, "after": [0.91, 0.739]},
}
CUBIC = {
    "name": "sin x by a cubic", "source": "PyTorch's tutorial, Learning PyTorch with Examples", "about": "y = a + bx + cx² + dx³ on 2000 points of [−π, π], summed squares",
    "points": 2000, "lr": 1e-6, "optimum": {"a": 0, "b": 0.85674084307, "c": 0, "d": -0.09333038904, "loss": 8.81716541},
    "fromZero": {"loss": 999.5, "grads": {"b": -3997.996708485567, "d": -15470.645909619681}, "losses": [[99, 517.6944485578409], [999, 21.11723377587028], [1999, 9.01375840456207]]},
    "largestStableRate": 3.5579e-6, "convergesAt": 3.5e-6, "divergesAt": 4e-6, "nonFiniteFromStep": 1587,
}
GRADIENT_CHECK = {"source": "Stanford CS231n, notes on gradient checks", "h": 1e-5, "wrongAbove": 1e-2, "suspiciousFrom": 1e-4, "rightBelow": 1e-7, "largestRelativeErrorOnMazur": 1.2e-8}


def make():
    return {"mazur": MAZUR, "circuits": CIRCUITS, "micrograd": MICROGRAD, "cmu": CMU, "cubic": CUBIC, "gradientCheck": GRADIENT_CHECK}
