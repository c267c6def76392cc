import { Hono } from "hono";
import * as v from "valibot";
import type { AppEnv } from "../platform/http/app-env.ts";
import { documentPage } from "../platform/http/document.ts";
import { home } from "./home.ts";
import { operations } from "./operations.ts";
import { answerPage } from "./page.ts";
import { reset } from "./reset.ts";
import { verify } from "./verify.ts";

const describe = (summary: string) => documentPage({ summary, tag: "pages", content: { "text/html": v.string() } });

/** What a person sees. */
export const pages = new Hono<AppEnv>()
  .get("/", describe("Where to look"), (c) => answerPage(c, home))
  .get("/ops", describe("Where an operator looks"), (c) => answerPage(c, operations))
  .get("/verify", describe("Verify an e-mail address by the link of a mail"), (c) => answerPage(c, verify))
  .get("/reset", describe("Set a new password by the link of a mail"), (c) => answerPage(c, reset));
