import { expect, test } from "bun:test";
import { join } from "node:path";

test.each([
  ["two names", ["payments", "catalog"], "One Worker at a time."],
  ["a name and a file", ["payments", "--config", "wrangler.toml"], "One Worker at a time."],
  ["a name that there is not", ["nonsense"], "There is no Worker nonsense."],
  ["a file that there is not", ["--config", "nowhere.toml"], "nowhere.toml is missing."],
])("refuses %s, with the names that there are", async (_, args, why) => {
  const command = [process.execPath, "--no-env-file", join(import.meta.dir, "deploy.ts"), ...args];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [said, exitCode] = await Promise.all([child.stderr.text(), child.exited]);
  expect({ said, exitCode }).toEqual({
    exitCode: 2,
    said: `${why}\nusage: npm run deploy -- [NAME | --config FILE]\nnames: analytics, catalog, gateway, identity, inventory, notifications, orders, payments\n`,
  });
});
