import type postgres from "postgres";

const names = ["fsync", "synchronous_commit", "full_page_writes"] as const;

/** The settings that make a commit safe, as the application's role has them; without them a rate means nothing. */
export async function durability(sql: postgres.Sql): Promise<{ settings: string; distrust: string[] }> {
  const values = await Promise.all(
    names.map(async (name) => {
      const [row] = await sql<{ value: string }[]>`select current_setting(${name}) as value`;
      return [name, row?.value ?? "unknown"] as const;
    }),
  );
  return {
    settings: values.map(([name, value]) => `${name}=${value}`).join(" "),
    distrust: values.filter(([, value]) => value !== "on").map(([name, value]) => `${name} is ${value}`),
  };
}
