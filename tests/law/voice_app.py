"""
voice_app: spec 1's voice app, played: its tables, and the statements that it sends, at random.

A step is a list of texts that go together: one statement of the app, a transaction from BEGIN to COMMIT or ROLLBACK, or one
directive for the test ("-- attach", "-- detach", "-- prune 3").  Literals stand in the text, so a script of steps can be
read, kept as a file and fed to sqlite3 by hand.
"""

import json
import random
import re

US = 1_000_000
HOUR = 3600 * US
DAY = 24 * HOUR

TABLES = """
CREATE TABLE calls (
    call_id TEXT PRIMARY KEY, call_type TEXT NOT NULL, caller_number TEXT, callee_number TEXT,
    started_at TEXT NOT NULL, ended_at TEXT, duration_seconds REAL, status TEXT NOT NULL,
    recording_path TEXT, transcript_path TEXT, has_audio BOOLEAN DEFAULT FALSE,
    has_transcript BOOLEAN DEFAULT FALSE, metadata TEXT);
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, timestamp TEXT NOT NULL, speaker TEXT NOT NULL,
    content TEXT NOT NULL, event_type TEXT NOT NULL, metadata TEXT);
CREATE TABLE latency_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, event_type TEXT NOT NULL,
    duration_ms REAL NOT NULL, timestamp TEXT NOT NULL, metadata TEXT);
CREATE INDEX idx_calls_started_at ON calls (started_at);
CREATE INDEX idx_transcripts_call_id ON transcripts (call_id);
CREATE INDEX idx_transcripts_timestamp ON transcripts (timestamp);
CREATE INDEX idx_latency_call_id ON latency_events (call_id);
CREATE INDEX idx_latency_event_type ON latency_events (event_type);
CREATE INDEX idx_latency_timestamp ON latency_events (timestamp);
"""

# The same on PostgreSQL.  rowid is the app's own, so that a call can be told from the one that took its id.
POSTGRES_TABLES = """
CREATE TABLE calls (
    call_id text PRIMARY KEY, call_type text NOT NULL, caller_number text, callee_number text,
    started_at text NOT NULL, ended_at text, duration_seconds double precision, status text NOT NULL,
    recording_path text, transcript_path text, has_audio integer DEFAULT 0,
    has_transcript integer DEFAULT 0, metadata text, rowid bigserial);
CREATE TABLE transcripts (
    id bigserial PRIMARY KEY, call_id text NOT NULL, timestamp text NOT NULL, speaker text NOT NULL,
    content text NOT NULL, event_type text NOT NULL, metadata text);
CREATE TABLE latency_events (
    id bigserial PRIMARY KEY, call_id text NOT NULL, event_type text NOT NULL,
    duration_ms double precision NOT NULL, timestamp text NOT NULL, metadata text);
CREATE INDEX idx_calls_started_at ON calls (started_at);
CREATE INDEX idx_transcripts_call_id ON transcripts (call_id);
CREATE INDEX idx_latency_call_id ON latency_events (call_id);
"""

# Spans of days, each with something that goes wrong easily: its first instant, its days, and the edges that matter most.
SCENES = [
    # Clocks go back in Europe: the 26th of October, 2025, has 25 hours in Berlin.
    (1761264000 * US, 4, (1761429600 * US, 1761519600 * US)),
    # A year ends, in Berlin and in UTC.
    (1767052800 * US, 4, (1767222000 * US, 1767225600 * US)),
    # Clocks go forward in America: the 8th of March, 2026, has 23 hours in New York.
    (1772841600 * US, 3, (1772946000 * US, 1773028800 * US)),
]

TENANTS = ["acme", "Acme", "b\u00fcro 7", "t'x\"y", None, None]
AGENTS = ["anna", "bert", None]
VERSIONS = ["1", "2.0", None]
PROVIDERS = ["north", "south", None]
ENDED = ["completed"] * 6 + ["failed", "failed", "cancelled", "timeout"]
REASONS = ["timeout", "no_answer", "hangup", "user_hangup", "network_error", "connection_lost", "api_error", "stt_error",
           "rate_limit", "API_ERROR", "sunspots", None]
EVENTS = ["speech_end_to_first_audio"] * 4 + ["tool_call_duration", "session_duration", "stt", "llm", "tts", "network"]

BAD_TIMES = ["yesterday", "", "2026-13-01T00:00:00", "1969-12-31T23:59:59Z", "12:00", "20260101T000000Z",
             "2026-01-01T00:00:00+99:00", "2026-01-01T00:00:00.1.2Z", "2026-01-01T10:00:00 o'clock", "1770000000"]
BAD_DURATIONS = ["'soon'", "-1", "-0.001", "1e300", "9e999", "x'0102'", "31622401"]
BAD_STATUS = ["", "zombie", "complete\u0301d", "0"]
BAD_METADATA = ["{", "", "null", "[1,2]", "\"text\"", "{\"agent\":", "{\"agent\":7,\"provider\":true}",
                "{\"agent\":null,\"tenant_id\":[\"a\"]}", "not json at all", "{\"agent\":\"" + "\u00e9" * 200 + "\"}"]

# What the app may do besides; each can be left out by --without.
FEATURES = {
    "replace", "replace-garbage", "replace-latency", "rename", "status-case", "correct-start", "update-latency", "before-1970", "hour-24", "no-such-day",
    "blob-id", "late-duration", "garbage", "delete", "rollback", "relabel", "attach-again", "prune",
}


# What only SQLite takes: a call without an id, or one that is no text.
SQLITE_ALONE = {"blob-id"}


def quote(value):
    """A value as a literal of SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + value.replace("'", "''") + "'"


def iso(at, style):
    """An instant as one of the texts that spec 1's app, or an older or odder one, would write."""
    seconds, micros = divmod(at, US)
    offset = {"east": 5 * 3600 + 1800, "west": -8 * 3600}.get(style, 0)
    days, rest = divmod(seconds + offset, 86400)
    year, month, day = civil(days)
    text = f"{year:04d}-{month:02d}-{day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    if micros:
        fraction = f".{micros:06d}"
        text += fraction if style != "short" else fraction.rstrip("0")
    return (text.replace("T", " ") if style == "space" else text) + {
        "aware": "+00:00", "naive": "", "z": "Z", "east": "+05:30", "west": "-08:00", "short": "+00:00", "space": "",
    }[style]


def civil(days):
    """Days since 1970 as a date."""
    import datetime
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=days)
    return date.year, date.month, date.day


STYLES = ["aware"] * 8 + ["naive", "z", "east", "west", "short", "space"]


class VoiceApp:
    """Makes up what the app does next."""

    def __init__(self, rng, features):
        self.rng = rng
        self.features = features
        self.scene = SCENES[0]
        self.ids = []
        self.event_ids = 0
        self.made = 0
        self.anchors = []
        self.oldest = 0
        self.change_scene()

    def change_scene(self):
        """Goes on in another span of days."""
        self.scene = self.rng.choice([scene for scene in SCENES if scene[0] >= self.oldest])
        start, days, edges = self.scene
        self.anchors = [start + self.rng.randrange(days * 24) * HOUR for _ in range(3)]
        self.anchors += [start + self.rng.randrange(days) * DAY for _ in range(2)]
        self.anchors += [start + self.rng.randrange(days * 288) * 300 * US for _ in range(3)]
        self.anchors += edges

    def instant(self):
        """An instant of the scene, often at or right beside the edge of a bucket."""
        rng = self.rng
        if rng.random() < 0.3:
            return self.scene[0] + rng.randrange(self.scene[1] * DAY)
        nudge = rng.choice([0, 0, -1, 1, -1000, 999, -US, US, rng.randrange(-300 * US, 300 * US),
                            rng.randrange(-HOUR, HOUR), rng.randrange(-300, 300) * US])
        return rng.choice(self.anchors) + nudge

    def time_text(self, at=None):
        return iso(self.instant() if at is None else at, self.rng.choice(STYLES))

    def new_id(self):
        self.made += 1
        call_id = self.rng.choice(["call-%d", "c%d", "\u00fc'%d", "%d"]) % self.made
        self.ids.append(call_id)
        return call_id

    def some_id(self):
        """The id of a call that was made once, mostly a late one."""
        if not self.ids or self.rng.random() < 0.02:
            return "nobody"
        if self.rng.random() < 0.5:
            return self.rng.choice(self.ids[-40:])
        return self.rng.choice(self.ids)

    def labels(self):
        rng = self.rng
        labels = {"tenant_id": rng.choice(TENANTS), "agent": rng.choice(AGENTS), "agent_version": rng.choice(VERSIONS),
                  "provider": rng.choice(PROVIDERS)}
        return {key: value for key, value in labels.items() if value is not None}

    def metadata(self, reason=False):
        if self.rng.random() < 0.15:
            return None
        data = self.labels()
        if reason:
            data[self.rng.choice(["failure_reason", "end_reason", "error"])] = self.rng.choice(REASONS)
        return json.dumps(data, ensure_ascii=self.rng.random() < 0.5)

    def seconds(self):
        rng = self.rng
        return rng.choice([0.0, 0.001, 1.0, 59.9, 60.05, round(rng.lognormvariate(4, 1.2), 6), round(rng.uniform(0, 300), 1),
                           round(rng.uniform(100, 101), 6), float(rng.randrange(0, 1000)), 31622400.0])

    def milliseconds(self):
        rng = self.rng
        return rng.choice([0.0, 0.001, 1.023, 1.024, 1.025, round(rng.lognormvariate(6.5, 0.5), 3), round(rng.uniform(700, 702), 3),
                           float(rng.randrange(0, 5000)), round(rng.uniform(0, 3), 3)])

    # What a step may be.

    def insert_call(self, status="active"):
        if "status-case" in self.features and self.rng.random() < 0.02:
            status = self.rng.choice(["COMPLETED", "FAILED", "Canceled", "In_Progress"])
        columns = {"call_id": self.new_id(), "call_type": self.rng.choice(["inbound", "outbound", "inbound", "webrtc"]),
                   "caller_number": self.rng.choice(["+4930123", None, "a,b\"c\nd"]), "callee_number": "+4930456",
                   "started_at": self.time_text(), "status": status,
                   "metadata": self.metadata(status.lower() == "failed")}
        if status != "active":
            columns["ended_at"] = self.time_text()
            columns["duration_seconds"] = self.seconds()
        return [insert("calls", columns)]

    def finish(self):
        status = self.rng.choice(ENDED)
        duration = None if self.rng.random() < 0.05 else self.seconds()
        change = {"ended_at": self.time_text(), "duration_seconds": duration, "status": status}
        if status == "failed" and self.rng.random() < 0.7:
            change["metadata"] = self.metadata(True)
        return [update("calls", change, "call_id", self.some_id())]

    def transcript(self):
        call_id = self.some_id()
        line = {"call_id": call_id, "timestamp": self.time_text(), "speaker": "user", "content": "hello", "event_type": "speech"}
        return [insert("transcripts", line), update("calls", {"has_transcript": True}, "call_id", call_id)]

    def latency(self):
        call_id = self.some_id() if self.rng.random() < 0.85 else "call-%d" % (self.made + self.rng.randrange(1, 6))
        return [insert("latency_events", {
            "call_id": call_id, "event_type": self.rng.choice(EVENTS), "duration_ms": self.milliseconds(),
            "timestamp": self.time_text(), "metadata": self.rng.choice([None, '{"turn": 1}'])})]

    def correct(self):
        rng = self.rng
        change = rng.choice([
            {"status": rng.choice(ENDED + ["active"])},
            {"call_type": rng.choice(["inbound", "outbound"])},
            {"has_transcript": rng.choice([True, False, None, 2])},
            {"has_audio": True, "recording_path": "/r.wav"},
            {"callee_number": "+1"},
        ])
        if "late-duration" in self.features or "status" in change:
            change = dict(change, duration_seconds=self.seconds()) if rng.random() < 0.5 else change
        if "correct-start" in self.features and rng.random() < 0.25:
            change = {"started_at": self.time_text()}
        return [update("calls", change, "call_id", self.some_id())]

    def relabel(self):
        return [update("calls", {"metadata": self.metadata()}, "call_id", self.some_id())]

    def relabel_one(self):
        label = self.rng.choice(["tenant_id", "agent", "agent_version", "provider"])
        value = self.rng.choice({"tenant_id": TENANTS, "agent": AGENTS, "agent_version": VERSIONS, "provider": PROVIDERS}[label])
        return ["UPDATE calls SET metadata = json_set(coalesce(metadata, '{}'), '$.%s', %s) WHERE call_id = %s AND "
                "(metadata IS NULL OR json_valid(metadata))" % (label, quote(value), quote(self.some_id()))]

    def correct_latency(self):
        if self.rng.random() < 0.1:
            return ["UPDATE %s latency_events SET id = %d WHERE id = (SELECT max(id) - %d FROM latency_events)"
                    % (self.rng.choice(["", "OR IGNORE", "OR REPLACE"]), self.rng.randrange(1, 2000), self.rng.randrange(200))]
        change = self.rng.choice([{"duration_ms": self.milliseconds()}, {"timestamp": self.time_text()},
                                  {"event_type": self.rng.choice(EVENTS)}, {"call_id": self.some_id()},
                                  {"metadata": "{}"}])
        return ["UPDATE latency_events SET %s WHERE id = (SELECT max(id) - %d FROM latency_events)"
                % (assignments(change), self.rng.randrange(200))]

    def delete(self):
        call_id = quote(self.some_id())
        some = "(SELECT max(id) - %d FROM latency_events)" % self.rng.randrange(300)
        return self.rng.choice([
            ["DELETE FROM calls WHERE call_id = " + call_id],
            ["DELETE FROM calls WHERE call_id = " + call_id, "DELETE FROM transcripts WHERE call_id = " + call_id],
            ["DELETE FROM latency_events WHERE call_id = " + call_id],
            ["DELETE FROM latency_events WHERE id = " + some],
        ])

    def rename(self):
        return [update(self.rng.choice(["calls", "OR REPLACE calls", "OR IGNORE calls"]),
                       {"call_id": self.new_id() if self.rng.random() < 0.6 else self.some_id()}, "call_id", self.some_id())]

    def replace(self):
        rng = self.rng
        if rng.random() < 0.3 and "replace-latency" in self.features:
            return [insert("latency_events", {
                "id": rng.randrange(1, 400), "call_id": self.some_id(), "event_type": rng.choice(EVENTS),
                "duration_ms": self.milliseconds(), "timestamp": self.time_text()}, "OR REPLACE ")]
        status = rng.choice(ENDED)
        return [insert("calls", {
            "call_id": self.some_id(), "call_type": "inbound", "started_at": self.time_text(), "ended_at": self.time_text(),
            "duration_seconds": self.seconds(), "status": status, "metadata": self.metadata(status == "failed")},
            rng.choice(["OR REPLACE ", "OR IGNORE ", ""]))]

    def garbage(self):
        rng = self.rng
        known = "replace-garbage" in self.features
        call = {"call_id": self.new_id(), "call_type": rng.choice(["inbound", "", "5"]), "started_at": self.time_text(),
                "status": rng.choice(["active", "completed", "failed"]), "duration_seconds": self.seconds(),
                "metadata": self.metadata()}
        texts = {key: quote(value) for key, value in call.items()}
        texts.update(rng.choice([
            {"started_at": quote(rng.choice(BAD_TIMES))}, {"started_at": "x'00ff'"}, {"started_at": "NULL"},
            {"ended_at": quote(rng.choice(BAD_TIMES))}, {"duration_seconds": rng.choice(BAD_DURATIONS)},
            {"status": quote(rng.choice(BAD_STATUS))}, {"status": "NULL"},
            {"metadata": quote(rng.choice(BAD_METADATA))}, {"duration_seconds": "'12.5'"},
            {"has_transcript": rng.choice(["'yes'", "'1'", "NULL", "0.5", "-1"])},
        ]))
        if "before-1970" in self.features and rng.random() < 0.03:
            texts["started_at"] = "'1970-01-01T00:30:00+05:00'"
        if "no-such-day" in self.features and rng.random() < 0.03:
            texts["started_at"] = rng.choice(["'2026-02-30T10:00:00Z'", "'2025-02-29'", "'2026-04-31T00:00:00.5'"])
        if "hour-24" in self.features and rng.random() < 0.03:
            texts["started_at"] = "'2026-01-01T24:30:00Z'"
        if "blob-id" in self.features and rng.random() < 0.05:
            texts["call_id"] = rng.choice(["x'00'", "x'0102'"])
        event = {"call_id": quote(self.some_id()), "event_type": quote(rng.choice(EVENTS)),
                 "duration_ms": repr(self.milliseconds()), "timestamp": quote(self.time_text())}
        event.update(rng.choice([
            {"timestamp": quote(rng.choice(BAD_TIMES))}, {"duration_ms": rng.choice(BAD_DURATIONS)},
            {"event_type": quote(rng.choice(["", "yawn", "LLM", "Stt"]))}, {"duration_ms": "NULL"}]))
        mend = {key: text for key, text in texts.items() if key != "call_id"}
        if "correct-start" not in self.features and mend["started_at"] == quote(call["started_at"]):
            del mend["started_at"]
        if "late-duration" not in self.features:
            mend.setdefault("duration_seconds", "1")
        choice = rng.randrange(6)
        if choice == 0:
            return [insert_texts("latency_events", event)]
        if choice == 1 and known:
            return [insert_texts("calls", dict(texts, call_id=quote(self.some_id())), "OR REPLACE ")]
        if choice == 2 and known:
            return [insert_texts("latency_events", dict(event, id=str(rng.randrange(1, 400))), "OR REPLACE ")]
        if choice == 3:
            return ["UPDATE calls SET %s WHERE call_id = %s"
                    % (", ".join(f"{key} = {text}" for key, text in mend.items()), quote(self.some_id()))]
        return [insert_texts("calls", texts)]

    def sweep(self):
        """Statements that touch many rows at once."""
        rng = self.rng
        cutoff = quote(self.time_text())
        return rng.choice([
            ["UPDATE calls SET status = 'timeout', ended_at = %s, duration_seconds = 3600 WHERE status = 'active' AND "
             "started_at < %s" % (quote(self.time_text()), cutoff)],
            ["UPDATE calls SET has_transcript = TRUE WHERE call_id IN (SELECT call_id FROM transcripts)"],
            ["DELETE FROM latency_events WHERE id %% 17 = %d" % rng.randrange(17)],
            ["DELETE FROM calls WHERE rowid %% 29 = %d" % rng.randrange(29)],
            ["UPDATE latency_events SET duration_ms = duration_ms + 1 WHERE id %% 13 = %d" % rng.randrange(13)]
            if "update-latency" in self.features else ["UPDATE calls SET callee_number = '+2'"],
            ["VACUUM"],
        ])

    def prune(self):
        """Our retention, somewhere in the scene."""
        days = self.rng.randrange(1, 6)
        now = self.scene[0] + self.rng.randrange(days, days + self.scene[1]) * DAY + self.rng.randrange(DAY)
        self.oldest = self.scene[0]
        return ["-- prune %d %s" % (days, iso(now, "z"))]

    def one_step(self):
        rng = self.rng
        kinds = [(self.insert_call, 26), (self.finish, 22), (self.latency, 26), (self.transcript, 6), (self.correct, 8),
                 (lambda: self.insert_call(rng.choice(ENDED)), 8), (self.sweep, 0.3)]
        for feature, kind, weight in (
                ("relabel", self.relabel, 4), ("relabel", self.relabel_one, 4), ("update-latency", self.correct_latency, 5),
                ("delete", self.delete, 5), ("rename", self.rename, 2), ("replace", self.replace, 4), ("garbage", self.garbage, 6)):
            if feature in self.features:
                kinds.append((kind, weight))
        kind = rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        return kind()

    def steps(self, count):
        """About so many steps: single ones, transactions, bursts."""
        rng = self.rng
        steps = []
        while len(steps) < count:
            dice = rng.random()
            if dice < 0.04:
                texts = [text for _ in range(rng.randrange(1, 90)) for text in self.one_step() if text != "VACUUM"]
                end = "ROLLBACK" if "rollback" in self.features and rng.random() < 0.4 else "COMMIT"
                steps.append(["BEGIN"] + texts + [end])
            elif dice < 0.05:
                kind = rng.choice([self.insert_call, self.latency])
                steps += [kind() for _ in range(rng.choice([64] * 5 + [511, 512, 513]) - rng.choice([0, 0, 1, 30]))]
            else:
                steps.append(self.one_step())
        return steps


class PostgresApp(VoiceApp):
    """The same app in the dialect of PostgreSQL; what its types do not take is refused there as it is without us."""

    # Numbers that a double holds and a duration is not.
    ODD = ["'NaN'", "'Infinity'", "'-Infinity'", "1e-320"]

    def one_step(self):
        return [postgres_text(text) for text in super().one_step()]

    def garbage(self):
        if self.rng.random() < 0.1:
            return ["UPDATE calls SET duration_seconds = %s WHERE call_id = %s" % (self.rng.choice(self.ODD), quote(self.some_id()))]
        return super().garbage()

    def sweep(self):
        dice = self.rng.random()
        if dice < 0.04 and "delete" in self.features:
            return ["TRUNCATE " + self.rng.choice(["latency_events", "transcripts", "calls", "calls, latency_events"])]
        if dice < 0.2:
            # Many rows of one statement, some of them there already.
            first = self.rng.randrange(1, 2 + self.made)
            change = "NOTHING"
            if "replace" in self.features and self.rng.random() < 0.5:
                change = "UPDATE SET status = excluded.status, duration_seconds = excluded.duration_seconds"
            return ["INSERT INTO calls (call_id, call_type, started_at, status, duration_seconds) SELECT 'call-' || i, 'inbound', "
                    "%s, 'completed', i %% 90 FROM generate_series(%d, %d) i ON CONFLICT (call_id) DO %s"
                    % (quote(self.time_text()), first, first + 40, change)]
        return super().sweep()


KEYS = {"calls": "call_id", "latency_events": "id", "transcripts": "id"}
REPLACE = re.compile(r"INSERT OR REPLACE INTO (\w+) \(([^)]*)\)", re.ASCII)
RELABEL = re.compile(r"(UPDATE calls SET metadata = )json_set\(coalesce\(metadata, '\{\}'\), '\$\.(\w+)', (.*)\)( WHERE call_id = .*)"
                     r" AND \(metadata IS NULL OR json_valid\(metadata\)\)\Z", re.DOTALL)


def postgres_text(text):
    """A statement of the app in the dialect of PostgreSQL."""
    for how in ("OR REPLACE ", "OR IGNORE ", " "):
        text = text.replace("UPDATE " + how, "UPDATE ", 1)
    if text.startswith("INSERT OR IGNORE "):
        return "INSERT " + text[len("INSERT OR IGNORE "):] + " ON CONFLICT DO NOTHING"
    found = REPLACE.match(text)
    if found:
        columns = ", ".join(f"{name} = excluded.{name}" for name in found[2].split(", "))
        return f"INSERT INTO {text[len('INSERT OR REPLACE INTO '):]} ON CONFLICT ({KEYS[found[1]]}) DO UPDATE SET {columns}"
    return RELABEL.sub(r"\1(coalesce(metadata, '{}')::jsonb || jsonb_build_object('\2', \3::text))::text\4", text)


def insert_texts(table, texts, how=""):
    return "INSERT %sINTO %s (%s) VALUES (%s)" % (how, table, ", ".join(texts), ", ".join(texts.values()))


def insert(table, values, how=""):
    return insert_texts(table, {key: quote(value) for key, value in values.items()}, how)


def assignments(change):
    return ", ".join(f"{key} = {quote(value)}" for key, value in change.items())


def update(table, change, key, value):
    return "UPDATE %s SET %s WHERE %s = %s" % (table, assignments(change), key, quote(value))


def rng_of(*seed):
    """A generator of its own for each purpose, so that one does not disturb the other."""
    return random.Random("/".join(str(part) for part in seed))
