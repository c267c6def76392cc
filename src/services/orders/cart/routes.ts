import { Hono } from "hono";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { validate } from "../../../platform/http/validate.ts";
import { cartBody, cartSchema, quoteBody, quoteSchema } from "../schemas.ts";
import { putCart } from "./put-cart.ts";
import { quoteBasket } from "./quote-basket.ts";
import { readCart } from "./read-cart.ts";

const tag = "orders";

export const carts = new Hono<AppEnv>()
  .post(
    "/v1/quotes",
    document({
      summary: "What an order would cost; reserves nothing",
      tag,
      answers: { 200: quoteSchema },
      problems: [...bodyProblems, "sku-unknown", "coupon-invalid", "coupon-exhausted"],
    }),
    access("anyone"),
    validate("json", quoteBody),
    async (c) => c.json(await quoteBasket(c.var.scope, c.req.valid("json"))),
  )
  .get(
    "/v1/cart",
    document({ summary: "Read your cart, priced as of now", tag, answers: { 200: cartSchema } }),
    access("user"),
    async (c) => {
      const cart = await readCart(c.var.scope, c.var.caller.userId);
      c.header("ETag", `"${cart.version}"`);
      return c.json(cart);
    },
  )
  .put(
    "/v1/cart",
    document({
      summary: "Write your cart, whole",
      tag,
      headers: ["If-Match"],
      answers: { 200: cartSchema },
      problems: [...bodyProblems, "precondition-failed", "precondition-required", "sku-unknown"],
    }),
    access("user"),
    validate("json", cartBody),
    async (c) => {
      const cart = await putCart(c.var.scope, c.var.caller.userId, c.req.valid("json"), c.req.header("if-match"));
      c.header("ETag", `"${cart.version}"`);
      return c.json(cart);
    },
  );
