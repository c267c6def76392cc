import type { Listener } from "../redis-engine.ts";
import type { Command, Reply } from "../reply.ts";
import { globPattern } from "./glob.ts";

type Subscriber = { readonly matches: (channel: string) => boolean; readonly prefix: Reply[]; listener: Listener };

type Publications = {
  /** Hands a message to every subscriber; answers how many there were. */
  publish(channel: string, message: string): number;
  /** Tells monitors of a command. */
  observe(command: Command): void;
  /** SUBSCRIBE, PSUBSCRIBE or MONITOR until the returned function is called. */
  listen(command: Command, listener: Listener): () => void;
  end(): void;
};

/** Subscribers and monitors of the embedded engine. */
export function publications(): Publications {
  const subscribers = new Set<Subscriber>();
  const monitors = new Set<Listener>();
  return {
    publish: (channel, message) => {
      const reached = [...subscribers].filter(({ matches }) => matches(channel));
      for (const { prefix, listener } of reached) listener.message([...prefix, channel, message]);
      return reached.length;
    },
    observe: (command) => {
      if (monitors.size === 0) return;
      const words = command.map((word) => JSON.stringify(word)).join(" ");
      const status = `${(Date.now() / 1000).toFixed(6)} [0 0.0.0.0:0] ${words}`;
      for (const monitor of monitors) monitor.message({ status });
    },
    listen: ([name = "", channel = ""], listener) => {
      if (name.toLowerCase() === "monitor") {
        monitors.add(listener);
        listener.message({ status: "OK" });
        return () => monitors.delete(listener);
      }
      const subscriber = subscribe(name.toLowerCase(), channel, listener);
      subscribers.add(subscriber);
      listener.message([name.toLowerCase(), channel, 1]);
      return () => subscribers.delete(subscriber);
    },
    end: () => {
      for (const { listener } of subscribers) listener.end();
      for (const monitor of monitors) monitor.end();
    },
  };
}

function subscribe(name: string, channel: string, listener: Listener): Subscriber {
  if (name === "subscribe") return { matches: (other) => other === channel, prefix: ["message"], listener };
  const pattern = globPattern(channel);
  return { matches: (other) => pattern.test(other), prefix: ["pmessage", channel], listener };
}
