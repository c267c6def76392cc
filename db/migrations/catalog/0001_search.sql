-- The words of a text with their places, the same on every server: runs of letters and digits, lower case, Unicode's
-- compatible forms made one. Of a word that is longer than any, the beginning.
CREATE FUNCTION catalog.words_v1(p_text text) RETURNS TABLE(word text, place bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT left(w.word, 64), w.place
    FROM regexp_split_to_table(lower(normalize(p_text, NFKC) COLLATE pg_c_utf8), '[^[:alnum:]]+' COLLATE pg_c_utf8)
         WITH ORDINALITY AS w(word, place)
   WHERE w.word <> ''
$$;
--> statement-breakpoint
CREATE FUNCTION catalog.vector_v1(p_text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT coalesce(string_agg(format('''%s'':%s', word, least(place, 16383)), ' '), '')::tsvector FROM catalog.words_v1(p_text)
$$;
--> statement-breakpoint
-- Finds what has, for each word asked, a word that begins with it; null where there is no word.
CREATE FUNCTION catalog.query_v1(p_text text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT string_agg(format('''%s'':*', word), ' & ')::tsquery FROM catalog.words_v1(p_text)
$$;
--> statement-breakpoint
CREATE FUNCTION catalog.product_words_v1(p_name text, p_variants jsonb, p_description text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
  SELECT setweight(catalog.vector_v1(p_name), 'A')
      || setweight(catalog.vector_v1((SELECT string_agg(v ->> 'sku', ' ') FROM jsonb_array_elements(p_variants) v)), 'B')
      || catalog.vector_v1(p_description)
$$;
--> statement-breakpoint
ALTER TABLE "catalog"."products" ADD COLUMN "words" tsvector GENERATED ALWAYS AS (catalog.product_words_v1(name, variants, description)) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "products_by_words" ON "catalog"."products" USING gin ("words");
