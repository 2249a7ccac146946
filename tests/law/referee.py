"""
referee: what is true, said a second time.

Reads spec 1's tables themselves and answers every question by looking at every row, in whole microseconds and fractions.
Nothing here knows of facts, series, bins or rollups.
"""

import bisect
import datetime
import json
import re
from collections import defaultdict
from fractions import Fraction

import packs

US = 1_000_000
HOUR = 3600 * US
DAY = 24 * HOUR

STATUSES = ("active", "completed", "failed", "cancelled", "timeout")
TYPES = ("inbound", "outbound")
REASONS = ("timeout", "user_hangup", "network_error", "api_error", "unknown")
COMPONENTS = ("turn_e2e", "tool", "session", "stt", "llm_ttft", "tts_ttfb", "network")
GUIDE = {"turn_e2e": "speech_end_to_first_audio", "tool": "tool_call_duration", "session": "session_duration"}

STATUS_WORDS = {
    "active": "active", "in_progress": "active", "in-progress": "active", "ringing": "active", "completed": "completed",
    "success": "completed", "ended": "completed", "failed": "failed", "error": "failed", "cancelled": "cancelled",
    "canceled": "cancelled", "abandoned": "cancelled", "timeout": "timeout",
}
REASON_WORDS = {
    "timeout": "timeout", "no_answer": "timeout", "user_hangup": "user_hangup", "hangup": "user_hangup",
    "network_error": "network_error", "connection_lost": "network_error", "api_error": "api_error", "stt_error": "api_error",
    "rate_limit": "api_error", "unknown": "unknown",
}
COMPONENT_WORDS = dict({name: name for name in COMPONENTS}, llm="llm_ttft", tts="tts_ttfb",
                       **{guide: name for name, guide in GUIDE.items()})

CALL_COLUMNS = ("call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds, status, recording_path, "
                "transcript_path, has_audio, has_transcript, metadata")
STEP_COLUMNS = "id, call_id, event_type, duration_ms, timestamp, metadata"
LABELS = ("tenant_id", "agent", "agent_version", "provider", "call_type")

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)
EPOCH = datetime.datetime(1970, 1, 1)
FAR = 253_402_300_800 * US                      # the end of year 9999
LONGEST_S = 366 * 86400


def instant_of(text):
    """Microseconds since 1970 of a time as the app may write it, or None."""
    if isinstance(text, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", text):
        at = int(Fraction(text) * US)
        return at if at < FAR else None
    match = TIME.match(text) if isinstance(text, str) else None
    if match is None or not 1970 <= int(match[1]) <= 9998:
        return None
    try:
        moment = datetime.datetime(*(int(part) for part in match.groups()[:6]))
    except ValueError:
        return None
    at = (moment - EPOCH) // datetime.timedelta(microseconds=1)
    if match[7]:
        at += int((match[7][1:] + "000000")[:6])
    if match[8] and match[8] != "Z":
        offset = (int(match[8][1:3]) * 60 + int(match[8][4:6])) * 60 * US
        if int(match[8][1:3]) > 14 or int(match[8][4:6]) > 59:
            return None
        at += offset if match[8][0] == "-" else -offset
    return at if at >= 0 else None


def micros_of(number, unit, longest):
    """A duration in microseconds of a number of units, or None."""
    if not isinstance(number, (int, float)) or not 0 <= number <= longest:
        return None
    return int(Fraction(number) * unit + Fraction(1, 2))


def lower(text):
    """Lower case of ASCII letters only."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text) if isinstance(text, str) else None


def object_of(text):
    """The JSON of a text where it is an object, else {}."""
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}


def label_of(data, name):
    value = data.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)[:128]


def is_true(value):
    """SQL's idea of truth, for what has come by a column of type BOOLEAN."""
    if isinstance(value, (int, float)):
        return value != 0
    if isinstance(value, str):
        return value.lower() in ("true", "t", "yes", "1")
    return False


class Call:
    """One call that makes sense."""
    __slots__ = ("call_id", "labels", "caller", "callee", "start", "end", "duration", "status", "reason", "audio",
                 "transcript", "metadata")

    @property
    def timed(self):
        """The duration that averages and percentiles are of, or None."""
        return self.duration if self.status == "completed" else None

    @property
    def type(self):
        return self.labels[4]

    @property
    def outcome(self):
        return f"{self.status}/{self.type}/{self.reason}"


class Step:
    """One timed step that makes sense."""
    __slots__ = ("id", "call_id", "component", "at", "duration", "metadata", "labels")

    @property
    def start(self):
        return self.at


def read_call(row):
    """(call or None, the first field that makes no sense or None) of a row of calls."""
    (call_id, call_type, caller, callee, started_at, ended_at, seconds, status, _, _, audio, transcript, metadata) = row
    call = Call()
    call.call_id = call_id if isinstance(call_id, str) else None
    call.start = instant_of(started_at)
    call.status = STATUS_WORDS.get(lower(status))
    call.end = instant_of(ended_at)
    call.duration = micros_of(seconds, US, LONGEST_S)
    data = object_of(metadata)
    call.labels = tuple(label_of(data, name) for name in LABELS[:4]) + ("inbound" if call_type == "inbound" else "outbound",)
    call.reason = reason_of(call.status, data)
    call.caller, call.callee = caller, callee
    call.audio, call.transcript, call.metadata = is_true(audio), is_true(transcript), metadata
    if call.call_id is None:
        return None, "call_id"
    if call.start is None:
        return None, "started_at"
    if call.status is None:
        return None, "status"
    if call.end is None and ended_at is not None:
        return call, "ended_at"
    if call.duration is None and seconds is not None:
        return call, "duration_seconds"
    return call, None


def reason_of(status, data):
    if status == "timeout":
        return "timeout"
    if status != "failed":
        return ""
    for name in ("failure_reason", "end_reason", "error"):
        if data.get(name) is not None:
            return REASON_WORDS.get(lower(data[name]), "unknown")
    return "unknown"


def read_step(row):
    """(step or None, the first field that makes no sense or None) of a row of latency_events."""
    step = Step()
    step.id, call_id, event_type, ms, timestamp, step.metadata = row
    step.call_id = call_id if isinstance(call_id, str) else None
    step.component = COMPONENT_WORDS.get(lower(event_type))
    step.at = instant_of(timestamp)
    step.duration = micros_of(ms, 1000, LONGEST_S * 1000)
    step.labels = ("",) * 5
    for field, value in (("call_id", step.call_id), ("event_type", step.component), ("timestamp", step.at),
                         ("duration_ms", step.duration)):
        if value is None:
            return None, field
    return step, None


def matches(labels, wanted):
    """Whether labels have what a filter (five values, '' for any) wants."""
    return all(not want or want == label for want, label in zip(wanted, labels))


class Tally:
    """Calls counted."""

    def __init__(self, calls):
        self.total = len(calls)
        self.by_status = {status: 0 for status in STATUSES}
        self.by_type = {kind: 0 for kind in TYPES}
        self.by_reason = defaultdict(int)
        self.with_transcript = 0
        for call in calls:
            self.by_status[call.status] += 1
            self.by_type[call.type] += 1
            self.with_transcript += call.transcript
            if call.reason:
                self.by_reason[call.reason] += 1
        self.timed = sorted(call.timed for call in calls if call.timed is not None)

    @property
    def ended(self):
        return self.total - self.by_status["active"]

    @property
    def failed(self):
        return self.by_status["failed"] + self.by_status["timeout"]

    @property
    def success(self):
        return Fraction(100 * self.by_status["completed"], self.ended) if self.ended else None

    @property
    def mean(self):
        return Fraction(sum(self.timed), US * len(self.timed)) if self.timed else None

    @property
    def transcripts(self):
        return Fraction(100 * self.with_transcript, self.total) if self.total else None


def nearest_rank(values, permille):
    """The ceil(n p)-th smallest of sorted values."""
    return values[-(-len(values) * permille // 1000) - 1]


class Referee:
    """What the app's tables say, as they stand in a connection that holds nothing of ours.

    calls and steps are the facts that are kept; gone_calls and gone_steps those that were pruned: counted for ever as they
    were then, and listed no more.  What starts before the horizon of a prune does not come back.
    """

    def __init__(self, connection):
        self.connection = connection
        self.rows = {"calls": {}, "latency_events": {}}
        self.skipped = {"calls": {}, "latency_events": {}}
        self.counting = False
        self.forget()

    def forget(self):
        """Begins anew, as a database that is attached does."""
        self.calls, self.steps = {}, {}
        self.gone_calls, self.gone_steps, self.stuck = [], [], {}
        self.horizon = 0
        self.ever = Ever()
        self.sorted = False

    def look(self, counting, only=None):
        """Reads the tables again; what came to be since the last look is counted, where the database is attached."""
        if counting != self.counting:
            self.forget()
            self.rows = {"calls": {}, "latency_events": {}}
            self.counting = counting
        seen = []
        if only in (None, "calls"):
            self.look_at("calls", read_call, self.calls, seen)
        if only in (None, "latency_events"):
            self.look_at("latency_events", read_step, self.steps, seen)
        self.label()
        if counting:
            self.ever.look(seen)

    def look_at(self, table, read, known, seen):
        new = self.fetch(table)
        old, self.rows[table] = self.rows[table], new
        for key in [key for key in old if key not in new]:
            if key in known:
                seen.append((known.pop(key), None))
            self.skipped[table].pop(key, None)
            self.sorted = False
        for key, row in new.items():
            if old.get(key) != row:
                fact, doubt = read(row)
                before = known.pop(key, None)
                if fact is not None and (before is not None or fact.start >= self.horizon):
                    known[key] = fact
                    seen.append((before, fact))
                elif before is not None:
                    seen.append((before, None))
                self.skipped[table].pop(key, None)
                if doubt is not None:
                    self.skipped[table][key] = doubt
                self.sorted = False

    def label(self):
        """Gives steps the labels of their calls; a step whose call was pruned keeps those that it had."""
        if self.sorted:
            return
        by_id = {call.call_id: call.labels for call in self.calls.values()}
        for step in self.steps.values():
            step.labels = by_id.get(step.call_id)
            if step.labels is not None:
                self.stuck.pop(step.id, None)
            else:
                call_id, labels = self.stuck.get(step.id, (None, None))
                step.labels = labels if call_id == step.call_id and labels else ("",) * 5

    def prune(self, horizon):
        """Facts before an instant go, but for calls that are active or of which later facts are left."""
        self.label()
        self.horizon = max(self.horizon, horizon)
        lines = self.connection.execute("SELECT call_id, timestamp FROM transcripts").fetchall()
        left = {call_id for call_id, at in lines if (instant_of(at) or 0) >= horizon}
        left |= {step.call_id for step in self.steps.values() if step.at >= horizon}
        going = [key for key, call in self.calls.items() if call.start < horizon and call.status != "active"
                 and call.call_id not in left]
        gone = {key: self.calls.pop(key) for key in going}
        self.gone_calls += gone.values()
        for key in [key for key, step in self.steps.items() if step.at < horizon]:
            self.gone_steps.append(self.steps.pop(key))
        for step in self.steps.values():
            if step.call_id in gone:
                self.stuck[step.id] = step.call_id, step.labels
        self.sorted = False

    def fetch(self, table):
        """The rows of a table by what they are known by."""
        if table == "calls":
            # A call without an id that is text has none to be known by but its rowid.
            rows = self.connection.execute(f"SELECT rowid, {CALL_COLUMNS} FROM calls").fetchall()
            return {row[1] if isinstance(row[1], str) else (row[1], row[0]): row[1:] for row in rows}
        return {row[0]: row for row in self.connection.execute(f"SELECT {STEP_COLUMNS} FROM latency_events")}

    def sort(self):
        if self.sorted:
            return
        self.call_list = sorted([*self.calls.values(), *self.gone_calls], key=lambda call: (call.start, call.call_id.encode()))
        self.starts = [call.start for call in self.call_list]
        self.step_list = sorted([*self.steps.values(), *self.gone_steps], key=lambda step: (step.at, step.id))
        self.ats = [step.at for step in self.step_list]
        self.sorted = True

    def calls_in(self, start, end, wanted):
        """Calls of a window, oldest first."""
        self.sort()
        found = self.call_list[bisect.bisect_left(self.starts, start):bisect.bisect_left(self.starts, end)]
        return [call for call in found if matches(call.labels, wanted)] if any(wanted) else found

    def steps_in(self, start, end, wanted):
        self.sort()
        found = self.step_list[bisect.bisect_left(self.ats, start):bisect.bisect_left(self.ats, end)]
        return [step for step in found if matches(step.labels, wanted)] if any(wanted) else found

    def kept(self, facts):
        """Those facts that can still be listed one by one."""
        if not self.horizon:
            return facts
        there = {id(fact) for fact in self.calls.values()} | {id(fact) for fact in self.steps.values()}
        return [fact for fact in facts if id(fact) in there]

    def tally(self, start, end, wanted):
        return Tally(self.calls_in(start, end, wanted))

    def latencies(self, start, end, wanted):
        """Sorted durations of each component."""
        values = {name: [] for name in COMPONENTS}
        for step in self.steps_in(start, end, wanted):
            values[step.component].append(step.duration)
        return {name: sorted(found) for name, found in values.items()}

    def active(self, wanted, before=None):
        return sum(call.status == "active" and (before is None or call.start < before) and matches(call.labels, wanted)
                   for call in self.calls.values())

    def rollups(self, grid):
        """What the counts and histograms of cm_pack must come to, for pairs of scope and width of bucket: two dicts of scope, labels,
        kind, resolution, bucket, ..."""
        counts, bins = defaultdict(lambda: [0, 0, 0, 0]), defaultdict(lambda: [0, 0])
        for call in [*self.calls.values(), *self.gone_calls]:
            timed = call.timed
            for key in places("call", call.labels, call.start, grid):
                add(counts[key + (call.outcome,)], (1, int(call.transcript), int(timed is not None), timed or 0))
                if timed is not None:
                    add_bins(bins, key, timed)
        for step in [*self.steps.values(), *self.gone_steps]:
            for key in places(step.component, step.labels, step.at, grid):
                add_bins(bins, key, step.duration)
        return counts, bins


def add(sums, numbers):
    for i, number in enumerate(numbers):
        sums[i] += number


def add_bins(bins, key, value):
    shift = max(0, value.bit_length() - 10)
    fine = (value >> shift) + 512 * shift
    add(bins[key + (fine // 32, fine)], (1, value))
    add(bins[key + (-1, fine // 32)], (1, value))


def series_of(labels):
    """Every series that a fact of some labels belongs to."""
    return [(scope, tuple(named)) for scope, *named in packs.marginals(*labels)]


def places(kind, labels, at, grid):
    """The keys of every bucket of every series that a fact belongs to."""
    for scope, named in series_of(labels):
        for width in (width for kept, width in grid if kept == scope):
            yield (scope,) + named + (kind, width, at // US // width * width)


def scope_of(wanted):
    """The scope that a question of some labels reads."""
    named = [scope for scope, label in zip(packs.SINGLE, wanted[1:]) if label]
    if wanted[0]:
        return "full" if named else "tenant"
    return "all" if not named else named[0] if len(named) == 1 else "labels"


class Ever:
    """Everything ever counted: what a counter must say.

    A call is counted when it was told of, by what names no label but its tenant, and when it ended, as what it is by then; here
    all settle at once.  What it is no longer is owed where it was counted.  A call that is gone stays
    counted if it had ended, unless one comes at the same time that is alike in all: then it was renamed.
    """

    def __init__(self):
        self.counted = defaultdict(lambda: ([0, 0, 0], [0, 0, 0]))      # what was counted, and what of that is owed

    def look(self, changes):
        """Facts changed in one transaction, from what they were (None: nothing) to what they are."""
        moved, gone, come = defaultdict(lambda: [0, 0, 0]), [], []
        for before, after in changes:
            if isinstance(before or after, Step):
                if before is None:
                    move(moved, after.component, after.labels, "", (1, 1, after.duration), 1)
                continue
            if before is not None and after is None and before.status != "active":
                gone.append(before)
                continue
            if before is None and after.status != "active":
                come.append(likeness(after))
            for call, by in ((before, -1), (after, 1)):
                if call is not None:
                    count(moved, call, by)
        for call in gone:
            if likeness(call) in come:
                come.remove(likeness(call))
                count(moved, call, -1)
        for key, change in moved.items():
            counted, owed = self.counted[key]
            for i, more in enumerate(change):
                counted[i] += max(0, more - owed[i])
                owed[i] = max(0, owed[i] - more)

    def found(self, wanted, kind):
        """What a filter finds of a kind: what was counted, by outcome."""
        scope = scope_of(wanted)
        return [(outcome, counted) for (named, *labels, of, outcome), (counted, _) in self.counted.items()
                if named == scope and of == kind and matches(labels, wanted)]

    def calls(self, wanted):
        told = not any(wanted[1:])
        return sum(counted[0] for outcome, counted in self.found(wanted, "call") if told == (outcome == ""))

    def ended(self, wanted, status, kind):
        return sum(counted[0] for outcome, counted in self.found(wanted, "call") if outcome.startswith(f"{status}/{kind}/"))

    def failures(self, wanted, reason):
        return sum(counted[0] for outcome, counted in self.found(wanted, "call") if outcome.endswith("/" + reason))

    def valued(self, wanted, kind):
        """Number and sum of the values of a kind."""
        found = [counted for _, counted in self.found(wanted, kind)]
        return sum(counted[1] for counted in found), sum(counted[2] for counted in found)


def likeness(call):
    """What two rows of calls share that are of one."""
    return call.labels, call.outcome, call.timed, call.start


def count(moved, call, by):
    move(moved, "call", call.labels, "", (1, 0, 0), by)
    if call.status != "active":
        move(moved, "call", call.labels, call.outcome, (1, int(call.timed is not None), call.timed or 0), by)


def move(moved, kind, labels, outcome, numbers, by):
    """Adds to, or takes from, each counter that a fact of some labels counts into."""
    for scope, named in series_of(labels):
        if kind != "call" or outcome != "" or scope in ("all", "tenant"):
            add(moved[(scope, *named, kind, outcome)], [by * number for number in numbers])
