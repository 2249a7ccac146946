"""referee: what each question must answer, worked out anew from the voice app's own tables.

usage: referee.py DATABASE NOW CGI-BIN < CASES

A case is a line "QUESTION QUERY" ("hourly hours=6&tenant_id=acme").  Each is asked of the program as plain CGI, and every
figure of its answer is compared with the one worked out here: from calls and latency_events alone, in exact fractions, with
the rules of the interface (API.md) and none of the product's code, tables or statements.  It prints what differs; the exit
status tells whether anything did.
"""

import csv
import io
import json
import math
import os
import re
import subprocess
import sys
import urllib.parse
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import database

HOUR = 3_600_000_000
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
COMPONENTS = {"speech_end_to_first_audio": "turn_e2e", "tool_call_duration": "tool", "session_duration": "session"}
ALL_COMPONENTS = ["turn_e2e", "stt", "llm_ttft", "tts_ttfb", "tool", "network", "session"]
REASONS = ["timeout", "user_hangup", "network_error", "api_error", "unknown"]
STATUSES = ["active", "completed", "failed", "cancelled", "timeout"]
WHEN = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?$")


def instant(text):
    """Microseconds since 1970 of a time of the voice app; one without an offset is UTC."""
    if text is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = WHEN.match(text).groups()
    at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=timezone.utc)
    micros = (at - EPOCH) // timedelta(microseconds=1) + int((fraction or "0").ljust(6, "0"))
    if offset not in (None, "Z"):
        minutes = int(offset[1:3]) * 60 + int(offset[4:6])
        micros -= (minutes if offset[0] == "+" else -minutes) * 60_000_000
    return micros


def micros(amount, unit):
    return None if amount is None else int(Fraction(repr(float(amount))) * unit + Fraction(1, 2))


class Call:
    def __init__(self, row):
        (self.call_id, call_type, self.caller, self.callee, started, ended, duration, self.status, audio, transcript,
         metadata) = row
        self.type = "inbound" if call_type == "inbound" else "outbound"
        self.started, self.ended = instant(started), instant(ended)
        self.duration = micros(duration, 1_000_000)
        self.audio, self.transcript = bool(audio), bool(transcript)
        self.metadata = json.loads(metadata) if metadata else None
        about = self.metadata or {}
        self.labels = {name: about.get(name, "") for name in ("tenant_id", "agent", "agent_version", "provider")}
        self.labels["call_type"] = self.type
        self.reason = ""
        if self.status == "timeout":
            self.reason = "timeout"
        elif self.status == "failed":
            given = about.get("failure_reason", about.get("end_reason", about.get("error")))
            self.reason = given if given in REASONS else "unknown"


class Step:
    def __init__(self, row, calls):
        self.id, self.call_id, event_type, duration, at, metadata = row
        self.event_type, self.component = event_type, COMPONENTS[event_type]
        self.duration, self.at = micros(duration, 1000), instant(at)
        self.metadata = json.loads(metadata) if metadata else None
        call = calls.get(self.call_id)
        self.labels = call.labels if call else dict.fromkeys(
            ("tenant_id", "agent", "agent_version", "provider", "call_type"), "")


def half_up(value):
    """The nearest whole number; of two as near the one away from zero."""
    return math.floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


class Places:
    """An exact figure that the answer gives rounded to so many places."""

    def __init__(self, value, places):
        self.value, self.places = value, places

    def agrees(self, answered):
        if self.value is None or answered is None:
            return self.value is None and answered is None
        if isinstance(answered, bool) or not isinstance(answered, (int, Fraction)):
            return False
        step = Fraction(1, 10 ** self.places)
        return answered == half_up(Fraction(self.value) / step) * step

    def __repr__(self):
        return "null" if self.value is None else f"{float(self.value)!r} to {self.places} places"


class Near:
    """A figure that the answer gives as a double of full precision, or of so many digits."""

    def __init__(self, value, digits=13):
        self.value, self.digits = value, digits

    def agrees(self, answered):
        if self.value is None:
            return answered == "NaN"
        return answered != "NaN" and abs(answered - self.value) <= abs(self.value) / Fraction(10) ** self.digits

    def __repr__(self):
        return "NaN" if self.value is None else repr(float(self.value))


def mean(values):
    return Fraction(sum(values), len(values)) if values else None


def nearest_rank(values, percent):
    """The ceil(n * p)-th smallest."""
    return sorted(values)[-(-len(values) * percent // 100) - 1] if values else None


def scaled(value, unit):
    return None if value is None else Fraction(value) / unit


def rate(part, whole):
    return Fraction(100 * part, whole) if whole else None


def delta(now, before):
    return Places(None if now is None or not before else (now - before) * 100 / Fraction(before), 1)


def time_text(at):
    when = EPOCH + timedelta(microseconds=at)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def of_tenant(call, query):
    """How a cursor names the tenant of a call, where it has one and the query did not name it."""
    if query.get("tenant_id"):
        return ""
    tenant = call.labels["tenant_id"] if isinstance(call.labels, dict) else call.labels[0]
    return "," + tenant.encode().hex() if tenant else ""


class Referee:
    def __init__(self, path, now):
        db = database.read_only(path)
        self.calls = [Call(row) for row in db.execute(
            "SELECT call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds, status,"
            " has_audio, has_transcript, metadata FROM calls")]
        by_id = {call.call_id: call for call in self.calls}
        self.steps = [Step(row, by_id) for row in db.execute(
            "SELECT id, call_id, event_type, duration_ms, timestamp, metadata FROM latency_events")]
        db.close()
        self.now = instant(now)

    # What a query asks.

    def window(self, query, hours=None, days=None):
        if "start_time" in query:
            return instant(query["start_time"]), instant(query.get("end_time")) or self.now
        if "hours" in query:
            return self.now - int(query["hours"]) * HOUR, self.now
        if "days" in query:
            return self.now - int(query["days"]) * DAY, self.now
        if hours is None and days is None:
            return None
        return self.now - (hours * HOUR if hours else days * DAY), self.now

    @staticmethod
    def wanted(labels, query):
        return all(labels[name] == query[name] for name in labels if name in query)

    def calls_in(self, query, window):
        return [call for call in self.calls if self.wanted(call.labels, query)
                and (window is None or window[0] <= call.started < window[1])]

    def steps_in(self, query, window, component=None):
        return [step for step in self.steps if self.wanted(step.labels, query)
                and (component is None or step.component == component)
                and (window is None or window[0] <= step.at < window[1])]

    # Pieces of answers.

    @staticmethod
    def by_status(calls):
        return {status: sum(call.status == status for call in calls) for status in STATUSES}

    def success(self, calls):
        count = self.by_status(calls)
        return rate(count["completed"], len(calls) - count["active"])

    @staticmethod
    def durations(calls):
        return [call.duration for call in calls if call.status == "completed" and call.duration is not None]

    def seconds(self, calls):
        return scaled(mean(self.durations(calls)), 1_000_000)

    def bucket(self, calls, label, text):
        count = self.by_status(calls)
        found = {
            label: text, "total": len(calls), "completed": count["completed"],
            "failed": count["failed"] + count["timeout"], "cancelled": count["cancelled"], "active": count["active"],
            "avg_duration": Places(self.seconds(calls), 1),
            "p95_duration": Places(scaled(nearest_rank(self.durations(calls), 95), 1_000_000), 1),
        }
        if label == "date":
            found["success_rate"] = Places(self.success(calls), 1)
        return found

    def hours(self, query, window):
        """Whole hours that end with the current one; with start_time, those that the window touches."""
        first, last = window
        edge = first // HOUR * HOUR
        if "start_time" not in query and edge < first:
            edge += HOUR
        found = []
        while edge < last:
            cut = max(edge, first), min(edge + HOUR, last)
            start = EPOCH + timedelta(microseconds=cut[0])
            found.append(self.bucket(self.calls_in(query, cut), "hour", start.strftime("%Y-%m-%dT%H:%M:%SZ")))
            edge += HOUR
        return found

    def latency(self, values, places):
        figure = lambda value: Places(scaled(value, 1000), places)
        return {
            "count": len(values), "avg": figure(mean(values)), "min": figure(min(values, default=None)),
            "max": figure(max(values, default=None)), "p50": figure(nearest_rank(values, 50)),
            "p95": figure(nearest_rank(values, 95)), "p99": figure(nearest_rank(values, 99)),
        }

    def latency_of(self, query, window, component, places):
        return self.latency([step.duration for step in self.steps_in(query, window, component)], places)

    # The questions.

    def dashboard(self, query):
        first, last = self.window(query, hours=24)
        calls = self.calls_in(query, (first, last))
        before = self.calls_in(query, (2 * first - last, first))
        durations = self.durations(calls)
        seconds = lambda value: Places(scaled(value, 1_000_000), 1)
        with_transcript = sum(call.transcript for call in calls)
        reasons = {reason: sum(call.reason == reason for call in calls) for reason in REASONS}
        return {
            "generated_at": time_text(self.now),
            "period": {"start": time_text(first), "end": time_text(last)},
            "summary": {
                "total_calls": len(calls), "total_calls_delta": delta(len(calls), len(before)),
                "success_rate": Places(self.success(calls), 1),
                "success_rate_delta": delta(self.success(calls), self.success(before)),
                "avg_duration": Places(self.seconds(calls), 1),
                "avg_duration_delta": delta(self.seconds(calls), self.seconds(before)),
                "active_now": sum(call.status == "active" for call in self.calls_in(query, None)),
            },
            "breakdown": {
                "by_status": self.by_status(calls),
                "by_type": {kind: sum(call.type == kind for call in calls) for kind in ("inbound", "outbound")},
                "failure_reasons": {reason: n for reason, n in reasons.items() if n},
            },
            "duration": {
                "avg": seconds(mean(durations)), "min": seconds(min(durations, default=None)),
                "max": seconds(max(durations, default=None)), "p50": seconds(nearest_rank(durations, 50)),
                "p95": seconds(nearest_rank(durations, 95)), "p99": seconds(nearest_rank(durations, 99)),
                "total_seconds": seconds(sum(durations)),
            },
            "transcript": {"calls_with_transcript": with_transcript,
                           "transcript_rate": Places(rate(with_transcript, len(calls)), 1)},
            "timeseries": {"hourly": self.hours(query, (first, last))},
            "latency": {name + "_ms": self.latency_of(query, (first, last), component, 1)
                        for name, component in COMPONENTS.items()},
        }

    def health(self, query):
        calls = self.calls_in(query, self.window(query, hours=1))
        active = [call for call in self.calls_in(query, None) if call.status == "active"]
        success = self.success(calls)
        count = self.by_status(calls)
        zombies = sum(call.started < self.now - HOUR for call in active)
        first, last = self.window(query, hours=1)
        last_hour = last == self.now and last - first == HOUR
        period = {} if last_hour else {"period": {"start": time_text(first), "end": time_text(last)}}
        warnings = sum([success is not None and success < 80, len(active) > 10, zombies > 0,
                        count["failed"] + count["timeout"] > 3,
                        not query.get("tenant_id") and any(call.started > self.now + HOUR / 6 for call in self.calls)])
        return {
            "status": "degraded" if success is not None and success < 80 else "healthy",
            "timestamp": time_text(self.now), **period,
            "indicators": {"calls_last_hour" if last_hour else "calls": len(calls), "success_rate": Places(success, 1),
                           "active_calls": len(active), "avg_duration": Places(self.seconds(calls), 1)},
            "warnings": warnings,
        }

    def failures(self, query):
        found = [call for call in self.calls_in(query, self.window(query)) if call.reason]
        found.sort(key=lambda call: (call.started, call.call_id), reverse=True)
        limit = int(query.get("limit", 10))
        page = found[:limit]
        more = len(found) > limit
        return {
            "failures": [{
                "call_id": call.call_id, "call_type": call.type, "caller_number": call.caller,
                "callee_number": call.callee, "started_at": time_text(call.started),
                "ended_at": None if call.ended is None else time_text(call.ended),
                "duration_seconds": scaled(call.duration, 1_000_000), "status": call.status,
                "failure_reason": call.reason, "metadata": call.metadata,
            } for call in page],
            "count": len(page),
            "next_cursor": f"{page[-1].started}{of_tenant(page[-1], query)}.{page[-1].call_id}" if more else None,
        }

    def export(self, query):
        window = self.window(query, days=30)
        found = self.calls_in(query, window)
        found.sort(key=lambda call: (call.started, call.call_id))
        rows = []
        for call in found:
            row = {
                "call_id": call.call_id, "call_type": call.type, "caller_number": call.caller,
                "callee_number": call.callee, "started_at": time_text(call.started),
                "ended_at": None if call.ended is None else time_text(call.ended),
                "duration_seconds": scaled(call.duration, 1_000_000), "status": call.status,
                "has_transcript": call.transcript, "has_audio": call.audio,
                "tenant_id": call.labels["tenant_id"] or None, "agent": call.labels["agent"] or None,
                "provider": call.labels["provider"] or None, "failure_reason": call.reason or None,
            }
            if query.get("metadata") == "1":
                row["metadata"] = call.metadata
            rows.append(row)
        if query.get("format", "json") != "json":
            return rows
        days = Fraction(window[1] - window[0], DAY)
        return {"exported_at": time_text(self.now), "period_days": Near(days, 9), "calls": rows, "call_count": len(rows)}

    def hourly(self, query):
        found = self.hours(query, self.window(query, hours=24))
        return {"timeseries": found, "hours": len(found)}

    def daily(self, query):
        zone = ZoneInfo(query.get("tz", "UTC"))
        first, last = self.window(query, days=30)
        day_of = lambda at: (EPOCH + timedelta(microseconds=at)).astimezone(zone).date()
        last_day = day_of(last - 1)
        cut = first
        if "start_time" in query or "hours" in query:
            day = day_of(first)
            cut = first if "start_time" in query else 0
        else:
            day = last_day - timedelta(days=int(query.get("days", 30)) - 1)
            cut = 0
        calls = [call for call in self.calls_in(query, (cut, last))]
        by_day = {}
        for call in calls:
            by_day.setdefault(day_of(call.started), []).append(call)
        found = []
        while day <= last_day:
            found.append(self.bucket(by_day.get(day, []), "date", day.isoformat()))
            day += timedelta(days=1)
        return {"timeseries": found, "days": len(found)}

    def latency_question(self, query):
        first, last = window = self.window(query, hours=24)
        asked = query.get("component")
        shown = lambda component: asked in (None, component)
        found = {"period_hours": Places(Fraction(last - first, HOUR), 0)}
        for name, component in COMPONENTS.items():
            if shown(component):
                found[name + "_ms"] = self.latency_of(query, window, component, 3)
        found["components"] = {component: self.latency_of(query, window, component, 3)
                               for component in ALL_COMPONENTS if shown(component)}
        if "interval" in query:
            length = int(query["interval"][:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[query["interval"][-1]] * 1_000_000
            found["timeseries"] = []
            at = first
            while at < last:
                end = min((at // length + 1) * length, last)
                span = {"start": time_text(at)}
                for component in ALL_COMPONENTS:
                    if shown(component):
                        span[component] = self.latency_of(query, (at, end), component, 3)
                found["timeseries"].append(span)
                at = end
        return found

    def latency_events(self, query):
        kind = query.get("event_type")
        found = [step for step in self.steps_in(query, self.window(query), COMPONENTS.get(kind, kind))
                 if query.get("call_id") in (None, step.call_id)]
        found.sort(key=lambda step: (step.at, step.id), reverse=True)
        limit = int(query.get("limit", 100))
        page = found[:limit]
        return {
            "events": [{
                "id": step.id, "call_id": step.call_id, "event_type": step.event_type, "component": step.component,
                "duration_ms": scaled(step.duration, 1000), "timestamp": time_text(step.at), "turn_id": None,
                "provider": None, "model": None, "metadata": step.metadata,
            } for step in page],
            "count": len(page),
            "next_cursor": f"{page[-1].at}.{page[-1].id}" if len(found) > limit else None,
        }

    def prometheus(self, query):
        window = self.window(query, hours=24)
        calls, ever = self.calls_in(query, window), self.calls_in(query, None)
        # By labels that may come late a call is counted when it has ended.
        labelled = any(query.get(label) for label in ("agent", "agent_version", "provider", "call_type"))
        found = {
            "voice_calls_total": Near(sum(call.status != "active" for call in ever) if labelled else len(ever)), "voice_calls_success_rate": Near(self.success(calls)),
            "voice_calls_active": Near(sum(call.status == "active" for call in ever)),
            "voice_transcript_rate": Near(rate(sum(call.transcript for call in calls), len(calls))),
        }
        for status, n in self.by_status(calls).items():
            found[f'voice_calls_by_status{{status="{status}"}}'] = Near(n)
        for kind in ("inbound", "outbound"):
            found[f'voice_calls_by_type{{type="{kind}"}}'] = Near(sum(call.type == kind for call in calls))
            for status in STATUSES[1:]:
                found[f'voice_calls_ended_total{{status="{status}",type="{kind}"}}'] = Near(
                    sum(call.type == kind and call.status == status for call in ever))
        for reason in REASONS:
            found[f'voice_call_failures_total{{reason="{reason}"}}'] = Near(sum(call.reason == reason for call in ever))
        summaries = [("voice_call_duration_seconds", 1_000_000, self.durations(calls), self.durations(ever))]
        for name, family in (("speech_end_to_first_audio", "voice_speech_to_audio_ms"),
                             ("tool_call_duration", "voice_tool_call_duration_ms"),
                             ("session_duration", "voice_session_duration_ms")):
            of = lambda span: [step.duration for step in self.steps_in(query, span, COMPONENTS[name])]
            summaries.append((family, 1000, of(window), of(None)))
        for family, unit, values, all_values in summaries:
            for percent, quantile in ((50, "0.5"), (95, "0.95"), (99, "0.99")):
                found[f'{family}{{quantile="{quantile}"}}'] = Near(scaled(nearest_rank(values, percent), unit))
            found[f"{family}_sum"] = Near(scaled(sum(all_values), unit))
            found[f"{family}_count"] = Near(len(all_values))
        return found

    def answer(self, question, query):
        return {"latency": self.latency_question}.get(
            question, getattr(self, question.replace("-", "_"), None))(query)


def differences(want, got, where=""):
    if isinstance(want, (Places, Near)):
        if not want.agrees(got):
            yield f"{where}: want {want}, got {got if not isinstance(got, Fraction) else float(got)}"
    elif isinstance(want, dict):
        if not isinstance(got, dict) or set(want) != set(got):
            yield f"{where}: want the keys {list(want)}, got {list(got) if isinstance(got, dict) else got}"
            return
        for key in want:
            yield from differences(want[key], got[key], f"{where}.{key}")
    elif isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            yield f"{where}: want {len(want)} rows, got {len(got) if isinstance(got, list) else got}"
            return
        for i, (a, b) in enumerate(zip(want, got)):
            yield from differences(a, b, f"{where}[{i}]")
    elif want != got or isinstance(want, bool) != isinstance(got, bool):
        yield f"{where}: want {want!r}, got {got!r}"


def exact_json(text):
    return json.loads(text, parse_float=Fraction)


def read_csv(text):
    """The rows of a CSV answer, in the types that the JSON has."""
    rows = []
    for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
        for name, value in row.items():
            if name in ("has_transcript", "has_audio"):
                row[name] = {"true": True, "false": False}[value]
            elif value == "":
                row[name] = None
            elif name == "duration_seconds":
                row[name] = Fraction(value)
            elif name == "metadata":
                row[name] = json.loads(value)
        rows.append(row)
    return rows


def read_samples(text):
    found = {}
    for line in text.splitlines():
        if not line.startswith(("#", "callmetrics_")):
            name, value = line.rsplit(" ", 1)
            found[name] = value if value == "NaN" else Fraction(value)
    return found


def ask(program, query, now, database):
    env = dict(os.environ, REQUEST_METHOD="GET", QUERY_STRING=query, CALLMETRICS_NOW=now, CALLMETRICS_DB=database)
    run = os.environ.get("CM_RUN", "").split() + [program]
    done = subprocess.run(run, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    if done.returncode != 0:
        return None, f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}"
    status = int(re.search(rb"Status: (\d+)", head).group(1))
    return (status, body.decode()), None


def judge(referee, question, query_text, now, database, programs):
    query = dict(urllib.parse.parse_qsl(query_text, keep_blank_values=True))
    answer, problem = ask(os.path.join(programs, question), query_text, now, database)
    if problem is not None:
        return [problem]
    status, body = answer
    want = referee.answer(question, query)
    if question == "prometheus":
        got = read_samples(body)
    elif query.get("format") == "csv":
        got = read_csv(body)
    elif query.get("format") == "ndjson":
        got = [exact_json(line) for line in body.splitlines()]
    else:
        got = exact_json(body)
    expected_status = 200
    if question == "health" and isinstance(got, dict) and "warnings" in got:
        got["warnings"] = len(got["warnings"])
        expected_status = 503 if want["status"] == "degraded" else 200
    found = list(differences(want, got))
    if status != expected_status:
        found.append(f"status: want {expected_status}, got {status}")
    return found


def main(database, now, programs):
    referee = Referee(database, now)
    judged = wrong = 0
    for line in sys.stdin:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        question, _, query = line.partition(" ")
        found = judge(referee, question, query, now, database, programs)
        judged += 1
        if found:
            wrong += 1
            print(f"{question}?{query} (now {now})")
            for difference in found[:12]:
                print(f"    {difference}")
    print(f"{judged} answers judged, {wrong} wrong")
    sys.exit(0 if judged and not wrong else 1)


main(*sys.argv[1:])
