"""hostile: the voice app's own writes, with us and without us.

usage: hostile.py ATTACH DETACH SCHEMA FOLDER-OR-URL

Each case is a list of statements.  It is run on two databases with the voice app's schema, one of them attached.  After each
statement the outcome must be the same on both: the error or its absence, the rows returned, the number of rows changed, the
last rowid; and at its end the app's own tables, byte for byte, and whether a transaction is open.

Then the attached database's facts must be those of the rows that are there: the same as if it were detached and attached
anew.  What could not be understood is counted in cm_skipped: its rows are compared as well.

With the URL of a database on a PostgreSQL server the databases are made beside it, and the cases are those that are not of
SQLite alone, and some of PostgreSQL.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys

import database

APP_TABLES = ("calls", "transcripts", "latency_events")
CALL = ("INSERT INTO calls (call_id, call_type, started_at, ended_at, duration_seconds, status, metadata) VALUES"
        " ({id}, 'inbound', {at}, {ended}, {duration}, {status}, {metadata})")
STEP = "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata) VALUES ({0}, {1}, {2}, {3}, {4})"
LINE = ("INSERT INTO transcripts (call_id, timestamp, speaker, content, event_type) VALUES ({0}, {1}, 'user', {2},"
        " 'speech')")


def call(id="'c1'", at="'2026-02-06T10:00:00.123456+00:00'", ended="NULL", duration="NULL", status="'active'",
         metadata="NULL"):
    return CALL.format(id=id, at=at, ended=ended, duration=duration, status=status, metadata=metadata)


def step(id="'c1'", kind="'tool_call_duration'", duration="12.5", at="'2026-02-06T10:00:01+00:00'", metadata="NULL"):
    return STEP.format(id, kind, duration, at, metadata)


DEEP = "'" + '[' * 5000 + ']' * 5000 + "'"
DEEP_OBJECT = "'" + '{"a":' * 900 + '1' + '}' * 900 + "'"
TIMES = ["''", "'garbage'", "'2026-02-30T00:00:00'", "'2026-13-01T00:00:00'", "'2026-02-06'", "'2026-02-06T10:00'",
         "'2026-02-06T25:00:00'", "'2026-02-06T10:61:00'", "'2026-02-06T10:00:61'", "'2026-02-06T10:00:00+99:99'",
         "'2026-02-06T10:00:00.'", "'2026-02-06T10:00:00.1234567890123'", "'2026-02-06T10:00:00Zulu'", "'now'",
         "'2026-02-06T10:00:00 UTC'", "'2026-02-06T10:00:00-00:00'", "'2026-02-06 10:00:00'",
         "'0000-00-00T00:00:00'", "'9999-12-31T23:59:59Z'", "'-2026-02-06T10:00:00'", "'１２３４-02-06T10:00:00'",
         "'1969-12-31T23:59:59Z'", "'1970-01-01T00:00:00+23:59'", "1770373800", "1770373800.5", "-1", "9e999", "-9e999",
         "x'00ff'", "CAST(x'323032362d30322d30365431303a30303a303000ff' AS TEXT)", "'2026-02-06T10:00:00' || char(0)",
         "'2026-02-06T10:00:00+00:00' || char(10)", "hex(zeroblob(200000))"]
NUMBERS = ["-1", "-0.0", "0", "1e300", "9e999", "-9e999", "'abc'", "'12abc'", "'12'", "''", "x'01'", "NULL", "1e-300",
           "9223372036854775807", "-9223372036854775808", "31622400", "31622401", "0.0000004", "'nan'"]
JSONS = ["''", "'{'", "'null'", "'[]'", "'5'", "'\"x\"'", "'true'", "'{}'", "'{\"agent\":5}'", "'{\"agent\":null}'",
         "'{\"agent\":[1,2]}'", "'{\"agent\":{\"x\":1}}'", "'{\"agent\":\"\"}'", "'{\"agent\":\"a\",\"agent\":\"b\"}'",
         "'{\"agent\":true,\"provider\":1e400,\"tenant_id\":-0}'", "x'7b7d'", "x'ff'", "5", "5.5", "'{\"a\":' || char(0)",
         "CAST(x'7b2261223a22ff227d' AS TEXT)", "'{\"agent\":\"' || hex(zeroblob(100000)) || '\"}'",
         "'{\"agent\":\"\\u0000x\"}'", "'{\"agent\":\"\\ud800\"}'", "'{agent:1}'", "'[' || char(10)", DEEP, DEEP_OBJECT,
         "'{\"tenant_id\":\"t'' OR 1=1\"}'", "'{\"failure_reason\":[\"api_error\"]}'", "' {\"agent\":\"x\"} '"]
IDS = ["NULL", "''", "5", "5.5", "x'6331'", "'a' || char(0) || 'b'", "CAST(x'ff' AS TEXT)", "hex(zeroblob(100000))",
       "'''quoted'''", "'é😀'"]

CASES = {
    "life of a call": [
        call(), "UPDATE calls SET has_transcript = 1 WHERE call_id = 'c1'",
        LINE.format("'c1'", "'2026-02-06T10:00:02'", "'hello'"), step(),
        "UPDATE calls SET ended_at = '2026-02-06T10:01:00Z', duration_seconds = 59.9, status = 'completed' WHERE call_id = 'c1'",
        "UPDATE calls SET status = 'failed', metadata = '{\"error\":\"api_error\"}' WHERE call_id = 'c1'",
        "DELETE FROM latency_events WHERE call_id = 'c1'", "DELETE FROM transcripts WHERE call_id = 'c1'",
        "DELETE FROM calls WHERE call_id = 'c1'"],
    "call times": [call(f"'t{n}'", at=at) for n, at in enumerate(TIMES)],
    "end times": [call(f"'t{n}'", ended=at, status="'completed'") for n, at in enumerate(TIMES)],
    "step times": [step(at=at) for at in TIMES],
    "line times": [LINE.format("'c1'", at, "'x'") for at in TIMES],
    "durations": [call(f"'d{n}'", duration=d, status="'completed'") for n, d in enumerate(NUMBERS)],
    "step durations": [step(duration=d) for d in NUMBERS],
    "metadata": [call(f"'m{n}'", metadata=m, status="'failed'") for n, m in enumerate(JSONS)],
    "metadata changed": [call()] + [f"UPDATE calls SET metadata = {m}" for m in JSONS],
    "step metadata": [step(metadata=m) for m in JSONS],
    "ids": [call(i) for i in IDS] + [step(i) for i in IDS] + [LINE.format(i, "'2026-02-06T10:00:02'", i) for i in IDS]
           + ["DELETE FROM calls WHERE call_id IS NULL", "DELETE FROM calls"],
    "two calls without an id": [call("NULL"), call("NULL", status="'completed'"), "UPDATE calls SET status = 'failed'",
                                "DELETE FROM calls WHERE rowid = 1", "DELETE FROM calls"],
    "statuses": [call(f"'s{n}'", status=s) for n, s in enumerate(
        ["''", "'COMPLETED'", "'done'", "5", "x'00'", "'active '", "'Failed'", "'in_progress'", "'canceled'", "NULL",
         "hex(zeroblob(100000))"])],
    "status lost and found": [call(status="'completed'", duration="5"), "UPDATE calls SET status = 'gone fishing'",
                              "UPDATE calls SET duration_seconds = 6", "UPDATE calls SET status = 'completed'"],
    "start lost and found": [call(status="'completed'", duration="5"), "UPDATE calls SET started_at = 'once'",
                             "UPDATE calls SET status = 'failed'",
                             "UPDATE calls SET started_at = '2026-02-06T09:00:00'"],
    "kinds": [call(f"'k{n}'").replace("'inbound'", k) for n, k in enumerate(
        ["'outbound'", "'web'", "''", "5", "x'00'", "'INBOUND'", "NULL"])],
    "event types": [step(kind=k) for k in ["'session_duration'", "'nonsense'", "''", "5", "x'00'", "NULL", "'STT'"]],
    "flags": [call()] + [f"UPDATE calls SET has_audio = {v}, has_transcript = {v}"
                         for v in ["TRUE", "'yes'", "NULL", "2", "-1", "0.4", "x'01'", "'1'"]],
    "duplicate": [call(), call(), call(status="'completed'")],
    "insert or ignore": [call(), call(status="'completed'").replace("INSERT", "INSERT OR IGNORE"),
                         call("'c2'").replace("INSERT", "INSERT OR IGNORE"),
                         call("'c3'", at="NULL").replace("INSERT", "INSERT OR IGNORE")],
    "insert or replace": [call(), step(), call(status="'completed'", duration="7").replace("INSERT", "INSERT OR REPLACE"),
                          call(status="'nonsense'").replace("INSERT", "INSERT OR REPLACE"),
                          call(status="'failed'", metadata="'{\"agent\":\"x\"}'").replace("INSERT", "REPLACE"),
                          call(at="'garbage'").replace("INSERT", "REPLACE"), call().replace("INSERT", "REPLACE")],
    "insert or replace by rowid": [
        call("'a'"), "INSERT OR REPLACE INTO calls (rowid, call_id, call_type, started_at, status) VALUES"
        " (1, 'b', 'inbound', '2026-02-06T10:00:00', 'completed')"],
    "replace a step": [
        step(), "REPLACE INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES"
        " (1, 'c1', 'session_duration', 99, '2026-02-06T10:00:00')",
        "REPLACE INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES (1, 'c1', 'x', 99, 'never')",
        "REPLACE INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES"
        " (1, 'c1', 'session_duration', 98, '2026-02-06T10:00:00')"],
    "replace a line": [
        LINE.format("'c1'", "'2026-02-06T10:00:02'", "'x'"),
        "REPLACE INTO transcripts (id, call_id, timestamp, speaker, content, event_type) VALUES"
        " (1, 'c2', '2026-02-06T10:00:00', 'assistant', 'y', 'speech')"],
    "insert or fail": [call("'c2'"), CALL.replace("INSERT", "INSERT OR FAIL").format(
        id="'c1'", at="'2026-02-06T10:00:00'", ended="NULL", duration="NULL", status="'active'", metadata="NULL")
        + ", ('c2', 'inbound', '2026-02-06T10:00:00', NULL, NULL, 'active', NULL)"
        + ", ('c3', 'inbound', '2026-02-06T10:00:00', NULL, NULL, 'active', NULL)"],
    "insert or abort": [call("'c2'"), CALL.replace("INSERT", "INSERT OR ABORT").format(
        id="'c1'", at="'2026-02-06T10:00:00'", ended="NULL", duration="NULL", status="'active'", metadata="NULL")
        + ", ('c2', 'inbound', '2026-02-06T10:00:00', NULL, NULL, 'active', NULL)"],
    "insert or rollback": ["BEGIN", call("'c2'"), call("'c2'").replace("INSERT", "INSERT OR ROLLBACK"), call("'c3'")],
    "update or replace": [call("'a'"), call("'b'", status="'completed'"), step("'a'"),
                          "UPDATE OR REPLACE calls SET call_id = 'b' WHERE call_id = 'a'"],
    "update or ignore": [call("'a'"), call("'b'"), "UPDATE OR IGNORE calls SET call_id = 'b'",
                         "UPDATE OR FAIL calls SET call_id = 'z'", "UPDATE OR ROLLBACK calls SET call_id = 'z'",
                         "UPDATE calls SET call_id = 'z'"],
    "upsert": [call() + " ON CONFLICT DO NOTHING", call(status="'completed'", duration="3")
               + " ON CONFLICT (call_id) DO UPDATE SET status = excluded.status, duration_seconds = excluded.duration_seconds",
               call(status="'odd'") + " ON CONFLICT (call_id) DO UPDATE SET status = excluded.status",
               call() + " ON CONFLICT DO NOTHING"],
    "returning": [call() + " RETURNING call_id, rowid", "UPDATE calls SET status = 'completed' RETURNING *",
                  step() + " RETURNING id", "DELETE FROM calls RETURNING call_id"],
    "renamed ids": [call("'a'"), step("'a'"), step("'b'"), "UPDATE calls SET call_id = 'b'", call("'a'", status="'failed'"),
                    "UPDATE calls SET call_id = NULL WHERE call_id = 'b'", "UPDATE calls SET call_id = 'd' WHERE call_id IS NULL",
                    "UPDATE calls SET call_id = call_id || 'x'", "UPDATE latency_events SET id = id + 10",
                    "UPDATE latency_events SET call_id = 'ax'"],
    "swapped ids": [call("'a'", status="'completed'"), call("'b'", status="'failed'"), "UPDATE calls SET call_id = 'tmp' WHERE call_id = 'a'",
                    "UPDATE calls SET call_id = 'a' WHERE call_id = 'b'", "UPDATE calls SET call_id = 'b' WHERE call_id = 'tmp'"],
    "rowids renumbered": [call("'a'"), call("'b'"), "UPDATE calls SET rowid = rowid + 100", "DELETE FROM calls WHERE rowid = 101"],
    "rolled back": ["BEGIN", call(), step(), LINE.format("'c1'", "'2026-02-06T10:00:02'", "'x'"), "ROLLBACK", call(status="'completed'")],
    "savepoints": ["BEGIN", call("'a'"), "SAVEPOINT one", call("'b'"), "ROLLBACK TO one", call("'c'"), "RELEASE one",
                   "SAVEPOINT two", "DELETE FROM calls", "ROLLBACK TO two", "COMMIT"],
    "many rows": ["WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                  " INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) SELECT 'n' || i, 'inbound',"
                  " '2026-02-06T10:00:00', 'completed', i FROM n",
                  "UPDATE calls SET status = 'failed' WHERE rowid % 2", "UPDATE calls SET metadata = '{\"tenant_id\":\"t' || (rowid % 7) || '\"}'",
                  "UPDATE calls SET started_at = 'x' WHERE rowid % 3 = 0", "DELETE FROM calls WHERE rowid % 5 = 0",
                  "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) SELECT call_id, 'session_duration',"
                  " rowid, '2026-02-06T10:00:00' FROM calls", "DELETE FROM calls", "DELETE FROM latency_events"],
    "foreign keys": ["PRAGMA foreign_keys = on", step("'nobody'"), call(), step(), "DELETE FROM calls",
                     "UPDATE calls SET call_id = 'x'", "DELETE FROM latency_events", "DELETE FROM calls"],
    "recursive triggers": ["PRAGMA recursive_triggers = on", call(), step(), call(status="'completed'").replace("INSERT", "REPLACE"),
                           "INSERT OR REPLACE INTO calls (rowid, call_id, call_type, started_at, status) VALUES"
                           " (1, 'b', 'inbound', '2026-02-06T10:00:00', 'completed')",
                           "UPDATE OR REPLACE calls SET call_id = 'c'", "DELETE FROM calls"],
    "untrusted schema": ["PRAGMA trusted_schema = off", call(metadata="'{\"agent\":\"x\"}'"), step(),
                         "UPDATE calls SET status = 'completed'", "DELETE FROM calls"],
    "cell checks, defensive": ["PRAGMA cell_size_check = on", "PRAGMA case_sensitive_like = on", call(status="'FAILED'"),
                               "PRAGMA ignore_check_constraints = on", call("'c2'"), "PRAGMA reverse_unordered_selects = on",
                               call("'c3'", metadata="'{\"tenant_id\":\"x\"}'")],
    "count changes": ["PRAGMA count_changes = on", call(), "UPDATE calls SET status = 'completed'"],
    "added column": ["ALTER TABLE calls ADD COLUMN mood TEXT DEFAULT 'fine'", call(), "UPDATE calls SET mood = 'sad'",
                     "ALTER TABLE latency_events ADD COLUMN x", step()],
    "new index, analyze": ["CREATE INDEX app_status ON calls (status)", "ANALYZE calls", call(), "REINDEX app_status", "DROP INDEX app_status"],
    "vacuum": [call(), step(), "DELETE FROM calls", "VACUUM", call("'c2'"), "VACUUM"],
    "own trigger of the app": ["CREATE TRIGGER own AFTER INSERT ON calls BEGIN UPDATE calls SET status = 'completed'"
                               " WHERE call_id = NEW.call_id AND status = 'active'; END", call(), "DROP TRIGGER own"],
    "own trigger that refuses": ["CREATE TRIGGER own BEFORE INSERT ON calls WHEN NEW.status = 'failed' BEGIN"
                                 " SELECT RAISE(IGNORE); END", call(status="'failed'"), call("'c2'"),
                                 "CREATE TRIGGER own2 AFTER UPDATE ON calls BEGIN SELECT RAISE(ABORT, 'no'); END",
                                 "UPDATE calls SET status = 'completed'"],
    "big rowids": ["INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES"
                   " (9223372036854775807, 'c1', 'session_duration', 1, '2026-02-06T10:00:00'),"
                   " (-5, 'c1', 'session_duration', 2, '2026-02-06T10:00:00'), (0, 'c1', 'nonsense', 2, '2026-02-06T10:00:00')",
                   step(), "DELETE FROM latency_events WHERE id < 0",
                   "INSERT INTO calls (rowid, call_id, call_type, started_at, status) VALUES"
                   " (-7, 'minus', 'inbound', '2026-02-06T10:00:00', 'active')"],
    "skipped and mended": [call("'a'", at="'x'"), call("'b'", status="'odd'"), call("'c'", duration="-5", status="'completed'"),
                           call("'d'", ended="'soon'", status="'completed'"), step(at="'x'"), step(duration="-1"),
                           "UPDATE calls SET started_at = '2026-02-06T10:00:00' WHERE call_id = 'a'",
                           "UPDATE calls SET status = 'active' WHERE call_id = 'b'", "UPDATE calls SET duration_seconds = 5 WHERE call_id = 'c'",
                           "DELETE FROM calls WHERE call_id = 'd'", "UPDATE latency_events SET timestamp = '2026-02-06T10:00:00' WHERE id = 1",
                           "DELETE FROM latency_events WHERE id = 2"],
    "dropped and made again": [call(), "DROP TABLE calls",
                               "CREATE TABLE calls (call_id TEXT PRIMARY KEY, call_type TEXT NOT NULL, caller_number TEXT,"
                               " callee_number TEXT, started_at TEXT NOT NULL, ended_at TEXT, duration_seconds REAL, status TEXT NOT NULL,"
                               " recording_path TEXT, transcript_path TEXT, has_audio BOOLEAN DEFAULT FALSE,"
                               " has_transcript BOOLEAN DEFAULT FALSE, metadata TEXT)", call("'c2'")],
    "renamed table": [call(), "ALTER TABLE calls RENAME TO old_calls", "ALTER TABLE old_calls RENAME TO calls", call("'c2'")],
}
# A case after which the facts cannot follow, since the table that our triggers were on is gone.
NO_FACTS = {"dropped and made again"}
# Known limits: these cases must still show the difference, so that a limit that was overcome is taken off this list.
LIMITS = {}
# Cases that say something about SQLite only; of the others, what PostgreSQL does not take it refuses with us and without us.
SQLITE_ALONE = {
    "two calls without an id", "insert or ignore", "insert or replace", "insert or replace by rowid", "replace a step",
    "replace a line", "insert or fail", "insert or abort", "insert or rollback", "update or replace", "update or ignore",
    "rowids renumbered", "many rows", "foreign keys", "recursive triggers", "untrusted schema", "cell checks, defensive",
    "count changes", "own trigger of the app", "own trigger that refuses", "big rowids", "dropped and made again",
}
LONG = "repeat('x', 200000)"
POSTGRES_CASES = {
    "numbers that are none": [call(f"'n{n}'", duration=d, status="'completed'") for n, d in enumerate(
        ["'NaN'", "'Infinity'", "'-Infinity'", "1e308", "1e-320", "-0.0"])] + [step(duration=d) for d in ["'NaN'", "'Infinity'"]],
    "long texts": [call(LONG), call("'l'", at=LONG), call("'m'", status=LONG), call("'o'", metadata=LONG),
                   call("'p'", metadata="'{\"agent\":\"' || " + LONG + " || '\"}'"), step(LONG), step(kind=LONG),
                   LINE.format("'c1'", LONG, LONG)],
    "escapes": [call("E'\\x01'"), call("E'\\n'"), call("U&'\\2028'"), call("E'\\xff'"), call("E'\\x00'"),
                call("'j'", metadata="E'{\"agent\":\"\\\\u0000\"}'"), call("'k'", metadata="E'{\"agent\":\"\\\\ud800\"}'")],
    "upsert of many": [
        call("'a'"), "INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) SELECT chr(96 + i), 'inbound',"
        " '2026-02-06T10:00:00', 'completed', i FROM generate_series(1, 20) i ON CONFLICT (call_id) DO UPDATE SET"
        " status = excluded.status, duration_seconds = excluded.duration_seconds",
        "INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('z', 'inbound', 'x', 'active'), ('z', 'inbound', 'y', 'active')"
        " ON CONFLICT (call_id) DO UPDATE SET status = 'failed'"],
    "many rows of a statement": [
        "INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) SELECT 'n' || i, 'inbound',"
        " '2026-02-06T10:00:00', 'completed', i FROM generate_series(1, 500) i",
        "UPDATE calls SET status = 'failed' WHERE duration_seconds < 100",
        "UPDATE calls SET metadata = '{\"tenant_id\":\"t' || (duration_seconds::int % 7) || '\"}'",
        "UPDATE calls SET started_at = 'x' WHERE duration_seconds::int % 3 = 0",
        "UPDATE calls SET call_id = call_id || '-' WHERE duration_seconds::int % 11 = 0",
        "DELETE FROM calls WHERE duration_seconds::int % 5 = 0",
        "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) SELECT call_id, 'session_duration',"
        " duration_seconds, '2026-02-06T10:00:00' FROM calls",
        "UPDATE latency_events SET duration_ms = duration_ms + 1", "DELETE FROM calls", "DELETE FROM latency_events"],
    "truncate": [call(), step(), LINE.format("'c1'", "'2026-02-06T10:00:02'", "'x'"), "TRUNCATE latency_events", step(),
                 "TRUNCATE calls, transcripts, latency_events RESTART IDENTITY", call(), step(), "BEGIN", "TRUNCATE calls", "ROLLBACK",
                 "TRUNCATE calls CASCADE"],
    "with and returning": [
        "WITH made AS (INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('w', 'inbound', '2026-02-06T10:00:00',"
        " 'active') RETURNING call_id) INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) SELECT call_id,"
        " 'session_duration', 5, '2026-02-06T10:00:00' FROM made RETURNING id",
        "WITH gone AS (DELETE FROM calls RETURNING *) UPDATE latency_events SET call_id = 'x' WHERE call_id IN (SELECT call_id FROM gone)"],
    "merge": [call("'a'"), "MERGE INTO calls c USING (VALUES ('a'), ('b')) v (id) ON c.call_id = v.id WHEN MATCHED THEN UPDATE SET"
              " status = 'completed', duration_seconds = 9 WHEN NOT MATCHED THEN INSERT (call_id, call_type, started_at, status)"
              " VALUES (v.id, 'inbound', '2026-02-06T10:00:00', 'active')",
              "MERGE INTO calls c USING (VALUES ('a')) v (id) ON c.call_id = v.id WHEN MATCHED THEN DELETE"],
    "serializable": ["BEGIN ISOLATION LEVEL SERIALIZABLE", call(), step(), "COMMIT", "BEGIN ISOLATION LEVEL REPEATABLE READ", call("'b'"),
                     "COMMIT"],
    "another search path": ["SET search_path = pg_catalog", call().replace("INTO calls", "INTO public.calls"),
                            "UPDATE public.calls SET status = 'completed'", "DELETE FROM public.calls"],
    "odd settings": ["SET standard_conforming_strings = off", call("'a'", metadata="'{\"agent\":\"x\"}'"), "SET DateStyle = 'German'",
                     "SET TimeZone = 'Asia/Kathmandu'", "SET extra_float_digits = -15", "SET IntervalStyle = 'iso_8601'",
                     "SET bytea_output = 'escape'", "SET lc_numeric = 'C'", call("'b'", duration="0.1234567", status="'completed'"), step(),
                     "SET statement_timeout = 5000", "SET row_security = off", "UPDATE calls SET status = 'failed'"],
    "session without triggers": ["SET session_replication_role = replica", call()],
    "shadowing names": ["CREATE TEMP TABLE cm_call (x int)", "CREATE TEMP TABLE cm_meta (x int)",
                        "CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'shadow'$$", call(), step(),
                        "UPDATE calls SET status = 'completed', duration_seconds = 4", "DROP TABLE pg_temp.cm_call", "DELETE FROM calls"],
    "own trigger": [
        "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.status = ''completed''; RETURN NEW; END'",
        "CREATE TRIGGER own BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION own()", call(), "DROP TRIGGER own ON calls",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'",
        "CREATE TRIGGER refuse AFTER UPDATE ON calls FOR EACH ROW EXECUTE FUNCTION refuse()", "UPDATE calls SET status = 'failed'",
        "DROP TRIGGER refuse ON calls", "DROP FUNCTION own, refuse"],
    "foreign keys": ["ALTER TABLE latency_events ADD FOREIGN KEY (call_id) REFERENCES calls ON DELETE CASCADE ON UPDATE CASCADE",
                     step("'nobody'"), call(), step(), "UPDATE calls SET call_id = 'x'", "TRUNCATE calls", "DELETE FROM calls"],
    "altered": ["ALTER TABLE calls ALTER COLUMN duration_seconds TYPE numeric", call(duration="1.5", status="'completed'"),
                "ALTER TABLE calls ALTER COLUMN has_audio TYPE boolean USING FALSE", "ALTER TABLE calls DROP COLUMN recording_path",
                call("'b'")],
    "big ids": ["INSERT INTO latency_events (id, call_id, event_type, duration_ms, timestamp) VALUES"
                " (9223372036854775807, 'c1', 'session_duration', 1, '2026-02-06T10:00:00'),"
                " (-5, 'c1', 'session_duration', 2, '2026-02-06T10:00:00'), (0, 'c1', 'nonsense', 2, '2026-02-06T10:00:00')",
                step(), "DELETE FROM latency_events WHERE id < 0"],
    "prepared": ["PREPARE p (text) AS INSERT INTO calls (call_id, call_type, started_at, status) VALUES ($1, 'inbound',"
                 " '2026-02-06T10:00:00', 'active')"] + [f"EXECUTE p ('p{n}')" for n in range(8)] + ["DEALLOCATE p"],
}
POSTGRES_NO_FACTS = set()
POSTGRES_LIMITS = {}


def run_postgres(db, statement):
    try:
        cursor = db.execute(statement)
        rows, changes = cursor.fetchall(), cursor.rowcount
    except database.Error as error:
        rows, changes = database.failure(error), None
    return repr(rows), changes, db.in_transaction


def contents_postgres(db, tables):
    found = {table: repr(db.execute(f"SELECT * FROM public.{table} ORDER BY 1").fetchall()) for table in tables}
    for table in tables[1:]:
        found[table + "'s numbers"] = db.execute(f"SELECT last_value, is_called FROM public.{table}_id_seq").fetchall()
    return found


def run(db, statement):
    """The outcome of one statement, all that the app can see of it."""
    try:
        cursor = db.execute(statement)
        rows = cursor.fetchall()
    except sqlite3.Error as error:
        rows = f"{type(error).__name__}: {error}"
    # After a statement that failed, and after VACUUM, the last rowid is whatever it happens to be.
    changes, rowid = db.execute("SELECT changes(), last_insert_rowid()").fetchone()
    return rows, changes, rowid if isinstance(rows, list) and statement != "VACUUM" else None, db.in_transaction


def contents(db, tables):
    found = {}
    for table in tables:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        typed = ", ".join(f"typeof({c}), hex(CAST({c} AS BLOB))" for c in columns)
        try:
            found[table] = columns, db.execute(f"SELECT rowid, {typed} FROM {table} ORDER BY rowid").fetchall()
        except sqlite3.OperationalError as error:
            found[table] = str(error)
    found["sequence"] = db.execute(
        "SELECT name, seq FROM sqlite_sequence WHERE name IN ('calls', 'transcripts', 'latency_events') ORDER BY 1").fetchall()
    return found


# The number of a step is its row's, but where that is beyond those that we leave to rows.
FACTS = {
    "cm_call": "SELECT call_id, s.tenant_id, s.agent, s.agent_version, s.provider, s.call_type, c.call_type, caller_number,"
               " callee_number, started_us, ended_us, duration_us, bin, status, failure_reason, has_audio, has_transcript,"
               " metadata FROM cm_call c LEFT JOIN cm_series s USING (series_id) WHERE status IS NOT NULL ORDER BY call_id",
    "cm_latency": "SELECT CASE WHEN latency_id <= 1099511627776 THEN latency_id END, call_id, s.tenant_id, s.agent, component, at_us, l.duration_us,"
                  " l.bin, l.metadata FROM cm_latency l JOIN cm_call USING (call_no) LEFT JOIN cm_series s ON s.series_id = l.series_id ORDER BY 1, 2, 5, 6, 7, 9",
    "cm_transcript": "SELECT transcript_id, call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1",
    "cm_skipped": "SELECT source, source_id, field FROM cm_skipped ORDER BY 1, 2",
}


def facts(path, follow):
    subprocess.run([follow, "--once", path], check=True, stdout=subprocess.DEVNULL)
    db = database.connect(path if database.is_postgres(path) else path + ".callmetrics")
    if not database.is_postgres(path):
        db.text_factory = bytes
    found = {name: db.execute(text).fetchall() for name, text in FACTS.items()}
    db.close()
    return found


def first_difference(a, b):
    for key in a:
        if a[key] != b[key]:
            rows_a, rows_b = a[key], b[key]
            only_a = [row for row in rows_a if row not in rows_b][:2]
            only_b = [row for row in rows_b if row not in rows_a][:2]
            return f"{key}: {str(only_a)[:300]} against {str(only_b)[:300]}"
    return None


class Judge:
    def __init__(self, attach, detach, schema, folder):
        self.attach, self.detach, self.folder = attach, detach, folder
        self.plain = os.path.join(folder, "plain.db")
        with open(schema, encoding="utf-8") as text:
            db = sqlite3.connect(self.plain)
            db.executescript(text.read())
            db.close()
        self.attached = os.path.join(folder, "attached.db")
        shutil.copy(self.plain, self.attached)
        self.job(attach, self.attached)
        self.checks = self.wrong = 0
        self.limit = None

    def job(self, program, *arguments):
        run_with = os.environ.get("CM_RUN", "").split()
        done = subprocess.run(run_with + [program, *arguments], capture_output=True, check=False)
        if done.returncode != 0:
            self.say(f"{program}: {done.stderr.decode(errors='replace')}")

    def say(self, text):
        if self.limit is not None:
            self.limit_seen = True
            return
        self.wrong += 1
        print("FAILED: " + text)

    def same(self, what, ours, plain):
        self.checks += 1
        if ours != plain:
            self.say(f"{what}\n    with us:    {str(ours)[:600]}\n    without us: {str(plain)[:600]}")

    def case(self, name, statements):
        paths = [os.path.join(self.folder, side + "-case.db") for side in ("plain", "attached")]
        for source, path in zip((self.plain, self.attached), paths):
            for end in ("", "-wal", "-shm", ".callmetrics", ".callmetrics-wal", ".callmetrics-shm"):
                if os.path.exists(path + end):
                    os.remove(path + end)
                if os.path.exists(source + end):
                    shutil.copy(source + end, path + end)
        plain, ours = (sqlite3.connect(path, isolation_level=None) for path in paths)
        for db in plain, ours:
            db.text_factory = bytes
        for statement in statements:
            self.same(f"{name}: {statement[:200]}", run(ours, statement), run(plain, statement))
        self.same(f"{name}: the app's tables", contents(ours, APP_TABLES), contents(plain, APP_TABLES))
        self.same(f"{name}: integrity", ours.execute("PRAGMA integrity_check").fetchall(), [(b"ok",)])
        for db in plain, ours:
            if db.in_transaction:
                db.execute("COMMIT")
            db.close()
        if name not in NO_FACTS:
            self.facts_follow(name, paths[1])

    def facts_follow(self, name, path):
        follow = os.path.join(os.path.dirname(self.attach), "follow")
        followed = facts(path, follow)
        self.job(self.detach, path)
        self.job(self.attach, path)
        self.checks += 1
        difference = first_difference(followed, facts(path, follow))
        if difference is not None:
            self.say(f"{name}: the facts that were kept, and those of the rows that are there\n    {difference}")


class PostgresJudge(Judge):
    """The same over databases of a PostgreSQL server."""

    def __init__(self, attach, detach, schema, url):
        self.attach, self.detach = attach, detach
        self.plain = database.make(url, "hostile_plain")
        with open(schema, encoding="utf-8") as text:
            db = database.connect(self.plain)
            db.executescript(text.read())
            db.close()
        self.attached = database.make(url, "hostile_attached", "hostile_plain")
        self.checks = self.wrong = 0
        self.limit = None
        self.job(attach, self.attached)

    def case(self, name, statements):
        paths = [database.make(source, source.rsplit("/", 1)[1] + "_case", source.rsplit("/", 1)[1])
                 for source in (self.plain, self.attached)]
        plain, ours = (database.connect_app(path) for path in paths)
        for statement in statements:
            self.same(f"{name}: {statement[:200]}", run_postgres(ours, statement), run_postgres(plain, statement))
        self.same(f"{name}: the app's tables", contents_postgres(ours, APP_TABLES), contents_postgres(plain, APP_TABLES))
        for db in plain, ours:
            if db.in_transaction:
                db.execute("COMMIT")
            db.close()
        if name not in POSTGRES_NO_FACTS:
            self.facts_follow(name, paths[1])


def main(attach, detach, schema, folder, only=None):
    if database.is_postgres(folder):
        judge, limits = PostgresJudge(attach, detach, schema, folder), POSTGRES_LIMITS
        cases = {name: case for name, case in CASES.items() if name not in SQLITE_ALONE} | POSTGRES_CASES
    else:
        judge, cases, limits = Judge(attach, detach, schema, folder), CASES, LIMITS
    for name, statements in cases.items():
        if only is None or only == name:
            judge.limit, judge.limit_seen = limits.get(name), False
            judge.case(name, statements)
            if judge.limit is not None and not judge.limit_seen:
                judge.limit = None
                judge.say(f"{name}: no longer a limit ({limits[name]})")
    print(json.dumps({"checks": judge.checks, "wrong": judge.wrong}))


main(*sys.argv[1:])
