import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface Certificates {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for localhost that nobody trusts who is not told to. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "headroom-mail-"));
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const { exitCode, stderr } = Bun.spawnSync([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
  ]);
  if (exitCode !== 0) throw new Error(`no certificate: ${stderr}`);
  return { folder, certificate, key };
}

interface Taken {
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly from: string | undefined;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly source: string;
}

interface Manner {
  readonly tls: "starttls" | "at once" | "none" | "silent";
  /** The addressee that it does not know. */
  readonly refuses?: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly Taken[];
  /** Those that it was told, right or wrong. */
  readonly passwords: readonly string[];
  readonly stop: () => void;
}

/** A real mail server (smtp-server of npm) on loopback, for the user `shop` with the password `p@ss`. */
export async function startMailServer({ certificate, key }: Certificates, manner: Manner): Promise<MailServer> {
  const mails: Taken[] = [];
  const passwords: string[] = [];
  const server =
    manner.tls === "silent"
      ? createServer()
      : new SMTPServer({
          ...serverOptions(manner, mails, passwords),
          cert: readFileSync(certificate),
          key: readFileSync(key),
        });
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = server.listen(0, "localhost", resolve);
  await promise;
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("the mail server has no port");
  return { port: address.port, mails, passwords, stop: () => void server.close(() => undefined) };
}

function serverOptions({ tls, refuses }: Manner, mails: Taken[], passwords: string[]): SMTPServerOptions {
  return {
    secure: tls === "at once",
    ...(tls === "none" ? { disabledCommands: ["STARTTLS"], allowInsecureAuth: true } : {}),
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) => {
      passwords.push(password ?? "");
      if (username === "shop" && password === "p@ss") done(null, { user: username });
      else done(new Error("wrong password"));
    },
    onRcptTo: ({ address }, _session, done) =>
      address === refuses ? done(Object.assign(new Error(`${address}: no such user`), { responseCode: 550 })) : done(),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          secure: session.secure,
          user: typeof session.user === "string" ? session.user : undefined,
          from: mailFrom ? mailFrom.address : undefined,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
  };
}

/** Sends one mail as an instance would, in a process of its own that trusts the certificates; answers `sent` or the error. */
export async function send({ port }: MailServer, trusted: Certificates | undefined, urlBeforeHost: string) {
  const child = Bun.spawn([process.execPath, "--no-env-file", join(import.meta.dir, "send-one-mail.ts")], {
    env: {
      SMTP_URL: `${urlBeforeHost}localhost:${port}`,
      ...(trusted === undefined ? {} : { NODE_EXTRA_CA_CERTS: trusted.certificate }),
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  return (await child.stdout.text()).trim();
}
