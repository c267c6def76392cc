import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../local/edge/bundle.ts";
import { workerdCommand } from "../../local/edge/workerd-command.ts";
import { freePort } from "../../local/ports.ts";
import { untilServing } from "../../local/until-serving.ts";

/** Modules that do at import what only a request may, and how the record names it. */
const planted = {
  fetch: [`fetch("http://127.0.0.1:9/").catch(() => undefined);`, "fetch(http://127.0.0.1:9/)"],
  "a timer": ["setTimeout(() => undefined, 1);", "setTimeout()"],
  "a repeated timer": ["setInterval(() => undefined, 1_000);", "setInterval()"],
  "an id": ["crypto.randomUUID();", "Crypto.randomUUID()"],
  "random bytes": ["crypto.getRandomValues(new Uint8Array(8));", "Crypto.getRandomValues()"],
  "a random number": ["Math.random();", "Math.random()"],
  "a digest": [`crypto.subtle.digest("SHA-256", new Uint8Array(8));`, "SubtleCrypto.digest(SHA-256)"],
  "random bytes of Node": [`import { randomBytes as draw } from "node:crypto"; draw(8);`, "node:crypto.randomBytes()"],
  "a socket": [`import { connect as dial } from "cloudflare:sockets"; dial("127.0.0.1:9");`, "connect(127.0.0.1:9)"],
  "a socket of Node": [`import { connect as call } from "node:net"; call(9, "127.0.0.1");`, "node:net.connect()"],
  "a line of log": [`console.log("hello");`, "console.log(hello)"],
} as const;

const folder = mkdtempSync(join(tmpdir(), "headroom-scope-"));
let workerd: Bun.Subprocess | undefined;
/** What each did at import, the Worker itself under `worker`. */
let found: Readonly<Record<string, readonly string[]>>;

beforeAll(async () => {
  await bundleWorker(folder);
  const worker = readFileSync(join(folder, "worker.js"), "utf8");
  const modules = new Map([["worker", worker]]);
  for (const [name, [code]] of Object.entries(planted)) modules.set(name, `${code}\n${worker}`);
  found = await importAll(modules);
}, 60_000);
afterAll(async () => {
  workerd?.kill("SIGTERM");
  await workerd?.exited;
  rmSync(folder, { recursive: true, force: true });
});

test("importing the Worker begins nothing: no request, socket, timer, random value or log line", () => {
  expect(found.worker).toEqual([]);
});

test.each(Object.entries(planted))("%s at import is noticed", (name, [, call]) => {
  expect(found[name]).toEqual([call]);
});

/** What stands in for modules of the runtime: all that they export, with these recorded. */
const recordedModules = {
  "node:crypto": ["randomBytes", "randomFillSync", "randomUUID", "scrypt"],
  "node:net": ["connect", "createConnection"],
  "cloudflare:sockets": ["connect"],
};

/** Writes what stands in for the runtime's modules; answers the file of each. */
function writeStandIns(): (readonly [of: string, file: string])[] {
  copyFileSync(join(import.meta.dir, "../support/recorded-calls.js"), join(folder, "recorded-calls.js"));
  return Object.entries(recordedModules).map(([of, names]) => {
    const own = names.map(
      (name) =>
        `export const ${name} = recorded(${JSON.stringify(of === "cloudflare:sockets" ? name : `${of}.${name}`)});`,
    );
    const code = [`import { recorded } from "recorded-calls.js";`, `export * from "${of}";`, ...own];
    if (of.startsWith("node:"))
      code.push(`import whole from "${of}";`, `export default { ...whole, ${names.join(", ")} };`);
    const file = `${of.replace(":", "-")}.js`;
    writeFileSync(join(folder, file), code.join("\n"));
    return [of, file] as const;
  });
}

async function importAll(modules: ReadonlyMap<string, string>): Promise<typeof found> {
  const standIns = writeStandIns();
  const workers = [...modules].map(([name, code], index) => {
    const redirected = standIns.reduce((text, [of, file]) => text.replaceAll(`"${of}"`, `"${file}"`), code);
    writeFileSync(join(folder, `module-${index}.js`), redirected);
    writeFileSync(join(folder, `entry-${index}.js`), entry(`module-${index}.js`));
    const files = [`entry-${index}.js`, `module-${index}.js`, "recorded-calls.js", ...standIns.map(([, file]) => file)];
    return { name, env: {}, modules: files };
  });
  writeFileSync(join(folder, "gate.js"), gate);
  const services = Object.fromEntries(workers.map(({ name }) => [name, name]));
  const port = await freePort();
  const all = [{ name: "gate", env: {}, services, modules: ["gate.js"] }, ...workers];
  workerd = Bun.spawn(workerdCommand(folder, port, all), { stdin: "ignore" });
  await untilServing(port);
  return (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as typeof found;
}

/** Modules run in the order of their imports. */
const entry = (module: string) => `
import { calls } from "recorded-calls.js";
import "${module}";
const atImport = [...calls];
export default { fetch: () => Response.json(atImport) };`;

const gate = `
export default {
  async fetch(_, { ASSETS, ...workers }) {
    const asked = Object.entries(workers).map(async ([name, worker]) => [name, await (await worker.fetch("http://of")).json()]);
    return Response.json(Object.fromEntries(await Promise.all(asked)));
  },
};`;
