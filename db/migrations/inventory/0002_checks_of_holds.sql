-- What an outsider needs in order to tell whether the sweep lets no stock be held for long without an order.
CREATE OR REPLACE VIEW checks.reservations AS
  SELECT l.sku, r.order_id, l.quantity, r.state, r.expires_at, r.reserved_at
    FROM inventory.reservations r CROSS JOIN LATERAL unnest(r.skus, r.quantities) l(sku, quantity);
