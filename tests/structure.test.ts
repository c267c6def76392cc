import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const documents = ["README.md", "CONTRIBUTING.md", "docs/deploy-vms.md"];
const folders = ["src", "db", "local", "loadtests", "benchmarks", "scripts", "tests", "deploy", "docs", ".ci"];

/** What a document names in backticks or links that looks like a path of this repository. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g), ...text.matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)];
  const paths = quoted.map(([, path = ""]) => path.replace(/[.,:]$/, ""));
  return paths.filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)) && !/[<>*{]/.test(path));
}

describe("the repository", () => {
  test.each(documents)("%s names only files that exist", (document) => {
    const paths = pathsIn(read(document));
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test.each(documents)("%s names only npm scripts that exist", (document) => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...read(document).matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test(".env.example explains every setting that is read, and no other", () => {
    const config = read("src/platform/config.ts");
    const [, schema = ""] = /const environment = v\.object\(\{(.*?)\n\}\);/s.exec(config) ?? [];
    const settings = [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name);
    // Read by the operator's scripts, by the local cloud, by the load tests, and one of each service's own.
    const elsewhere = [
      "ADMIN_EMAIL",
      "ADMIN_PASSWORD",
      "HEADROOM_HOME",
      "K6",
      "ORDERS_DATABASE_URL",
      "ORDERS_DATABASE_REPLICA_URLS",
      "ORDERS_URL",
    ];
    const explained = [...read(".env.example").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = ""]) => name);
    // The first is refused, the second is what src/instances.ts says to its children.
    const known = settings.filter((name) => name !== "QSTASH_DEV" && name !== "INSTANCE");
    expect(explained.toSorted()).toEqual([...known, ...elsewhere].toSorted());
  });

  test("every service has its schema and its migrations, and no other", () => {
    const services = readdirSync(join(root, "src/services")).toSorted();
    const withEvents = [...services, "events"].toSorted();
    expect(readdirSync(join(root, "db/migrations")).toSorted()).toEqual(withEvents);
    expect(
      readdirSync(join(root, "db/schema"))
        .map((file) => file.replace(".ts", ""))
        .toSorted(),
    ).toEqual(withEvents);
  });
});
