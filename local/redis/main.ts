import { untilStopped } from "../lifecycle.ts";
import { type EngineChoice, startRedisEndpoint } from "./start-redis-endpoint.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads its own configuration
const { PORT = "0", HEADROOM_HOME = ".headroom", UPSTASH_REDIS_REST_TOKEN, REDIS_ENGINE = "auto" } = process.env;

if (!UPSTASH_REDIS_REST_TOKEN) throw new Error("UPSTASH_REDIS_REST_TOKEN is not set");
const endpoint = await startRedisEndpoint({
  port: Number(PORT),
  token: UPSTASH_REDIS_REST_TOKEN,
  engine: toEngineChoice(REDIS_ENGINE),
  home: HEADROOM_HOME,
});
console.log(`READY ${endpoint.url} engine=${endpoint.engineName}`);
await untilStopped();
await endpoint.stop();
process.exit(0); // an open stdin would keep the process

function toEngineChoice(text: string): EngineChoice {
  if (text === "auto" || text === "embedded" || text === "server") return text;
  throw new Error(`REDIS_ENGINE is auto, embedded or server, not ${text}`);
}
