import { expect, test } from "bun:test";
import { openCgroups } from "./cgroup.ts";

const isRootOnLinux = process.platform === "linux" && process.getuid?.() === 0;

test.skipIf(!isRootOnLinux)("a busy process gets its quota, and the group says how long it was held back", async () => {
  const groups = openCgroups();
  const group = groups.make("busy");
  group.bound(0.05);
  const busy = Bun.spawn([process.execPath, "-e", "for (;;);"], { stdio: ["ignore", "ignore", "ignore"] });
  try {
    group.add(busy.pid);
    const [before, start] = [group.used(), performance.now()];
    await Bun.sleep(2_000);
    const [after, seconds] = [group.used(), (performance.now() - start) / 1_000];
    const cores = (after.cpuSeconds - before.cpuSeconds) / seconds;
    expect(cores).toBeGreaterThan(0.02);
    expect(cores).toBeLessThan(0.08);
    expect(after.throttledSeconds - before.throttledSeconds).toBeGreaterThan(1);
  } finally {
    busy.kill("SIGKILL");
    await busy.exited;
    groups.remove();
  }
});
