import { expect, test } from "vitest";
import { latestOnly } from "./latestOnly.ts";

test("while a call is under way, only the newest of those that follow is made", async () => {
  const made: number[] = [];
  let finish: () => void = () => {};
  const call = latestOnly((argument: number) => {
    made.push(argument);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  for (const argument of [1, 2, 3, 4]) call(argument);
  expect(made).toEqual([1]);
  finish();
  await new Promise((resolve) => setTimeout(resolve));
  expect(made).toEqual([1, 4]);
  finish();
  await new Promise((resolve) => setTimeout(resolve));
  call(5);
  expect(made).toEqual([1, 4, 5]);
});
