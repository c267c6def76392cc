import { Hono } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";
import { homePage } from "./home.ts";

/** What a person sees. */
export const pages = new Hono<AppEnv>().get("/", (c) => c.html(homePage()));
