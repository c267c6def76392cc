import { Hono } from "hono";
import { readNewest } from "../../../platform/consistency/read.ts";
import { pgArray } from "../../../platform/database.ts";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { page, pageOf, positionOf } from "../../../platform/http/page.ts";
import { validate } from "../../../platform/http/validate.ts";
import { Problem } from "../../../shared/errors.ts";
import { countUses } from "./count-uses.ts";
import { putCoupon } from "./put-coupon.ts";
import { couponsByCodes, couponsPage } from "./queries.ts";
import { removeCoupon } from "./remove-coupon.ts";
import { couponBody, couponParam, couponSchema, couponsQuery } from "./schemas.ts";

const tag = "orders";

export const coupons = new Hono<AppEnv>()
  .get(
    "/v1/coupons",
    document({
      summary: "List coupons, newest first",
      tag,
      answers: { 200: pageOf(couponSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin"),
    validate("query", couponsQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [createdAt, code] = positionOf(c, cursor) ?? ["infinity", ""];
      const rows = await readNewest(c.var.scope, "orders", (db) =>
        couponsPage(db).execute({ createdAt, code, limit: limit + 1 }),
      );
      const { data, nextCursor } = page(
        c,
        rows,
        limit,
        (row) => [row.createdAt, row.code],
        (row) => row,
      );
      return c.json({ data: await countUses(c.var.scope, data), nextCursor });
    },
  )
  .get(
    "/v1/coupons/:code",
    document({ summary: "Read a coupon", tag, answers: { 200: couponSchema }, problems: ["not-found"] }),
    access("admin"),
    validate("param", couponParam),
    async (c) => {
      const codes = pgArray([c.req.valid("param").code]);
      const rows = await readNewest(c.var.scope, "orders", (db) => couponsByCodes(db).execute({ codes }));
      const [coupon] = await countUses(c.var.scope, rows);
      if (coupon === undefined) throw new Problem("not-found", "There is no such coupon.");
      return c.json(coupon);
    },
  )
  .put(
    "/v1/coupons/:code",
    document({
      summary: "Make a coupon or give it other terms",
      tag,
      answers: { 200: couponSchema },
      problems: [...bodyProblems, "not-found", "currency-mismatch"],
    }),
    access("admin"),
    validate("json", couponBody),
    validate("param", couponParam),
    async (c) => c.json(await putCoupon(c.var.scope, c.req.valid("param").code, c.req.valid("json"))),
  )
  .delete(
    "/v1/coupons/:code",
    document({
      summary: "Delete a coupon; orders placed with it keep their discount",
      tag,
      answers: { 204: null },
      problems: ["not-found"],
    }),
    access("admin"),
    validate("param", couponParam),
    async (c) => {
      await removeCoupon(c.var.scope, c.req.valid("param").code);
      return c.body(null, 204);
    },
  );
