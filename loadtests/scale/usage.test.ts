import { expect, test } from "bun:test";
import { join } from "node:path";

const entry = join(import.meta.dir, "../scale.ts");

async function scale(...options: string[]) {
  const child = Bun.spawn([process.execPath, "--no-env-file", entry, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, complained] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, said, complained };
}

test("says how it is used when asked, and succeeds", async () => {
  const { code, said } = await scale("--help");
  expect(said).toStartWith("usage: npm run scale");
  expect(code).toBe(0);
});

test.each(["--tries=2", "--journeys=0", "--fleets=none", "--unheard-of"])(
  "refuses %s before anything starts, and says how it is used",
  async (option) => {
    const { code, complained } = await scale(option);
    expect(complained).toContain("usage: npm run scale");
    expect(code).toBe(2);
  },
);
