import { Database } from "bun:sqlite";

/** Opens the provider's books, which outlive this process (not a power cut: no fsync for each charge). */
export function openDatabase(file: string): Database {
  const database = new Database(file, { create: true, strict: true });
  database.run("pragma journal_mode = wal");
  database.run("pragma synchronous = normal");
  database.run(`create table if not exists charges (
    paymentId text primary key, reference text not null, amount integer not null, currency text not null,
    method text not null, webhookUrl text not null, status text not null, failureCode text,
    attempts integer not null, settleAt integer) strict`);
  database.run("create index if not exists charges_settle on charges (settleAt) where settleAt is not null");
  database.run(`create table if not exists refunds (
    refundId text primary key, paymentId text not null, amount integer not null, currency text not null,
    status text not null, failureCode text) strict`);
  database.run("create index if not exists refunds_payment on refunds (paymentId)");
  database.run(`create table if not exists webhooks (
    id text primary key, url text not null, body text not null, attempts integer not null, dueAt integer) strict`);
  database.run("create index if not exists webhooks_due on webhooks (dueAt) where dueAt is not null");
  return database;
}
