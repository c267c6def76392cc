import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy } from "./deploy.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-deploy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const required = [
  "UPSTASH_REDIS_REST_TOKEN",
  "QSTASH_TOKEN",
  "QSTASH_CURRENT_SIGNING_KEY",
  "QSTASH_NEXT_SIGNING_KEY",
  "TOKEN_SIGNING_KEYS",
  "REFRESH_SECRET",
  "METRICS_TOKEN",
];
const [primary, replica] = ["ab".repeat(16), "cd".repeat(16)];

interface Account {
  /** Undefined where the Worker has never been deployed. */
  readonly secrets?: readonly string[];
  /** The ids of the Hyperdrive configurations whose cache is on. */
  readonly cachingOn?: readonly string[];
}

/** A wrangler that answers as Cloudflare's would for the account, and writes down what it was asked. */
async function fakeWrangler({ secrets, cachingOn = [] }: Account) {
  const [program, log] = [join(folder, `${crypto.randomUUID()}.ts`), join(folder, crypto.randomUUID())];
  await Bun.write(log, "");
  await Bun.write(
    program,
    `import { appendFileSync } from "node:fs";
     const [command, verb, id] = process.argv.slice(2);
     appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(" ") + "\\n");
     const secrets = ${JSON.stringify(secrets ?? null)};
     if (command === "secret" && secrets === null) {
       console.error('X [ERROR] Worker "headroom" not found.');
       process.exit(1);
     }
     if (command === "secret") console.log(JSON.stringify(secrets.map((name) => ({ name, type: "secret_text" }))));
     if (command === "hyperdrive") {
       const caching = ${JSON.stringify(cachingOn)}.includes(id) ? { max_age: 60 } : { disabled: true };
       console.log(" wrangler 4\\n-----------\\n" + JSON.stringify({ id, name: verb, caching }, null, 2));
     }`,
  );
  const asked = async () => (await Bun.file(log).text()).split("\n").filter(Boolean);
  return { command: [process.execPath, "--no-env-file", program], asked };
}

/** The repository's own wrangler.toml, filled in as the README says, then changed. */
async function filledIn(change: (toml: string) => string = (toml) => toml): Promise<string> {
  const toml = (await Bun.file(join(import.meta.dir, "../wrangler.toml")).text())
    .replace("00000000000000000000000000000001", primary)
    .replace("00000000000000000000000000000002", replica)
    .replace("headroom.example.com", "shop.headroom.dev")
    .replace("example.upstash.io", "brave-cat-1.upstash.io");
  const file = join(folder, `${crypto.randomUUID()}.toml`);
  await Bun.write(file, change(toml));
  return file;
}

async function deployed(account: Account, configFile: string) {
  const wrangler = await fakeWrangler(account);
  const said: string[] = [];
  const exitCode = await deploy(wrangler.command, configFile, (line) => said.push(line));
  const deployments = (await wrangler.asked()).filter((line) => line.startsWith("deploy "));
  return { exitCode, said: said.join("\n"), deployments };
}

test("deploys once where nothing is missing", async () => {
  const file = await filledIn();
  const { exitCode, said, deployments } = await deployed({ secrets: required }, file);
  expect({ exitCode, said, deployments }).toEqual({ exitCode: 0, said: "", deployments: [`deploy --config ${file}`] });
});

test("names a secret that is missing and does not deploy", async () => {
  const secrets = required.filter((name) => name !== "REFRESH_SECRET");
  const { exitCode, said, deployments } = await deployed({ secrets }, await filledIn());
  expect(exitCode).toBe(1);
  expect(said.match(/secret (\w+): missing/g)).toEqual(["secret REFRESH_SECRET: missing"]);
  expect(deployments).toEqual([]);
});

test("names every secret of a Worker that has never been deployed", async () => {
  const { said, deployments } = await deployed({}, await filledIn());
  for (const name of required) expect(said).toContain(`secret ${name}: missing`);
  expect(deployments).toEqual([]);
});

test("names a variable that the configuration lacks", async () => {
  const file = await filledIn((toml) => toml.replace(/^QSTASH_URL.*$/m, ""));
  const { exitCode, said } = await deployed({ secrets: required }, file);
  expect(exitCode).toBe(1);
  expect(said).toContain("QSTASH_URL: is missing");
});

test("names bindings that the configuration lacks", async () => {
  const file = await filledIn((toml) =>
    toml.replaceAll(/^\[\[hyperdrive\]\]\nbinding.*\nid.*$|^binding = "ASSETS"$/gm, ""),
  );
  const { said, deployments } = await deployed({ secrets: required }, file);
  expect(said).toContain("PRIMARY (Hyperdrive): is missing");
  expect(said).toContain("binding ASSETS: missing");
  expect(deployments).toEqual([]);
});

test("takes the placeholders of wrangler.toml for what they are", async () => {
  const { said, deployments } = await deployed({ secrets: required }, join(import.meta.dir, "../wrangler.toml"));
  for (const name of ["binding PRIMARY", "binding REPLICA_1", "variable PUBLIC_URL", "variable UPSTASH_REDIS_REST_URL"])
    expect(said).toContain(`${name}: missing`);
  expect(deployments).toEqual([]);
});

test("refuses a database whose answers Hyperdrive caches, but for the catalog's", async () => {
  const account = { secrets: required, cachingOn: [replica] };
  const refused = await deployed(account, await filledIn());
  expect(refused.said).toContain("binding REPLICA_1: Hyperdrive would answer up to 75 s old data");
  expect(refused.said).not.toContain("PRIMARY");
  expect(refused.deployments).toEqual([]);
  const ofCatalog = await filledIn((toml) => toml.replace("[vars]", '[vars]\nSERVICES = "catalog"'));
  const apart = { ...account, secrets: [...required, "INTERNAL_SECRET"] };
  expect((await deployed(apart, ofCatalog)).exitCode).toBe(0);
  expect((await deployed(account, ofCatalog)).said).toContain("INTERNAL_SECRET: is missing");
});

test("does not deploy where Cloudflare cannot be asked", async () => {
  const failing = [process.execPath, "--no-env-file", "-e", "console.error('not logged in'); process.exit(1)"];
  await expect(deploy(failing, await filledIn(), () => undefined)).rejects.toThrow("not logged in");
});
