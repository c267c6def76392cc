import type { ProcessFigures } from "./platform/deps.ts";

const everyMs = 250;
const samplesMax = 60;

/** Watches the process for as long as it lives: what it uses, and how late its event loop is. Bun and Node only. */
export function watchProcess(): () => ProcessFigures {
  const startedAt = Date.now() / 1000 - process.uptime();
  const lags: number[] = [];
  let dueAt = performance.now() + everyMs;
  setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(0, now - dueAt));
    if (lags.length > samplesMax) lags.shift();
    dueAt = now + everyMs;
  }, everyMs).unref();
  return () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    // What is late now has not been sampled yet.
    const lagMs = Math.max(0, performance.now() - dueAt, ...lags);
    return {
      startedAt,
      cpuSeconds: (user + system) / 1_000_000,
      residentBytes: rss,
      heapBytes: heapUsed,
      eventLoopLagSeconds: lagMs / 1000,
    };
  };
}
