/** What an await is given up with when its time is over; the work itself goes on unheard. */
export class TimeIsOver extends Error {
  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms.`);
    this.name = "TimeIsOver";
  }
}

/** The work's outcome, or TimeIsOver: postgres.js knows no query timeout, and a frozen server would hang its caller. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TimeIsOver(timeoutMs)), timeoutMs);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
