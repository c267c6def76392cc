-- What an outsider needs in order to tell whether an order's sum is right and its life went by the rules.
CREATE OR REPLACE VIEW checks.orders AS
  SELECT user_id, id, status, total, currency, subtotal, discount, shipping, tax, created_at, expires_at FROM orders.orders;
--> statement-breakpoint
CREATE VIEW checks.order_history AS
  SELECT o.user_id, o.id AS order_id, h.nth::int AS nth, h.step->>'status' AS status, (h.step->>'at')::timestamptz AS at
    FROM orders.orders o CROSS JOIN LATERAL jsonb_array_elements(o.history) WITH ORDINALITY h(step, nth);
