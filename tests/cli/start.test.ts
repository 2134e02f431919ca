// `npm start`, before it trains: what npm does with options that no -- stands before.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/start.mjs", import.meta.url));

test.each([
  ["--target species", ["data.csv", "species"], "true"],
  ["--target=species", ["data.csv"], "species"],
])("tells where %s went, which npm took", (_, args, npm_config_target) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
    env: { ...process.env, npm_config_target },
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: "",
    stderr: "npm keeps options for itself: put -- before them: npm start -- data.csv --target species\n",
  });
});
