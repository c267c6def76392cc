import type { Database } from "bun:sqlite";

export type GroupCommit = {
  /** Runs `work` inside a transaction shared with what else arrived in this turn; resolves once it is on disk. */
  submit<T>(work: () => T): Promise<T>;
  /** The same, after all the other work of the turn, so that it sees what that wrote. */
  submitLast<T>(work: () => T): Promise<T>;
};

type Job = { work: () => unknown; resolve: (value: unknown) => void; reject: (reason: unknown) => void };

/**
 * One commit, and so one fsync, for all writes that arrive in one turn of the event loop.
 * When one of them throws, all are rolled back and each is run again in a transaction of its own.
 */
export function groupCommit(db: Database): GroupCommit {
  let waiting: Job[] = [];
  let last: Job[] = [];

  const flush = () => {
    const jobs = [...waiting, ...last];
    waiting = [];
    last = [];
    try {
      const values = db.transaction(() => jobs.map((job) => job.work()))();
      jobs.forEach((job, at) => {
        job.resolve(values[at]);
      });
    } catch {
      for (const job of jobs) runAlone(db, job);
    }
  };

  const enqueue = <T>(work: () => T, jobs: Job[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (waiting.length + last.length === 0) setImmediate(flush);
      // The value that comes back is what this very work returned.
      jobs.push({ work, resolve: (value) => resolve(value as T), reject });
    });

  return {
    submit: (work) => enqueue(work, waiting),
    submitLast: (work) => enqueue(work, last),
  };
}

function runAlone(db: Database, job: Job): void {
  try {
    job.resolve(db.transaction(job.work)());
  } catch (error) {
    job.reject(error);
  }
}
