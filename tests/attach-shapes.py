"""
attach-shapes: tables of a voice app of every shape, and its writes to them, with us attached and without.

	attach-shapes.py BUILD FOLDER COUNT [SEED]

Each shape is made from a random number that is told when it fails (attach-shapes.py BUILD FOLDER 1 SEED is that one again).  An app does
the same to two files, of which one is attached: what each statement answers (rows, error, changes(), last_insert_rowid()) and what is in
the tables in the end must be the same, and our facts what Python makes of the app's rows.  Or attach refuses, in words that name the
table, and leaves its file as it was and nothing beside it.

Two limits of docs/operators.md are kept out of its way: a row that is replaced by way of a unique index on an expression is found by the
comparison of all rows, so that is made where such an index is; and a row of the wrong type is not written to a STRICT table by a
statement with a conflict clause.  That they are limits still is looked at by itself.
"""

import datetime
import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import sys

build, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
first_seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1

STATUSES = {"active": "active", "in_progress": "active", "completed": "completed", "Success": "completed", "failed": "failed",
            "no such word": None, None: None}
COMPONENTS = {"speech_end_to_first_audio": "turn_e2e", "llm_ttft": "llm_ttft", "tts_ttfb": "tts_ttfb", "no such step": None, None: None}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Table:
    """One table of a shape: its columns by the names that we know them by, and what stands around it."""

    def __init__(self, name):
        self.name = name
        self.columns = {}           # name -> declaration
        self.constraints = []
        self.after = []             # statements
        self.options = []
        self.generated = {}
        self.broken = False         # it may be refused

    def create(self):
        parts = ["%s %s" % (quoted(name), kind) for name, kind in self.columns.items()] + self.constraints
        return "CREATE TABLE %s (%s)%s" % (quoted(self.name), ", ".join(parts), " " + ", ".join(self.options) if self.options else "")

    def writable(self):
        return [name for name in self.columns if name not in self.generated]


def lose(rng, table, needed):
    """Columns that are missing, or called otherwise."""
    for name in list(table.columns):
        if name in ("id", "call_id", "org", "uid") or name in table.generated or (name == "caller_number" and table.generated):
            continue
        chance = 0.02 if name in needed else 0.15
        if rng.random() >= chance:
            continue
        if rng.random() < 0.5:
            table.columns[name + " of ours"] = table.columns[name]
        del table.columns[name]
        table.broken |= name in needed


def odd_columns(rng, table, strict):
    for name in ('odd "name"', "select", "a b", "NEW", "callmetrics", "rowid", "_rowid_", "t", "k"):
        if rng.random() < 0.08:
            table.columns[name] = "TEXT" if strict else rng.choice(["TEXT", "", "INTEGER DEFAULT 7", "BLOB"])


# How calls are told apart: columns, and what stands beside them.
CALL_KEYS = {
    "text": {"call_id": "TEXT PRIMARY KEY"},
    "not null": {"call_id": "TEXT NOT NULL PRIMARY KEY"},
    "number": {"id": "INTEGER PRIMARY KEY", "call_id": "TEXT UNIQUE"},
    "number kept": {"id": "INTEGER PRIMARY KEY AUTOINCREMENT", "call_id": "TEXT UNIQUE"},
    "number loose": {"id": "INTEGER PRIMARY KEY", "call_id": "TEXT"},
    "none": {"call_id": "TEXT"},
    "bytes": {"call_id": "BLOB PRIMARY KEY"},
    "composite": {"org": "TEXT", "call_id": "TEXT"},
    "without rowid": {"call_id": "TEXT PRIMARY KEY"},
    "integer": {"call_id": "INTEGER PRIMARY KEY"},
    "untyped": {"call_id": "PRIMARY KEY"},
    "nocase": {"call_id": "TEXT COLLATE NOCASE PRIMARY KEY"},
    "rtrim": {"call_id": "TEXT COLLATE RTRIM PRIMARY KEY"},
    "uuid": {"uid": "TEXT PRIMARY KEY", "call_id": "TEXT UNIQUE NOT NULL"},
    "index": {"call_id": "TEXT"},
    "partial": {"call_id": "TEXT"},
    "expression": {"call_id": "TEXT"},
    "desc": {"call_id": "INTEGER PRIMARY KEY DESC"},
    "upper": {"CALL_ID": "TEXT PRIMARY KEY"},
}
CALL_INDEXES = {"index": "(call_id)", "partial": "(call_id) WHERE call_id IS NOT NULL", "expression": "(lower(call_id))"}


def make_calls(rng):
    t = Table("calls")
    strict = rng.random() < 0.12
    t.kind = rng.choice([kind for kind in CALL_KEYS if not (strict and kind == "untyped")])
    columns = t.columns
    columns.update(CALL_KEYS[t.kind])
    if t.kind in CALL_INDEXES:
        t.after.append("CREATE UNIQUE INDEX calls_by_id ON calls " + CALL_INDEXES[t.kind])
    if t.kind == "composite":
        t.constraints.append("PRIMARY KEY (org, call_id)")
    if t.kind == "without rowid":
        t.options.append("WITHOUT ROWID")
    loose = not strict
    columns["call_type"] = rng.choice(["TEXT", "TEXT NOT NULL DEFAULT 'inbound'"] + (["VARCHAR(16)", ""] if loose else []))
    columns["caller_number"] = rng.choice(["TEXT", "TEXT UNIQUE"] + (["VARCHAR"] if loose else []))
    columns["callee_number"] = "TEXT"
    columns["started_at"] = rng.choice(["TEXT", "TEXT NOT NULL", "INTEGER", "REAL"] if strict else
                                       ["TEXT", "TEXT NOT NULL", "DATETIME", "INTEGER", "REAL", "", "TIMESTAMP"])
    columns["ended_at"] = columns["started_at"].replace(" NOT NULL", "")
    columns["duration_seconds"] = rng.choice(["REAL", "TEXT"] if strict else ["REAL", "NUMERIC", "TEXT", ""])
    columns["status"] = "TEXT"
    columns["has_audio"] = "INTEGER DEFAULT 0" if strict else rng.choice(["BOOLEAN DEFAULT FALSE", "INTEGER", "TEXT"])
    columns["metadata"] = "TEXT" if strict else rng.choice(["TEXT", "JSON", "BLOB"])
    if rng.random() < 0.1:
        columns["callee_number"] = "TEXT GENERATED ALWAYS AS ('+' || caller_number) %s" % rng.choice(["VIRTUAL", "STORED"])
        t.generated["callee_number"] = True
    if strict:
        t.options.append("STRICT")
    lose(rng, t, ("started_at",))
    odd_columns(rng, t, strict)
    if "caller_number" in columns and "started_at" in columns and rng.random() < 0.1:
        t.constraints.append("UNIQUE (caller_number, started_at)%s" % rng.choice(["", " ON CONFLICT REPLACE", " ON CONFLICT IGNORE"]))
    if "caller_number" in columns and rng.random() < 0.08:
        t.after.append("CREATE UNIQUE INDEX calls_caller ON calls (caller_number COLLATE NOCASE) WHERE status = 'active'"
                       if "status" in columns else "CREATE UNIQUE INDEX calls_caller ON calls (caller_number)")
    triggers = []
    if "caller_number" in columns:
        triggers.append("CREATE TRIGGER tidy AFTER INSERT ON calls BEGIN UPDATE calls SET caller_number = NEW.caller_number || 'x' "
                        "WHERE call_id = NEW.call_id; END")
    if "status" in columns:
        triggers.append("CREATE TRIGGER reject BEFORE INSERT ON calls WHEN NEW.status = 'failed' BEGIN SELECT RAISE(IGNORE); END")
        triggers.append("CREATE TRIGGER abort_it BEFORE UPDATE ON calls WHEN NEW.status = 'failed' BEGIN SELECT RAISE(ABORT, 'no'); END")
        triggers.append("CREATE TRIGGER fail_it AFTER UPDATE ON calls WHEN NEW.status = 'failed' BEGIN SELECT RAISE(FAIL, 'no'); END")
    triggers.append("CREATE TRIGGER gone AFTER DELETE ON calls BEGIN INSERT INTO audit (what, n) VALUES (OLD.call_id, changes()); END")
    # What an insert into a table without row numbers leaves there is what stood there before, maybe of one that failed.
    if "WITHOUT ROWID" not in t.options:
        triggers.append("CREATE TRIGGER came AFTER INSERT ON calls BEGIN INSERT INTO audit (what, n) VALUES (NEW.call_id, last_insert_rowid()); END")
    t.after += [trigger for trigger in triggers if rng.random() < 0.12]
    return t


UNIQUE = ("text", "not null", "number", "number kept", "without rowid", "integer", "untyped", "nocase", "uuid", "index", "desc", "upper",
          "rtrim", "bytes")


def make_child(rng, name, columns, needed, parent):
    t = Table(name)
    strict = rng.random() < 0.12
    kind = rng.choice(["auto", "auto", "number", "text", "text null", "bytes", "none", "without rowid", "composite", "real",
                       "nocase", "composite without rowid", "unique"] + ([] if strict else ["untyped"]))
    t.kind = kind
    keys = {"auto": "INTEGER PRIMARY KEY AUTOINCREMENT", "number": "INTEGER PRIMARY KEY", "text": "TEXT PRIMARY KEY NOT NULL",
            "text null": "TEXT PRIMARY KEY", "bytes": "BLOB PRIMARY KEY", "without rowid": "TEXT PRIMARY KEY", "untyped": "PRIMARY KEY",
            "real": "REAL PRIMARY KEY", "nocase": "TEXT COLLATE NOCASE PRIMARY KEY", "unique": "INTEGER UNIQUE",
            "composite": "TEXT", "composite without rowid": "TEXT"}
    if kind in keys:
        t.columns["id"] = keys[kind]
    t.columns["call_id"] = "TEXT"
    if "composite" in kind:
        t.constraints.append("PRIMARY KEY (call_id, id)")
    if "without rowid" in kind:
        t.options.append("WITHOUT ROWID")
    if strict:
        t.options.append("STRICT")
    for column in columns:
        t.columns[column] = "REAL" if column == "duration_ms" else "TEXT"
    t.columns["metadata"] = "TEXT"
    lose(rng, t, needed)
    odd_columns(rng, t, strict)
    if "timestamp" in t.columns and rng.random() < 0.15:
        t.constraints.append("UNIQUE (call_id, timestamp)%s" % rng.choice(["", " ON CONFLICT REPLACE"]))
    if rng.random() < (0.4 if parent.kind in UNIQUE else 0.04):
        t.constraints.append("FOREIGN KEY (call_id) REFERENCES calls (call_id) ON DELETE %s ON UPDATE %s" %
                             (rng.choice(["CASCADE", "SET NULL", "NO ACTION", "RESTRICT"]), rng.choice(["CASCADE", "SET NULL", "NO ACTION"])))
    return t


class Shape:
    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.tables = [make_calls(rng)]
        if rng.random() < 0.85:
            self.tables.append(make_child(rng, "transcripts", ["timestamp", "speaker", "content"], ("timestamp",), self.tables[0]))
        if rng.random() < 0.85:
            self.tables.append(make_child(rng, "latency_events", ["event_type", "duration_ms", "timestamp"],
                                          ("event_type", "duration_ms", "timestamp"), self.tables[0]))
        self.view = rng.random() < 0.03
        self.named = rng.random() < 0.03
        self.pragmas = ["PRAGMA %s" % text for text in (
            "foreign_keys = %d" % (rng.random() < 0.4), "recursive_triggers = %d" % (rng.random() < 0.3),
            "trusted_schema = %d" % (rng.random() < 0.6), "journal_mode = %s" % rng.choice(["wal", "delete", "truncate", "persist"]))]

    def create(self, app):
        app.run("CREATE TABLE audit (n INTEGER, what)")
        for table in self.tables:
            if self.view and table is self.tables[-1]:
                app.run(table.create().replace('"%s"' % table.name, '"%s_base"' % table.name, 1))
                app.run("CREATE VIEW %s AS SELECT * FROM %s_base" % (table.name, table.name))
                table.view = True
                continue
            error = app.run(table.create())[1]
            if error is not None:
                raise AssertionError("%s: %s" % (error, table.create()))
            for statement in table.after:
                app.run(statement)
        if self.named:
            app.run("CREATE TRIGGER callmetrics_calls_added AFTER INSERT ON audit BEGIN SELECT 1; END")


INSTANT = datetime.datetime(2026, 2, 3, 10, 0, tzinfo=datetime.timezone.utc)


def fits(declared, value):
    """Whether a column of a STRICT table takes it."""
    if declared.startswith("BLOB"):
        return value is None or isinstance(value, bytes)
    return value is None or isinstance(value, str if declared.startswith("TEXT") else (int, float))


class Writer:
    """Writes of the app: the same for both files."""

    def __init__(self, shape):
        self.shape, self.rng = shape, shape.rng
        self.serial = 0

    def value(self, table, column):
        rng = self.rng
        self.serial += 1
        ids = ["c%d" % rng.randrange(12), "C%d" % rng.randrange(6), "c%d " % rng.randrange(6)]
        if column.lower() == "call_id":
            choices = {"integer": [rng.randrange(1, 12)], "desc": [rng.randrange(1, 12)], "untyped": ids + [rng.randrange(12), 1.5],
                       "bytes": ids + [b"\x01\xff%d" % rng.randrange(6)]}.get(self.shape.tables[0].kind, ids)
            return rng.choice(choices + ([None] if rng.random() < 0.05 else []))
        if column in ("id", "uid", "org"):
            small = rng.randrange(1, 9)
            return {"auto": rng.choice([None, small]), "number": rng.choice([None, small]), "bytes": b"\x00%d" % small,
                    "untyped": rng.choice([small, str(small), small + 0.5, b"%d" % small]), "real": rng.choice([small, small + 0.25]),
                    "nocase": rng.choice("abcABC"), "unique": rng.choice([None, small]), "number loose": rng.choice([None, small]),
                    "text null": rng.choice([None, "k%d" % small, "k%d" % small])}.get(table.kind, "k%d" % small)
        if column in ("started_at", "ended_at", "timestamp"):
            kind = table.columns[column]
            at = INSTANT + datetime.timedelta(seconds=rng.randrange(86400), microseconds=rng.randrange(1000) * 1000)
            if column == "ended_at" and rng.random() < 0.3:
                return None
            if kind.startswith(("INTEGER", "REAL")):
                return int(at.timestamp())
            return rng.choice([at.isoformat(), at.strftime("%Y-%m-%dT%H:%M:%S.%f"), at.strftime("%Y-%m-%d %H:%M:%S"), "no time", None]
                              if rng.random() < 0.2 else [at.isoformat()])
        if column == "status":
            return rng.choice(list(STATUSES))
        if column == "event_type":
            return rng.choice(list(COMPONENTS))
        if column == "duration_ms":
            return rng.choice([rng.randrange(9000), 12.5, None, -3])
        if column == "duration_seconds":
            return rng.choice([rng.randrange(900), 1.25, None])
        if column == "call_type":
            return rng.choice(["inbound", "outbound", "INBOUND"])
        if column == "has_audio":
            return rng.choice([0, 1])
        if column == "metadata":
            return rng.choice([None, "{}", '{"agent": "billing", "n": NaN}', "no JSON", '{"agent": "sales"'])
        if column == "caller_number":
            return rng.choice(["+1%d" % rng.randrange(9), None])
        return rng.choice(["hello", None])

    def insert(self, table, way="INSERT"):
        names = [name for name in table.writable() if self.rng.random() < 0.93]
        rows = self.rng.choice([1, 1, 1, 3])
        values = [self.value(table, name) for _ in range(rows) for name in names]
        if way != "INSERT" and "STRICT" in table.options:
            values = [value if fits(table.columns[names[n % len(names)]], value) else None for n, value in enumerate(values)]
        group = "(" + ", ".join("?" for _ in names) + ")"
        return "%s INTO %s (%s) VALUES %s" % (way, table.name, ", ".join(map(quoted, names)), ", ".join([group] * rows)), values

    def statement(self):
        rng = self.rng
        table = rng.choice(self.shape.tables)
        column = rng.choice(table.writable())
        key = rng.choice([name for name in table.columns if name.lower() in ("id", "call_id")])
        kind = rng.randrange(14)
        if kind < 4:
            return self.insert(table)
        if kind < 7:
            return self.insert(table, rng.choice(["INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL", "INSERT OR ROLLBACK", "REPLACE",
                                                  "INSERT OR ABORT"]))
        if kind == 7:
            text, values = self.insert(table)
            other = quoted(rng.choice([name for name in table.columns if name not in table.generated]))
            return text + " ON CONFLICT DO %s" % rng.choice(["NOTHING", "UPDATE SET %s = excluded.%s" % (other, other)]), values
        if kind == 8:
            return "UPDATE %s SET %s = ? WHERE %s = ?" % (table.name, quoted(column), quoted(key)), [self.value(table, column), self.value(table, key)]
        if kind == 9:
            return "UPDATE OR %s %s SET %s = ? WHERE %s = ?" % (rng.choice(["REPLACE", "IGNORE", "FAIL", "ROLLBACK"]), table.name, quoted(key),
                                                               quoted(key)), [self.value(table, key), self.value(table, key)]
        if kind == 10:
            return "DELETE FROM %s WHERE %s = ?" % (table.name, quoted(key)), [self.value(table, key)]
        if kind == 11:
            return rng.choice(["DELETE FROM %s" if rng.random() < 0.2 else "UPDATE %s SET call_id = call_id",
                               "UPDATE %s SET " + quoted(column) + " = " + quoted(column)]) % table.name, []
        if kind == 12:
            return rng.choice(["BEGIN", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s", "COMMIT", "ROLLBACK", "BEGIN IMMEDIATE"]), []
        return "INSERT INTO %s DEFAULT VALUES" % table.name, []


class App:
    """One connection of the app, which notes what it was answered."""

    def __init__(self, path, pragmas):
        self.path, self.pragmas, self.db = path, pragmas, None
        self.connect()

    def connect(self):
        if self.db is None:
            self.db = sqlite3.connect(self.path, isolation_level=None)
            for pragma in self.pragmas + ["PRAGMA synchronous = off"]:     # no power is cut here
                self.db.execute(pragma).fetchall()

    def close(self):
        if self.db is not None:
            self.db.close()
        self.db = None

    def run(self, text, values=(), numbered=True):
        try:
            rows = self.db.execute(text, values).fetchall()
            error = None
        except sqlite3.Error as problem:
            # Of two constraints that a row violates, a trigger may bring the other one to be told.
            rows, error = None, type(problem).__name__ if isinstance(problem, sqlite3.IntegrityError) else str(problem)
        changes, rowid = self.db.execute("SELECT changes(), last_insert_rowid()").fetchone()
        # What an insert that failed leaves there is not said anywhere, and a trigger of anybody's changes it.
        inserted = error is None and text.startswith(("INSERT", "REPLACE")) and "DO UPDATE" not in text and changes > 0
        rowid = rowid if inserted and numbered else None
        return rows, error, changes, rowid, self.db.in_transaction

    def dump(self):
        tables = [name for name, in self.db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'callmetrics%' AND name NOT LIKE 'sqlite!_stat%' ESCAPE '!' ORDER BY 1")]
        found = {}
        for name in tables:
            rows = self.db.execute("SELECT * FROM %s" % quoted(name)).fetchall()
            if name == "sqlite_sequence":
                rows = [row for row in rows if row[0] != "callmetrics_journal"]
            found[name] = rows
        return found


# What Python makes of the app's rows.

def microseconds(value):
    if isinstance(value, (int, float)):
        return round(value * 1000000)
    try:
        at = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)
    delta = at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1000000 + delta.microseconds


def text_of(value):
    return None if value is None or isinstance(value, bytes) else str(value)


def expected_calls(db):
    """call_id -> the facts that it may be: several rows of one id are one of them."""
    found = {}
    cursor = db.execute("SELECT * FROM calls")
    names = [column[0].lower() for column in cursor.description]
    for row in cursor:
        row = dict(zip(names, row))
        call_id, started = text_of(row["call_id"]), microseconds(row.get("started_at"))
        status = STATUSES.get(row.get("status"))
        if "status" not in row or row["status"] is None:
            status = "completed" if microseconds(row.get("ended_at")) is not None else None
        if call_id is None:
            continue
        fact = (started, status, "inbound" if str(row.get("call_type")).lower() == "inbound" else "outbound",
                row.get("caller_number"), row.get("callee_number"), microseconds(row.get("ended_at")))
        found.setdefault(call_id, set()).add(fact if started is not None and status is not None else None)
    return found


def expected_steps(db):
    found = []
    cursor = db.execute("SELECT * FROM latency_events")
    names = [column[0].lower() for column in cursor.description]
    for row in cursor:
        row = dict(zip(names, row))
        at, component, ms = microseconds(row["timestamp"]), COMPONENTS.get(row["event_type"]), row["duration_ms"]
        if text_of(row["call_id"]) is not None and at is not None and component is not None and ms is not None and ms >= 0:
            found.append((text_of(row["call_id"]), component, at, round(ms * 1000)))
    return sorted(found)


def expected_lines(db):
    found = []
    cursor = db.execute("SELECT * FROM transcripts")
    names = [column[0].lower() for column in cursor.description]
    for row in cursor:
        row = dict(zip(names, row))
        if text_of(row["call_id"]) is not None and microseconds(row["timestamp"]) is not None:
            found.append((text_of(row["call_id"]), microseconds(row["timestamp"]), row.get("speaker") or "", row.get("content") or ""))
    return sorted(found)


def compare_facts(path, tables):
    """What of our facts is not what the rows give: a list of texts."""
    app = sqlite3.connect(path)
    own = sqlite3.connect("file:%s.callmetrics?mode=ro" % path, uri=True)
    wrong = []
    calls = {row[0]: row[1:] for row in own.execute(
        "SELECT call_id, started_us, status, call_type, caller_number, callee_number, ended_us FROM cm_call WHERE status IS NOT NULL")}
    want = expected_calls(app)
    for call_id in sorted(set(calls) | set(want)):
        if calls.get(call_id) not in want.get(call_id, {None}):
            wrong.append("call %r is %r, want one of %r" % (call_id, calls.get(call_id), want.get(call_id)))
    if "latency_events" in tables:
        got = sorted(own.execute("SELECT call_id, component, at_us, cm_latency.duration_us FROM cm_latency JOIN cm_call USING (call_no)").fetchall())
        if got != expected_steps(app):
            wrong.append("steps are %r, want %r" % (got, expected_steps(app)))
    if "transcripts" in tables:
        got = sorted(own.execute("SELECT call_id, at_us, coalesce(speaker, ''), coalesce(content, '') FROM cm_transcript JOIN cm_call USING (call_no)").fetchall())
        if got != expected_lines(app):
            wrong.append("lines are %r, want %r" % (got, expected_lines(app)))
    app.close()
    own.close()
    return wrong


def schema_of(path):
    db = sqlite3.connect(path)
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
    rows += db.execute("PRAGMA user_version").fetchall() + db.execute("PRAGMA journal_mode").fetchall()
    db.close()
    return rows


def bytes_of(path):
    """Read by another process: one that closes a file gives up what its connections have locked there."""
    return subprocess.run(["cat", path], stdout=subprocess.PIPE, check=True).stdout


def job(name, *arguments):
    return subprocess.run([os.path.join(build, "jobs", name)] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Different(Exception):
    pass


def take_in(path, shape, when):
    done = job("follow", "--once", path)
    if done.returncode != 0:
        raise Different("%s: follow --once: %s" % (when, done.stdout))
    tables = {table.name for table in shape.tables}
    wrong = compare_facts(path, tables)
    if wrong and shape.tables[0].kind == "expression":
        job("follow", "--once", "--compare", path)
        wrong = compare_facts(path, tables)
    if wrong:
        raise Different("%s: %s" % (when, "; ".join(wrong)))


def make(shape, writer, filled):
    """The app's two files, of which one will be attached."""
    for old in os.listdir(folder):
        if old.startswith(("app.db", "twin.db")):
            os.remove(os.path.join(folder, old))
    apps = [App(os.path.join(folder, name), shape.pragmas) for name in ("app.db", "twin.db")]
    for app in apps:
        shape.create(app)
    for _ in range(12 if filled else 0):
        statement = writer.insert(shape.rng.choice(shape.tables))
        for app in apps:
            app.run(*statement)
    return apps


def close(apps):
    for app in apps:
        app.close()


def left_nothing(shape, path, before, data, said):
    if schema_of(path) != before or bytes_of(path) != data:
        raise Different("refused, yet its file is not as it was: " + said)
    left = [name for name in os.listdir(folder) if name.startswith("app.db.callmetrics")]
    if left:
        raise Different("refused, yet %s is there: %s" % (left, said))
    if not any(table.name in said for table in shape.tables) and not shape.named:
        raise Different("refused without the name of a table: " + said)


def write_both(shape, writer, apps):
    """Writes of the app, to both files: what was written."""
    said = []
    for _ in range(30):
        text, values = writer.statement()
        said.append("%s %r" % (text, values))
        numbered = not any("WITHOUT ROWID" in table.options and " %s " % table.name in text for table in shape.tables)
        answers = [app.run(text, values, numbered) for app in apps]
        if answers[0] != answers[1]:
            raise Different("%s %r\n    attached: %r\n    alone:    %r" % (text, values, answers[0], answers[1]))
    for app in apps:
        if app.db.in_transaction:
            app.run("COMMIT")
    if apps[0].dump() != apps[1].dump():
        raise Different("the tables differ:\n    %r\n    %r" % (apps[0].dump(), apps[1].dump()))
    return said


def try_shape(seed, filled):
    """Whether it was attached, or refused; Different where it behaves otherwise.  Every other app is connected meanwhile."""
    shape = Shape(seed)
    writer = Writer(shape)
    apps = make(shape, writer, filled)
    try:
        if seed % 2:
            close(apps)
        return try_attached(shape, writer, apps)
    finally:
        close(apps)


def try_attached(shape, writer, apps):
    path = os.path.join(folder, "app.db")
    before, data = schema_of(path), bytes_of(path)
    attached = job("attach", path)
    if attached.returncode != 0:
        left_nothing(shape, path, before, data, attached.stdout)
        return "refused", attached.stdout
    take_in(path, shape, "attached")
    for app in apps:
        app.connect()
    for part in range(2):
        said = write_both(shape, writer, apps)
        try:
            take_in(path, shape, "part %d" % part)
        except Different as problem:
            raise Different("%s\n    after: %s" % (problem, "\n           ".join(line[:200] for line in said[-int(os.environ.get("SAID", "6")):])))
    detached = job("detach", path)
    if detached.returncode != 0 or schema_of(path) != before or os.path.exists(path + ".callmetrics"):
        raise Different("detach leaves something: " + detached.stdout)
    write_both(shape, writer, apps)
    return "attached", ""


def fresh(name, schema):
    """Two files with these tables, of which one is attached; connections to both."""
    paths = [os.path.join(folder, name + side) for side in (".db", "-alone.db")]
    apps = [App(path, []) for path in paths]
    for app in apps:
        app.db.executescript(schema)
    if job("attach", paths[0]).returncode != 0:
        raise Different("%s is not attached" % name)
    return paths[0], apps


def look_at_limits():
    path, apps = fresh("strict", "CREATE TABLE calls (call_id TEXT PRIMARY KEY, number TEXT UNIQUE, kind TEXT NOT NULL, started_at REAL) STRICT")
    two_wrong = [app.run("INSERT OR IGNORE INTO calls VALUES ('a', '+1', NULL, 'no number')")[1] for app in apps]
    if two_wrong != ["IntegrityError", None]:
        raise Different("STRICT and OR IGNORE: no limit any more, or another one (see docs/operators.md): %r" % two_wrong)
    close(apps)
    path, apps = fresh("expression", "CREATE TABLE calls (call_id TEXT, started_at TEXT, status TEXT); "
                       "CREATE UNIQUE INDEX by_id ON calls (lower(call_id))")
    found = []
    for statement, compare in (("INSERT INTO calls VALUES ('a', '2026-02-03T10:00:00', 'completed')", ()),
                               ("REPLACE INTO calls VALUES ('A', '2026-02-03T10:00:00', 'completed')", ()), ("SELECT 1", ("--compare",))):
        apps[0].run(statement)
        job("follow", "--once", *compare, path)
        found.append(compare_facts(path, {"calls"}) == [])
    if found != [True, False, True]:
        raise Different("a unique index on an expression: no limit any more, or another one (see docs/operators.md): %r" % found)
    close(apps)


def show(seed, filled, problem):
    shape = Shape(seed)
    print("shape %d, %s: %s\n    %s\n    %s" % (seed, "filled" if filled else "empty", problem, "\n    ".join(
        itertools.chain.from_iterable([table.create()] + table.after for table in shape.tables)), "; ".join(shape.pragmas)))


def main():
    look_at_limits()
    outcomes, refusals, failed = {}, {}, 0
    for seed, filled in itertools.product(range(first_seed, first_seed + count), (False, True)):
        try:
            outcome, words = try_shape(seed, filled)
        except Different as problem:
            failed += 1
            outcome = "different"
            if failed <= int(os.environ.get("SHOW", "5")):
                show(seed, filled, problem)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if outcome == "refused":
            words = words.replace("callmetrics attach: ", "").replace(os.path.join(folder, "app.db"), "").strip(": \n")
            refusals[words] = refusals.get(words, 0) + 1
    print("%s of %d shapes, each empty and filled" % (
        ", ".join("%d %s" % (number, outcome) for outcome, number in sorted(outcomes.items())), count))
    for words, number in sorted(refusals.items()):
        print("    %d refused: %s" % (number, words))
    sys.exit(failed > 0)


main()
