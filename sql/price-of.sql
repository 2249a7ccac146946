-- The price of a use at an instant: the model's own before the provider's.  Without a provider the model must tell.  Uses the unique
-- index.
SELECT p.price_id, p.provider, p.price_nusd, p.per FROM cm_price p
WHERE p.service = :service AND p.unit = :unit AND (p.provider = :provider OR (:provider = '' AND p.model <> ''))
	AND (p.model = :model OR p.model = '') AND p.valid_from_us <= :at
ORDER BY p.model DESC, p.valid_from_us DESC, p.price_id LIMIT 1
