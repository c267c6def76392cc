import { Hono } from "hono";
import * as v from "valibot";
import type { AppEnv } from "../platform/http/app-env.ts";
import { documentPage } from "../platform/http/document.ts";
import { homePage } from "./home.ts";

/** What a person sees. */
export const pages = new Hono<AppEnv>().get(
  "/",
  documentPage({ summary: "Where to look", tag: "pages", content: { "text/html": v.string() } }),
  (c) => c.html(homePage()),
);
