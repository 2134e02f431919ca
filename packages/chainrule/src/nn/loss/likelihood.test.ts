import { expect, test } from "vitest";
import { ones, tensor, zeros } from "../../tensor/index.ts";
import { thrown } from "../../util/testing/thrown.ts";
import { gaussianNllLoss } from "./likelihood.ts";

test("gaussianNllLoss refuses a negative variance, as PyTorch does, and leaves NaN to others", () => {
  const [mean, target] = [ones([2]), zeros([2])];
  const error = thrown(() => gaussianNllLoss(mean, target, tensor([1, -0.5])));
  expect(error.code).toBe("argument");
  expect(error.message).toContain("takes variances, and one is -0.5");
  // torch.nn.functional.gaussian_nll_loss(ones(2), ones(2), tensor([1., 0.]))
  expect(gaussianNllLoss(mean, mean, tensor([1, 0])).item()).toBeCloseTo(-3.4539, 4);
  expect(gaussianNllLoss(mean, target, tensor([1, Number.NaN])).item()).toBeNaN();
});
