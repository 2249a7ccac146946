-- When a call started; no row where there is none, or it is of another tenant (null: of any).  Uses the primary keys.
SELECT started_us FROM cm_call JOIN cm_series USING (series_id)
WHERE call_id = :call_id AND (:tenant_id IS NULL OR tenant_id = :tenant_id)
