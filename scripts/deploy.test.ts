import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { services } from "../src/contracts/services.ts";
import { deploy } from "./deploy.ts";
import { readDeployment } from "./read-deployment.ts";

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
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "RESEND_API_KEY",
];
const [primary, replica] = ["ab".repeat(16), "cd".repeat(16)];

interface Account {
  /** Undefined where the Worker has never been deployed. */
  readonly secrets?: readonly string[];
  /** The ids of the Hyperdrive configurations whose cache is on. */
  readonly cachingOn?: readonly string[];
  /** The ids that Cloudflare does not know. */
  readonly unknown?: readonly string[];
}

/**
 * A wrangler that answers as Cloudflare's would for the account, and writes down what it was asked. Like the real one it
 * answers nothing about a configuration with a Hyperdrive binding that lacks its id.
 */
async function fakeWrangler({ secrets, cachingOn = [], unknown = [] }: Account) {
  const [program, log] = [join(folder, `${crypto.randomUUID()}.ts`), join(folder, crypto.randomUUID())];
  await Bun.write(log, "");
  await Bun.write(
    program,
    `import { appendFileSync, readFileSync } from "node:fs";
     const [command, verb, id] = process.argv.slice(2);
     appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(" ") + "\\n");
     const file = process.argv[process.argv.indexOf("--config") + 1];
     const { name, hyperdrive = [] } = (file.endsWith(".json") ? JSON : Bun.TOML).parse(readFileSync(file, "utf8"));
     if (!name || hyperdrive.some(({ id }) => id === undefined)) {
       console.error('X [ERROR] Processing configuration: "hyperdrive[0]" bindings must have a "id" field');
       process.exit(1);
     }
     if (command === "hyperdrive" && ${JSON.stringify(unknown)}.includes(id)) {
       console.error("X [ERROR] The request failed.\\n  Hyperdrive config not found [code: 2001]\\n\\n  If you think this is a bug");
       process.exit(1);
     }
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

const root = join(import.meta.dir, "..");

/** One of the repository's own configurations, filled in as the README says, then changed. */
async function filledIn(change: (toml: string) => string = (toml) => toml, own = "wrangler.toml"): Promise<string> {
  const toml = (await Bun.file(join(root, own)).text())
    .replace("00000000000000000000000000000001", primary)
    .replace("00000000000000000000000000000002", replica)
    .replaceAll("headroom.example.com", "shop.headroom.dev")
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

test("names the lack of ASSETS where a domain of its own, not workers.dev, leads to the Worker", async () => {
  const file = await filledIn((toml) =>
    `workers_dev = false\nroutes = [{ pattern = "shop.headroom.dev", custom_domain = true }]\n${toml}`.replace(
      'binding = "ASSETS"\n',
      "",
    ),
  );
  expect((await deployed({ secrets: required }, file)).said).toContain("binding ASSETS: missing");
});

test("takes the placeholders of wrangler.toml for what they are", async () => {
  const { said, deployments } = await deployed({ secrets: required }, join(root, "wrangler.toml"));
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
  const apart = { ...account, secrets: [...required, "INTERNAL_SECRET"] };
  const ofCatalog = await filledIn(undefined, "deploy/workers/catalog.toml");
  expect((await deployed(apart, ofCatalog)).exitCode).toBe(0);
  const ofOrders = await filledIn(undefined, "deploy/workers/orders.toml");
  expect((await deployed(apart, ofOrders)).said).toContain("binding ORDERS_REPLICA_1: Hyperdrive would answer");
});

test("does not deploy where Cloudflare cannot be asked, and still names what the configuration lacks", async () => {
  const failing = [process.execPath, "--no-env-file", "-e", "console.error('not logged in'); process.exit(1)"];
  const said: string[] = [];
  const file = await filledIn((toml) => toml.replace(/^QSTASH_URL.*$/m, ""));
  expect(await deploy(failing, file, (line) => said.push(line))).toBe(1);
  expect(said.slice(1)).toEqual([
    "  - QSTASH_URL: is missing",
    "  - secrets: not known, `wrangler secret list` says: not logged in",
    `  - binding PRIMARY: \`wrangler hyperdrive get ${primary}\` says: not logged in`,
    `  - binding REPLICA_1: \`wrangler hyperdrive get ${replica}\` says: not logged in`,
  ]);
});

describe("a database's binding", () => {
  const lacking = required.filter((name) => name !== "REFRESH_SECRET");
  const ofSecret = "  - secret REFRESH_SECRET: missing; `wrangler secret put REFRESH_SECRET`";

  test.each([
    ["without an id", ""],
    ["with an empty id", 'id = ""'],
  ])("%s is named, with whatever else is missing", async (_, id) => {
    const file = await filledIn((toml) => toml.replace(`id = "${replica}"`, id));
    const { exitCode, said, deployments } = await deployed({ secrets: lacking }, file);
    expect({ exitCode, deployments }).toEqual({ exitCode: 1, deployments: [] });
    expect(said.split("\n").slice(1)).toEqual([
      "  - binding REPLICA_1: missing, it has no id; `wrangler hyperdrive create`",
      ofSecret,
    ]);
  });

  test("whose id Cloudflare does not know is named, with whatever else is missing", async () => {
    const account = { secrets: lacking, unknown: [primary], cachingOn: [replica] };
    const { exitCode, said, deployments } = await deployed(account, await filledIn());
    expect({ exitCode, deployments }).toEqual({ exitCode: 1, deployments: [] });
    expect(said.split("\n").slice(1)).toEqual([
      expect.stringContaining("binding REPLICA_1: Hyperdrive would answer"),
      ofSecret,
      `  - binding PRIMARY: \`wrangler hyperdrive get ${primary}\` says: The request failed. Hyperdrive config not found [code: 2001]`,
    ]);
  });

  test.each(["REPLICA_2", "PRIMRY", "CATALOGUE_PRIMARY"])("that nothing reads (%s) is named", async (name) => {
    const file = await filledIn((toml) => `${toml}\n[[hyperdrive]]\nbinding = "${name}"\nid = "${primary}"\n`);
    const { exitCode, said, deployments } = await deployed({ secrets: required }, file);
    expect({ exitCode, deployments }).toEqual({ exitCode: 1, deployments: [] });
    expect(said).toContain(`binding ${name}: of no use`);
  });

  test("without a name is named as such", async () => {
    const file = await filledIn((toml) => toml.replace('binding = "REPLICA_1"\n', ""));
    const { said, deployments } = await deployed({ secrets: required }, file);
    expect(said).toContain("binding without a name: of no use");
    expect(deployments).toEqual([]);
  });
});

test.each([
  ["no trigger at all", ""],
  ["a trigger that is too rare for the jobs", '[triggers]\ncrons = ["*/5 * * * *"]\n'],
])("names the cron trigger where there is %s", async (_, triggers) => {
  for (const own of ["wrangler.toml", "deploy/workers/orders.toml"]) {
    const file = await filledIn((toml) => toml.replace(/\[triggers\]\ncrons = .*\n/, triggers), own);
    const { exitCode, said, deployments } = await deployed({ secrets: [...required, "INTERNAL_SECRET"] }, file);
    expect({ exitCode, deployments }).toEqual({ exitCode: 1, deployments: [] });
    expect(said.split("\n").slice(1)).toEqual(['  - trigger "* * * * *": missing, of [triggers]; no job would run']);
  }
});

test("refuses the mode that would let development secrets pass, and lists what production refuses beside it", async () => {
  const file = await filledIn((toml) =>
    toml.replace('HEADROOM_MODE = "production"', 'HEADROOM_MODE = "embedded"\nSCRYPT_LN = "4"'),
  );
  const { exitCode, said, deployments } = await deployed({ secrets: required }, file);
  expect({ exitCode, deployments }).toEqual({ exitCode: 1, deployments: [] });
  expect(said.split("\n").slice(1)).toEqual([
    "  - variable HEADROOM_MODE: must be production, not embedded",
    "  - SCRYPT_LN: production needs at least 14",
  ]);
});

describe("a service alone", () => {
  const files = [...new Bun.Glob("deploy/workers/*.toml").scanSync({ cwd: root })];
  const account = { secrets: [...required, "INTERNAL_SECRET"] };

  test("has a configuration of its own, and the gateway before all of them too", () => {
    const names = files.map((file) => basename(file, ".toml"));
    expect(names.toSorted()).toEqual(["gateway", ...services].toSorted());
  });

  test.each(files)(
    "%s deploys once it is filled in, and not without the secret for calls between services",
    async (own) => {
      const file = await filledIn(undefined, own);
      expect(await deployed(account, file)).toEqual({
        exitCode: 0,
        said: "",
        deployments: [`deploy --config ${file}`],
      });
      const { said } = await deployed({ secrets: required }, file);
      expect(said).toContain("secret INTERNAL_SECRET: missing");
      const undemanding = await filledIn((toml) => toml.replace('  "INTERNAL_SECRET",\n', ""), own);
      expect((await deployed({ secrets: required }, undemanding)).said).toContain("INTERNAL_SECRET: is missing");
    },
  );

  test.each(files)("%s: each binding that it lacks is named", async (own) => {
    const bindings = /\[\[(hyperdrive|services)\]\]\nbinding = "(\w+)"\n.*\n/g;
    const toml = await Bun.file(join(root, own)).text();
    const needed = [...toml.matchAll(bindings)].filter(([, , name = ""]) => !name.endsWith("REPLICA_1"));
    const { said, deployments } = await deployed(account, await filledIn((text) => text.replaceAll(bindings, ""), own));
    for (const [, kind, name] of needed)
      expect(said).toContain(kind === "services" ? `binding ${name}: missing` : `${name} (Hyperdrive): is missing`);
    expect(said.match(/missing/g)).toHaveLength(needed.length);
    expect(deployments).toEqual([]);
  });

  test.each(['service = ""', ""])("whose binding says no more than `%s` is told so", async (service) => {
    const file = await filledIn(
      (toml) => toml.replace('service = "headroom-inventory"', service),
      "deploy/workers/orders.toml",
    );
    const { said, deployments } = await deployed(account, file);
    expect(said.split("\n").slice(1)).toEqual(["  - binding INVENTORY: missing, its [[services]] names no service"]);
    expect(deployments).toEqual([]);
  });

  test("needs no binding to a service whose URL it knows", async () => {
    const file = await filledIn(
      (toml) =>
        toml
          .replace(/\[\[services\]\]\nbinding = "INVENTORY"\n.*\n/, "")
          .replace("[vars]", '[vars]\nINVENTORY_URL = "https://stock.headroom.dev"'),
      "deploy/workers/orders.toml",
    );
    expect((await deployed(account, file)).said).toBe("");
  });

  test("binds the services that its code asks, and no other", async () => {
    for (const service of services) {
      const code = [...new Bun.Glob(`src/services/${service}/**/*.ts`).scanSync({ cwd: root })].filter(
        (file) => !file.endsWith(".test.ts"),
      );
      const texts = await Promise.all(code.map((file) => Bun.file(join(root, file)).text()));
      const asked = texts.join("\n").matchAll(/\bports\.(\w+)\./g);
      // The gateway of each asks identity whether the caller's session stands (src/platform/sessions.ts).
      const expected = new Set(
        ["identity", ...[...asked].map(([, name = ""]) => name)].filter((name) => name !== service),
      );
      const deployment = readDeployment(await Bun.file(join(root, `deploy/workers/${service}.toml`)).text());
      expect(deployment.services.toSorted(), service).toEqual(
        [...expected].map((name) => name.toUpperCase()).toSorted(),
      );
    }
  });
});
