"""
questions: the programs asked as plain CGI, what the referee says to the same question, and the two compared.

A question is (program, query, now): it reads as one line, `latency hours=3&interval=5m now=2026-01-01T00:00:00Z`.
"""

import csv
import datetime
import io
import json
import math
import os
import re
import subprocess
import urllib.parse
import zoneinfo
from decimal import Decimal
from fractions import Fraction

from referee import (COMPONENTS, DAY, GUIDE, HOUR, LABELS, REASONS, STATUSES, TYPES, US, nearest_rank)
from voice_app import iso

FALLBACK_HOURS = {"dashboard": 24, "health": 1, "hourly": 24, "prometheus": 24, "latency": 24}
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
         "Pacific/Kiritimati", "Africa/Cairo", "America/Havana"]
FAMILIES = {"turn_e2e": "voice_speech_to_audio_ms", "tool": "voice_tool_call_duration_ms",
            "session": "voice_session_duration_ms"}


FUTURE = 10 * 60 * US


class Different(Exception):
    """An answer is not what the referee says."""


class Near:
    """A figure printed with so many places: right when it is nearest to the exact one, half up.  bound: per cent by which it may be
    too high, where raw rows are gone."""

    def __init__(self, exact, places, bound=0):
        self.exact, self.places, self.bound = exact, places, bound

    def __repr__(self):
        return f"{float(self.exact):.{self.places + 3}f} to {self.places} places" + (f" + {self.bound} %" if self.bound else "")

    def agrees(self, given):
        if not isinstance(given, Decimal) and not isinstance(given, int):
            return False
        if isinstance(given, Decimal) and given != 0 and -given.as_tuple().exponent != self.places:
            return False
        if self.bound == 0:
            scaled = Fraction(self.exact) * 10 ** self.places
            half_up = math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
            return Fraction(given) * 10 ** self.places == half_up
        low = Fraction(self.exact)
        high = low * (1 + Fraction(self.bound) / 100)
        slack = Fraction(1, 2 * 10 ** self.places) + abs(high) / 10 ** 12
        return low - slack <= Fraction(given) <= high + slack


class Spread:
    """Figures of a window: exact, or where raw rows are gone marked so, and right within the bound that they state."""

    def __init__(self, figures, softened, inexact):
        self.figures, self.softened, self.inexact = figures, softened, inexact

    def compare(self, given, path):
        given, bound = dict(given), 0
        if "exact" in given or self.inexact:
            compare(given.pop("exact", None), False, path + ".exact")
            bound = given.pop("error_pct", None)
            if not self.softened or not isinstance(bound, Decimal) or not 0 <= bound <= Decimal("0.20"):
                raise Different(f"{path}: not exact by {bound} %")
            bound += Decimal("0.005")
        wanted = {key: Near(figure.exact, figure.places, bound) if key in SOFT and isinstance(figure, Near) else figure
                  for key, figure in self.figures.items()}
        compare(given, wanted, path)


BIN_PCT = Decimal("0.2")        # the widest bin of a histogram
NARROW_US = 1024                 # below, a bin holds one value alone
SOFT = ("min", "max", "p50", "p95", "p99")


def near(exact, places):
    return None if exact is None else Near(exact, places)


class Exactly:
    """A figure printed in full."""

    def __init__(self, exact):
        self.exact = exact

    def __repr__(self):
        return str(self.exact)

    def agrees(self, given):
        return isinstance(given, (int, Decimal)) and Fraction(given) == self.exact


def compare(given, wanted, path=""):
    """Raises Different where two documents differ."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        if set(given) != set(wanted):
            raise Different(f"{path}: has {sorted(set(given) - set(wanted))}, lacks {sorted(set(wanted) - set(given))}")
        for key, value in wanted.items():
            compare(given[key], value, f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(given, list):
        if len(given) != len(wanted):
            raise Different(f"{path}: {len(given)} of them, not {len(wanted)}")
        for i, value in enumerate(wanted):
            compare(given[i], value, f"{path}[{i}]")
    elif isinstance(wanted, Spread) and isinstance(given, dict):
        wanted.compare(given, path)
    elif isinstance(wanted, (Near, Exactly)):
        if not wanted.agrees(given):
            raise Different(f"{path}: is {given}, not {wanted!r}")
    elif type(given) is not type(wanted) or given != wanted:
        raise Different(f"{path}: is {given!r}, not {wanted!r}")


def text_ms(at):
    """An instant as answers print it."""
    seconds, micros = divmod(at, US)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % (micros // 1000)


def text_s(at):
    return text_ms(at)[:19] + "Z"


# The app that is played lives long ago, and speaks for months.
WIDE = {"CALLMETRICS_OLDEST": "1970-01-01T00:00:00Z", "CALLMETRICS_CALL_SECONDS_MOST": "31622400",
        "CALLMETRICS_STEP_SECONDS_MOST": "31622400"}


class Programs:
    """The programs of a build, asked over one database."""

    def __init__(self, build, database):
        self.build = build
        self.database = database
        self.asked = 0

    def ask(self, program, query, now):
        """(status, content type, body) of an answer."""
        self.asked += 1
        environment = {
            "CALLMETRICS_DB": self.database, "CALLMETRICS_NOW": text_micros(now), "REQUEST_METHOD": "GET",
            "QUERY_STRING": query, "PATH": os.environ.get("PATH", ""), **WIDE,
        }
        done = subprocess.run([os.path.join(self.build, "cgi-bin", program)], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        if done.returncode != 0 or "Status" not in headers:
            raise Different(f"{program} exits with {done.returncode}: {done.stdout[:300]!r} {done.stderr[:300]!r}")
        return int(headers["Status"][:3]), headers.get("Content-Type", ""), body.decode()

    def run_job(self, job, *options, now=None):
        """The text that a job prints; a job that fails is Different."""
        environment = dict(os.environ, **WIDE, **({"CALLMETRICS_NOW": text_micros(now)} if now is not None else {}))
        done = subprocess.run([os.path.join(self.build, "jobs", job), *options, self.database], env=environment,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise Different(f"{job} {' '.join(options)} exits with {done.returncode}: {done.stdout}")
        return done.stdout


def text_micros(at):
    return iso(at, "z")


class Window:
    """What a query's parameters mean."""

    def __init__(self, program, query, now):
        self.given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.now = now
        self.end = now
        self.whole = True
        self.all_time = False
        if "start_time" in self.given:
            self.start = read_time(self.given["start_time"])
            self.end = read_time(self.given["end_time"]) if "end_time" in self.given else now
            self.whole = False
        elif "hours" in self.given:
            self.start = now - int(self.given["hours"]) * HOUR
        elif "days" in self.given:
            self.start = now - int(self.given["days"]) * DAY
        elif program in FALLBACK_HOURS:
            self.start = now - FALLBACK_HOURS[program] * HOUR
        elif program in ("failures", "latency-events"):
            self.start, self.end, self.all_time = -1 << 62, 1 << 62, True
        else:
            self.start = now - 30 * DAY
        self.wanted = tuple(self.given.get(name, "") for name in LABELS)


def read_time(text):
    if text[4:5] == "-":
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)
    return int(Fraction(text) * US)


def spread(values, unit, places):
    """Average, extremes and percentiles of sorted values."""
    def figure(value):
        return near(Fraction(value, unit), places)
    found = {
        "avg": near(Fraction(sum(values), unit * len(values)), places) if values else None,
        "min": figure(values[0]) if values else None, "max": figure(values[-1]) if values else None,
    }
    for name, permille in (("p50", 500), ("p95", 950), ("p99", 990)):
        found[name] = figure(nearest_rank(values, permille)) if values else None
    return found


class Judge:
    """Asks, and compares with the referee."""

    def __init__(self, referee, programs):
        self.referee = referee
        self.programs = programs
        self.moved = self.touched = False

    def check(self, question):
        """Raises Different where an answer is wrong."""
        program, query, now = question
        judge = Judge(self.referee, self.programs)
        getattr(judge, program.replace("-", "_"))(Window(program, query, now), query, now)

    def kept(self, start, end, wanted):
        """The window that can be answered: where facts are gone, its edges lie on those of the narrowest buckets."""
        width = DAY if wanted[0] and any(wanted[1:]) else 300 * US
        horizon = self.referee.horizon
        return tuple(at // width * width if at < horizon else at for at in (start, end))

    def tally(self, start, end, wanted):
        kept = self.kept(start, end, wanted)
        self.moved = self.moved or kept != (start, end)
        return self.referee.tally(*kept, wanted)

    def latencies(self, start, end, wanted):
        return self.referee.latencies(*self.kept(start, end, wanted), wanted)

    def soft(self, start, values):
        """Whether percentiles of a window that starts there may be those of bins; wide ones say so."""
        softened = start < self.referee.horizon
        if softened:
            self.touched = True
            self.moved = self.moved or bool(values) and values[-1] >= NARROW_US
        return softened

    def spread(self, figures, window, values):
        softened = self.soft(window.start, values)
        moved = self.kept(window.start, window.end, window.wanted) != (window.start, window.end)
        self.moved = self.moved or moved
        return Spread(figures, softened, moved or (softened and bool(values) and values[-1] >= NARROW_US))

    def marked(self, given, wanted):
        """Compares an answer; one that is not exact says so, and only such a one."""
        if self.moved or (self.touched and "exact" in given):
            wanted = dict(wanted, exact=False)
        compare(given, wanted)

    def answer(self, program, query, now, wanted):
        self.marked(self.json_of(program, query, now)[1], wanted)

    def json_of(self, program, query, now, statuses=(200,)):
        status, kind, body = self.programs.ask(program, query, now)
        if status not in statuses or kind != "application/json":
            raise Different(f"status {status}: {body[:500]}")
        return status, json.loads(body, parse_float=Decimal)

    def bucket(self, key, label, start, end, wanted):
        tally = self.tally(start, end, wanted)
        p95 = near(Fraction(nearest_rank(tally.timed, 950), US), 1) if tally.timed else None
        if self.soft(start, tally.timed and [nearest_rank(tally.timed, 950)]) and p95 is not None:
            p95.bound = BIN_PCT
        return {
            key: label, "total": tally.total, "completed": tally.by_status["completed"], "failed": tally.failed,
            "cancelled": tally.by_status["cancelled"], "active": tally.by_status["active"],
            "avg_duration": near(tally.mean, 1),
            "p95_duration": p95,
        }

    def hours(self, window):
        """Buckets of hours."""
        start = -(-window.start // HOUR) * HOUR if window.whole else window.start
        rows = []
        while start < window.end:
            end = min(start // HOUR * HOUR + HOUR, window.end)
            rows.append(self.bucket("hour", text_s(start), start, end, window.wanted))
            start = end
        return rows

    def hourly(self, window, query, now):
        rows = self.hours(window)
        self.answer("hourly", query, now, {"timeseries": rows, "hours": len(rows)})

    def daily(self, window, query, now):
        zone = zoneinfo.ZoneInfo(window.given.get("tz", "UTC"))
        if window.whole and "hours" not in window.given:
            date = local_date(window.end - 1, zone) - datetime.timedelta(days=int(window.given.get("days", 30)) - 1)
        else:
            date = local_date(window.start, zone)
        rows = []
        while day_start(date, zone) < window.end:
            start, end = day_start(date, zone), day_start(date + datetime.timedelta(days=1), zone)
            if not window.whole:
                start = max(start, window.start)
            end = min(end, window.end)
            row = self.bucket("date", date.isoformat(), start, end, window.wanted)
            row["success_rate"] = near(self.tally(start, end, window.wanted).success, 1)
            rows.append(row)
            date += datetime.timedelta(days=1)
        self.answer("daily", query, now, {"timeseries": rows, "days": len(rows)})

    def durations(self, tally, window):
        figures = spread(tally.timed, US, 1)
        figures["total_seconds"] = Near(Fraction(sum(tally.timed), US), 1)
        return self.spread(figures, window, tally.timed)

    def latency_report(self, values, places, window):
        return self.spread({"count": len(values), **spread(values, 1000, places)}, window, values)

    def dashboard(self, window, query, now):
        tally = self.tally(window.start, window.end, window.wanted)
        before = self.tally(2 * window.start - window.end, window.start, window.wanted)
        values = self.latencies(window.start, window.end, window.wanted)
        self.answer("dashboard", query, now, {
            "generated_at": text_ms(now),
            "period": {"start": text_ms(window.start), "end": text_ms(window.end)},
            "summary": {
                "total_calls": tally.total, "total_calls_delta": delta(tally.total, before.total),
                "success_rate": near(tally.success, 1), "success_rate_delta": delta(tally.success, before.success),
                "avg_duration": near(tally.mean, 1), "avg_duration_delta": delta(tally.mean, before.mean),
                "active_now": self.referee.active(window.wanted),
            },
            "breakdown": {"by_status": tally.by_status, "by_type": tally.by_type, "failure_reasons": dict(tally.by_reason)},
            "duration": self.durations(tally, window),
            "transcript": {"calls_with_transcript": tally.with_transcript, "transcript_rate": near(tally.transcripts, 1)},
            "timeseries": {"hourly": self.hours(window)},
            "latency": {GUIDE[name] + "_ms": self.latency_report(values[name], 1, window) for name in GUIDE},
        })

    def latency(self, window, query, now):
        asked = [window.given["component"]] if "component" in window.given else COMPONENTS
        values = self.latencies(window.start, window.end, window.wanted)
        wanted = {GUIDE[name] + "_ms": self.latency_report(values[name], 3, window) for name in GUIDE if name in asked}
        wanted["period_hours"] = Near(Fraction(window.end - window.start, HOUR), 0)
        wanted["components"] = {name: self.latency_report(values[name], 3, window) for name in asked}
        if "interval" in window.given:
            text = window.given["interval"]
            step = int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]] * US
            wanted["timeseries"] = self.spans(window, step, asked)
        self.answer("latency", query, now, wanted)

    def spans(self, window, step, asked):
        rows, start = [], window.start
        while start < window.end:
            end = min(start // step * step + step, window.end)
            values = self.latencies(start, end, window.wanted)
            span = Span(start, end, window.wanted)
            rows.append({"start": text_ms(start), **{name: self.latency_report(values[name], 3, span) for name in asked}})
            start = end
        return rows

    def health(self, window, query, now):
        tally = self.tally(window.start, window.end, window.wanted)
        active = self.referee.active(window.wanted)
        zombies = self.referee.active(window.wanted, now - HOUR)
        well = tally.success is None or tally.success >= 80
        warnings = [] if well else ["80 % of calls"]
        warnings += ["%d calls are active" % active] if active > 10 else []
        warnings += ["%d active calls" % zombies] if zombies > 0 else []
        warnings += ["%d calls failed" % tally.failed] if tally.failed > 3 else []
        # A tenant learns nothing of rows that are nobody's, or another's.
        if not window.given.get("tenant_id"):
            future = sum(call.start > now + FUTURE for call in self.referee.calls.values())
            warnings += self.skipped() + (["%d %s in the future" % (future, "call begins" if future == 1 else "calls begin")] if future else [])
        status, answer = self.json_of("health", query, now, (200, 503))
        answer["warnings"] = [short(given, wanted) for given, wanted in zip(answer["warnings"], warnings + [""] * 99)]
        last_hour = window.end == now and window.end - window.start == HOUR
        period = {} if last_hour else {"period": {"start": text_ms(window.start), "end": text_ms(window.end)}}
        self.marked(answer, {
            "status": "healthy" if well else "degraded", "timestamp": text_ms(now), **period,
            "indicators": {"calls_last_hour" if last_hour else "calls": tally.total, "success_rate": near(tally.success, 1), "active_calls": active,
                           "avg_duration": near(tally.mean, 1)},
            "warnings": warnings,
        })
        if status != (200 if well else 503):
            raise Different(f"status {status}")

    def skipped(self):
        counts = {}
        for source, rows in self.referee.skipped.items():
            for field in rows.values():
                counts[source, field] = counts.get((source, field), 0) + 1
        return ["%d rows of %s were skipped: %s makes no sense" % (n, source, field)
                for (source, field), n in sorted(counts.items())]

    def call_row(self, call):
        return {
            "call_id": call.call_id, "call_type": call.type, "caller_number": call.caller, "callee_number": call.callee,
            "started_at": text_ms(call.start), "ended_at": text_ms(call.end) if call.end is not None else None,
            "duration_seconds": Exactly(Fraction(call.duration, US)) if call.duration is not None else None,
            "status": call.status, "failure_reason": call.reason or None, "metadata": document(call.metadata),
        }

    def pages(self, program, key, query, now, rows, limit):
        """Asks page after page, and compares them together."""
        found, cursor = [], None
        while True:
            more = query if cursor is None else query + "&cursor=" + urllib.parse.quote(cursor)
            answer = self.json_of(program, more, now)[1]
            compare(answer["count"], len(answer[key]), "count")
            found += answer[key]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
            compare(answer["count"], limit, "count")
            if len(found) > len(rows):
                break
        compare(found, rows, key)

    def listed(self, window):
        return self.referee.kept(self.referee.calls_in(window.start, window.end, window.wanted))

    def failures(self, window, query, now):
        calls = [call for call in self.listed(window) if call.reason]
        self.pages("failures", "failures", query, now, [self.call_row(call) for call in reversed(calls)],
                   int(window.given.get("limit", 10)))

    def latency_events(self, window, query, now):
        steps = self.referee.kept(self.referee.steps_in(window.start, window.end, window.wanted))
        kind = window.given.get("event_type")
        rows = [{
            "id": step.id, "call_id": step.call_id, "event_type": GUIDE.get(step.component, step.component),
            "component": step.component, "duration_ms": Exactly(Fraction(step.duration, 1000)), "timestamp": text_ms(step.at),
            "turn_id": None, "provider": None, "model": None, "metadata": document(step.metadata),
        } for step in reversed(steps) if kind in (None, step.component, GUIDE.get(step.component))
            and window.given.get("call_id") in (None, step.call_id)]
        self.pages("latency-events", "events", query, now, rows, int(window.given.get("limit", 100)))

    def export(self, window, query, now):
        calls = self.listed(window)
        after = window.given.get("after")
        if after is not None:
            call = self.referee.calls.get(after)
            tenant = window.given.get("tenant_id")
            if call is None or tenant not in (None, call.labels[0]):
                status, _, body = self.programs.ask("export", query, now)
                return compare(status, 404, "status of " + body)
            place = (call.start, call.call_id.encode())
            calls = [call for call in calls if (call.start, call.call_id.encode()) > place]
        style = window.given.get("format", "json")
        status, _, body = self.programs.ask("export", query, now)
        compare(status, 200, "status")
        getattr(self, "export_" + style)(body, calls, window, now)

    def export_row(self, call, window):
        row = self.call_row(call)
        tenant, agent, _, provider, _ = call.labels
        row.update(has_transcript=call.transcript, has_audio=call.audio, tenant_id=tenant or None, agent=agent or None,
                   provider=provider or None)
        if window.given.get("metadata") != "1":
            del row["metadata"]
        return row

    def export_json(self, body, calls, window, now):
        compare(json.loads(body, parse_float=Decimal), {
            "exported_at": text_ms(now), "calls": [self.export_row(call, window) for call in calls],
            "period_days": About(Fraction(window.end - window.start, DAY)), "call_count": len(calls),
        })

    def export_ndjson(self, body, calls, window, now):
        lines = body.split("\n")
        compare(lines.pop(), "", "end")
        compare([json.loads(line, parse_float=Decimal) for line in lines], [self.export_row(call, window) for call in calls])

    def export_csv(self, body, calls, window, now):
        columns = ["call_id", "call_type", "caller_number", "callee_number", "started_at", "ended_at", "duration_seconds",
                   "status", "has_transcript", "has_audio", "tenant_id", "agent", "provider", "failure_reason"]
        columns += ["metadata"] if window.given.get("metadata") == "1" else []
        rows = list(csv.reader(io.StringIO(body, newline=""), strict=True))
        compare(rows[0], columns, "header")
        compare(len(rows) - 1, len(calls), "rows")
        for given, call in zip(rows[1:], calls):
            wanted = self.export_row(call, window)
            wanted["metadata"] = call.metadata
            for name, text in zip(columns, given, strict=True):
                value = wanted[name]
                if isinstance(value, Exactly):
                    compare(Decimal(text), value, name)
                else:
                    compare(text, "" if value is None else str(value).lower() if isinstance(value, bool) else value, name)

    def prometheus(self, window, query, now):
        status, _, body = self.programs.ask("prometheus", query, now)
        compare(status, 200, "status of " + body[:300])
        given = samples(body)
        referee, wanted = self.referee, window.wanted
        tally = self.tally(window.start, window.end, wanted)
        expected = {
            "voice_calls_total": referee.ever.calls(wanted),
            "voice_calls_success_rate": tally.success, "voice_calls_active": referee.active(wanted),
            "voice_transcript_rate": tally.transcripts,
        }
        for name in STATUSES:
            expected[f'voice_calls_by_status{{status="{name}"}}'] = tally.by_status[name]
        for name in TYPES:
            expected[f'voice_calls_by_type{{type="{name}"}}'] = tally.by_type[name]
        for name in STATUSES[1:]:
            for kind in TYPES:
                expected[f'voice_calls_ended_total{{status="{name}",type="{kind}"}}'] = referee.ever.ended(wanted, name, kind)
        for name in REASONS:
            expected[f'voice_call_failures_total{{reason="{name}"}}'] = referee.ever.failures(wanted, name)
        values = self.latencies(window.start, window.end, wanted)
        for family, kind, found, unit in [("voice_call_duration_seconds", "call", tally.timed, US)] + [
                (FAMILIES[name], name, values[name], 1000) for name in GUIDE]:
            for text, permille in (("0.5", 500), ("0.95", 950), ("0.99", 990)):
                exact = Fraction(nearest_rank(found, permille), unit) if found else None
                expected[f'{family}{{quantile="{text}"}}'] = Soft(exact) if found and self.soft(window.start, found) else exact
            count, total = referee.ever.valued(wanted, kind)
            expected[family + "_count"] = count
            expected[family + "_sum"] = Fraction(total, unit)
        compare(given, {name: value if isinstance(value, Soft) else Sample(value) for name, value in expected.items()})


class Span:
    """A part of a window."""

    def __init__(self, start, end, wanted):
        self.start, self.end, self.wanted = start, end, wanted


class Sample(Exactly):
    """A sample of the Prometheus text: the same double; None is NaN."""

    def agrees(self, given):
        if self.exact is None:
            return given == "NaN"
        exact = float(self.exact)
        return given != "NaN" and abs(float(given) - exact) <= abs(exact) * 4e-16

    def __repr__(self):
        return repr(self.exact) if not isinstance(self.exact, Fraction) else repr(float(self.exact))


class Soft(Exactly):
    """A quantile of the Prometheus text where raw rows are gone."""

    def agrees(self, given):
        slack = self.exact / 10 ** 12
        return given != "NaN" and self.exact - slack <= Fraction(given) <= self.exact * (1 + Fraction(BIN_PCT) / 100) + slack


class About(Exactly):
    """A figure printed with ten digits."""

    def agrees(self, given):
        return abs(Fraction(given) - self.exact) <= self.exact / 10 ** 9


def samples(body):
    """The samples of a text of Prometheus, by name and labels."""
    found = {}
    for line in body.splitlines():
        if not line.startswith(("#", "callmetrics_")):
            name, value = line.rsplit(" ", 1)
            if name in found:
                raise Different(f"{name} comes twice")
            found[name] = value
    # Which host answers is no figure.
    return {name: value for name, value in found.items() if not name.startswith("callmetrics_build_info{instance=")}


def is_counter(name):
    return "_total" in name or name.endswith("_sum") or name.endswith("_count")


def short(given, wanted):
    """A warning's beginning, as far as one is expected."""
    return wanted if wanted and given.startswith(wanted) else given


def delta(now, before):
    if now is None or not before:
        return None
    return near((Fraction(now) - before) * 100 / before, 1)


def document(text):
    """Metadata as answers show it: an object or a list, else null."""
    try:
        value = json.loads(text, parse_float=Decimal) if isinstance(text, str) else None
    except ValueError:
        return None
    return value if isinstance(value, (dict, list)) else None


def local_date(at, zone):
    return datetime.datetime.fromtimestamp(at // US, zone).date()


def day_start(date, zone):
    """The first instant of a local date."""
    midnight = datetime.datetime.combine(date, datetime.time(), zone)
    return int(midnight.timestamp()) * US


def question_text(question):
    program, query, now = question
    return f"{program} {query or '-'} now={text_micros(now)}"


def read_question(text):
    """The inverse of question_text."""
    match = re.fullmatch(r"(\S+) (\S+) now=(\S+)", text)
    return match[1], "" if match[2] == "-" else match[2], read_time(match[3])


class Asking:
    """Makes up questions."""

    def __init__(self, rng, app, tenants, agents, versions, providers):
        self.rng, self.app = rng, app
        self.choices = {"tenant_id": tenants, "agent": agents, "agent_version": versions, "provider": providers,
                        "call_type": ["inbound", "outbound"]}

    def filters(self):
        if self.rng.random() < 0.35:
            return {}
        names = self.rng.sample(LABELS, self.rng.choice([1, 1, 1, 2, 2, 3, 5]))
        return {name: self.rng.choice([value for value in self.choices[name] if value] +
                                      (["nobody"] if name != "call_type" and self.rng.random() < 0.2 else []))
                for name in names}

    def now(self):
        rng = self.rng
        if rng.random() < 0.5:
            return self.app.scene[0] + self.app.scene[1] * DAY + rng.randrange(0, 3 * HOUR)
        return self.app.instant()

    def time(self, at):
        style = self.rng.choice(["z", "z", "z", "east", "unix"])
        return iso(at, style) if style != "unix" else "%d.%06d" % divmod(at, US)

    def window(self, program, widest):
        rng = self.rng
        if rng.random() < 0.4:
            if program == "daily" or rng.random() < 0.2:
                return {"days": rng.choice([1, 2, 4, 7, 30])}
            return {"hours": rng.choice([1, 2, 3, 24, 25, 48, 96, 100])}
        start = self.app.instant()
        end = rng.choice([self.app.instant(), start + rng.choice([1, US, 300 * US, HOUR, DAY, 2 * DAY]),
                          start // HOUR * HOUR + HOUR, start + rng.randrange(1, widest)])
        if start == end:
            end += 1
        start, end = min(start, end), min(max(start, end), min(start, end) + widest)
        return {"start_time": self.time(start), "end_time": self.time(end)}

    def question(self, program):
        rng = self.rng
        given = self.filters()
        if not (program in ("failures", "latency-events") and rng.random() < 0.4):
            given.update(self.window(program, 8 * HOUR if program == "health" else 5 * DAY))
        if program == "daily":
            given["tz"] = rng.choice(ZONES + ZONES[1:3] * 3)
        if program == "latency":
            if rng.random() < 0.5:
                given["component"] = rng.choice(COMPONENTS)
            if rng.random() < 0.4:
                given["interval"] = rng.choice(["1h", "1d", "7h", "3h"])
                if "start_time" in given and rng.random() < 0.5:
                    given["end_time"] = self.time(read_time(given["start_time"]) + 2 * HOUR)
                    given["interval"] = rng.choice(["5m", "7m", "90s", "15m"])
        if program == "failures" and rng.random() < 0.7:
            given["limit"] = rng.choice([1, 3, 50, 1000])
            given["limit"] = 50 if given["limit"] < 5 and rng.random() < 0.8 else given["limit"]
        if program == "latency-events":
            given["limit"] = rng.choice([20, 100, 1000])
            if rng.random() < 0.3:
                given["call_id"] = self.app.some_id()
            if rng.random() < 0.4:
                given["event_type"] = rng.choice(list(GUIDE.values()) + list(COMPONENTS))
        if program == "export":
            given["format"] = rng.choice(["json", "csv", "ndjson"])
            given["metadata"] = rng.choice([0, 1])
            if rng.random() < 0.2:
                given["after"] = self.app.some_id()
        return program, urllib.parse.urlencode(given), self.now()
