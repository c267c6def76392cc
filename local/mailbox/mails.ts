import { Database } from "bun:sqlite";

type NewMail = { kind: string; to: string; from: string; subject: string; text: string; html: string };
export type Mail = NewMail & { id: string; createdAt: string };

export const keptMax = 50_000;

/**
 * Opens the mails kept in a file, which outlive this process (not a power cut: no fsync for each mail).
 * `put` answers the mail that a key made before, if one did; `list` is newest first.
 */
export function openMails(file: string) {
  const database = new Database(file, { create: true, strict: true });
  database.run("pragma journal_mode = wal");
  database.run("pragma synchronous = normal");
  database.run(`create table if not exists mails (
    seq integer primary key autoincrement, id text not null, key text unique, kind text not null, "to" text not null collate nocase,
    "from" text not null, subject text not null, text text not null, html text not null, createdAt text not null)`);
  database.run(`create index if not exists mails_to on mails ("to", seq)`);
  const columns = `id, kind, "to", "from", subject, text, html, createdAt`;
  const insert = database.query<{ seq: number }, [Record<string, string | null>]>(
    `insert into mails (id, key, kind, "to", "from", subject, text, html, createdAt)
     values ($id, $key, $kind, $to, $from, $subject, $text, $html, $createdAt) on conflict do nothing returning seq`,
  );
  const byKey = database.query<Mail, [string]>(`select ${columns} from mails where key = ?`);
  const forget = database.query("delete from mails where seq <= ?");
  const all = database.query<Mail, [number]>(`select ${columns} from mails order by seq desc limit ?`);
  const ofOne = database.query<Mail, [string, number]>(
    `select ${columns} from mails where "to" = ? order by seq desc limit ?`,
  );
  return {
    put(mail: NewMail, key: string | undefined): { mail: Mail; isNew: boolean } {
      const made = { ...mail, id: Bun.randomUUIDv7(), createdAt: new Date().toISOString() };
      const row = insert.get({ ...made, key: key ?? null });
      const before = row || key === undefined ? null : byKey.get(key);
      if (row) forget.run(row.seq - keptMax);
      return { mail: before ?? made, isNew: row !== null };
    },
    list: (to: string | undefined, limit: number) => (to === undefined ? all.all(limit) : ofOne.all(to, limit)),
    clear: () => database.run("delete from mails"),
    close: () => database.close(),
  };
}

export type Mails = ReturnType<typeof openMails>;
