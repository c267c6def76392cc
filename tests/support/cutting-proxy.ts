/** What becomes of a chunk on its way to the server: passed on, not passed on and cut, or passed on and cut behind it. */
export type Verdict = "pass" | "cut-before" | "cut-behind";

export interface CuttingProxy {
  readonly port: number;
  stop(): void;
}

/** A TCP proxy on loopback that cuts connections where `judge` says so: the network's failures, at a chosen moment. */
export function startCuttingProxy(
  target: { hostname: string; port: number },
  judge: (sent: string) => Verdict,
): CuttingProxy {
  type Link = { upstream?: Promise<import("bun").Socket<{ client: import("bun").Socket<Link> }>>; cut: boolean };
  const server = Bun.listen<Link>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        client.data = { cut: false };
        client.data.upstream = Bun.connect<{ client: import("bun").Socket<Link> }>({
          ...target,
          data: { client },
          socket: {
            data(upstream, chunk) {
              if (!upstream.data.client.data.cut) upstream.data.client.write(chunk);
            },
            close(upstream) {
              upstream.data.client.end();
            },
          },
        });
      },
      async data(client, chunk) {
        const verdict = judge(chunk.toString("latin1"));
        const upstream = await client.data.upstream;
        if (verdict !== "cut-before") upstream?.write(chunk);
        if (verdict === "pass") return;
        client.data.cut = true;
        client.terminate();
        // The server works on what it got; its answer goes nowhere.
        setTimeout(() => upstream?.end(), 200);
      },
      async close(client) {
        if (!client.data.cut) (await client.data.upstream)?.end();
      },
    },
  });
  return { port: server.port, stop: () => server.stop(true) };
}
