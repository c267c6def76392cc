export type Alarm = { wake(): void; stop(): void };

/** Runs `pass` when woken, and again at the time (ms since 1970) that its last run answered; null waits to be woken. */
export function startAlarm(pass: () => number | null): Alarm {
  let timer: Timer | undefined;
  let stopped = false;

  function ringIn(ms: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(ring, ms);
  }

  function ring(): void {
    const next = pass();
    if (next !== null) ringIn(Math.max(next - Date.now(), 1));
  }

  ringIn(0);
  return {
    wake: () => ringIn(0),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
