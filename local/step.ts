/** Says how long a step of the start took, once it is done. */
export async function step(title: string, work: Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work;
  console.log(`  ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
