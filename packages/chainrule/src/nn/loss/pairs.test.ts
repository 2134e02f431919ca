import { expect, test } from "vitest";
import { ones, type Tensor } from "../../tensor/index.ts";
import { thrown } from "../../util/testing/thrown.ts";
import { klDiv, poissonNllLoss } from "./likelihood.ts";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./regression.ts";

const losses = { mseLoss, l1Loss, huberLoss, smoothL1Loss, klDiv, poissonNllLoss };

test.each([
  [[3, 1], [3]],
  [[3], [3, 1]],
  [
    [3, 1],
    [1, 3],
  ],
  [[4, 1], [3]],
  [[3, 1, 1], [3]],
])("inputs %j with targets %j would pair all rows with all rows", (input, target) => {
  for (const [name, loss] of Object.entries(losses)) {
    const error = thrown(() => loss(ones(input), ones(target), { reduction: "none" }));
    expect(error.code).toBe("shape");
    expect(error.message).toContain(
      `${name} compares shapes [${input.join(", ")}] and [${target.join(", ")}]`,
    );
  }
});

test.each([
  [
    [3, 1],
    [1, 1],
  ],
  [[3, 2], [2]],
  [[2], [3, 2]],
  [[1, 1], [1]],
  [[3, 2], []],
  [[0, 1], [2]],
])("inputs %j with targets %j broadcast to one of them", (input, target) => {
  for (const loss of Object.values(losses)) {
    const found: Tensor = loss(ones(input), ones(target), { reduction: "none" });
    expect(found.numel).toBe(ones(input).add(ones(target)).numel);
  }
});
