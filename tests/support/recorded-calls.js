// Runs in workerd before a module under test: records what may only happen within a request, and does none of it.
export const calls = [];

/** Another thing in its place, which records its name. */
export const recorded =
  (name) =>
  (...args) => {
    calls.push(`${name}(${typeof args[0] === "string" ? args[0] : ""})`);
    return new Promise(() => undefined);
  };

const globals = ["fetch", "setTimeout", "setInterval", "setImmediate", "WebSocket", "EventSource"];
for (const name of globals) globalThis[name] = recorded(name);
for (const level of ["debug", "error", "info", "log", "warn"]) console[level] = recorded(`console.${level}`);
Math.random = recorded("Math.random");
scheduler.wait = recorded("scheduler.wait");
for (const { prototype } of [Crypto, SubtleCrypto, CacheStorage, Cache])
  for (const name of Object.getOwnPropertyNames(prototype))
    if (name !== "constructor" && typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === "function")
      prototype[name] = recorded(`${prototype.constructor.name}.${name}`);
