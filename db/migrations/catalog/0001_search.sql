-- The words of a text: runs of letters and digits, lower case, Unicode's compatible forms made one. Each gets a letter in
-- front, so that the parser takes it for a word and never for a number, a host or a path. An expression, so that it is
-- inlined: 5,000 products a second pass here.
CREATE FUNCTION catalog.marked_v1(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT 'w' || regexp_replace(lower(normalize(p_text, NFKC) COLLATE pg_c_utf8), '[^[:alnum:]]+' COLLATE pg_c_utf8, ' w', 'g')
$$;
--> statement-breakpoint
CREATE FUNCTION catalog.product_words_v1(p_name text, p_variants jsonb, p_description text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT setweight(to_tsvector('pg_catalog.simple', catalog.marked_v1(p_name)), 'A')
      || setweight(to_tsvector('pg_catalog.simple', catalog.marked_v1(jsonb_path_query_array(p_variants, '$[*].sku')::text)), 'B')
      || to_tsvector('pg_catalog.simple', catalog.marked_v1(p_description))
$$;
--> statement-breakpoint
-- Finds what has, for each word asked, a word that begins with it; null where there is no word.
CREATE FUNCTION catalog.query_v1(p_text text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT string_agg(format('''%s'':*', word), ' & ')::tsquery
    FROM string_to_table(catalog.marked_v1(p_text), ' ') word WHERE word <> 'w'
$$;
--> statement-breakpoint
ALTER TABLE "catalog"."products" ADD COLUMN "words" tsvector GENERATED ALWAYS AS (catalog.product_words_v1(name, variants, description)) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "products_by_words" ON "catalog"."products" USING gin ("words");
