import { expect, test } from "vitest";
import { ChainruleError } from "./errors.ts";

test("places are in the message and in the stack's first line, outermost first", () => {
  const error = new ChainruleError("shape", "It costs $& and $1.", "Pay.").within("add").within("layer 2");
  expect(error.message).toBe("layer 2 › add: It costs $& and $1. Pay.");
  expect(error.stack?.split("\n")[0]).toMatch(/Error: layer 2 › add: It costs \$& and \$1\. Pay\.$/);
  expect(error.stack).toMatch(/errors\.test\.ts/);
});
