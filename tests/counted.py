"""What counters must have counted, less what they owe: the calls that there are and that have settled, where none was taken away."""

ENDED = "c.status <> 'active' AND NOT EXISTS (SELECT 1 FROM cm_unsettled u WHERE u.call_no = c.call_no)"
DUE = f"""SELECT m.into_id, c.status || '/' || c.call_type || '/' || c.failure_reason, count(*),
        sum(CASE WHEN c.bin IS NULL THEN 0 ELSE 1 END), sum(CASE WHEN c.bin IS NULL THEN 0 ELSE c.duration_us END)
    FROM cm_call c JOIN cm_marginal m ON m.series_id = c.series_id WHERE {ENDED} GROUP BY 1, 2
    UNION ALL SELECT m.into_id, '', count(*), 0, 0 FROM cm_call c JOIN cm_marginal m ON m.series_id = c.series_id
    WHERE c.status IS NOT NULL AND m.scope IN ('all', 'tenant') GROUP BY 1"""
COUNTED = """SELECT series_id, outcome, n - n_owed, n_value - n_value_owed, sum_us - sum_us_owed FROM cm_counter
    WHERE kind = 'call' AND (n <> n_owed OR n_value <> n_value_owed OR sum_us <> sum_us_owed)"""


def differences(db):
    """Counters that are not so, as sentences."""
    due, counted = (set(tuple(row) for row in db.execute(text)) for text in (DUE, COUNTED))
    return [f"{len(due - counted)} counters are missing or wrong, such as {sorted(due - counted)[:2]}; "
            f"{len(counted - due)} too many, such as {sorted(counted - due)[:2]}"] if due != counted else []
