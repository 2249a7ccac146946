#!/usr/bin/python3
"""guide: what a program after the call observability guide (spec 1) does to answer, so that ours can be measured against it.

    guide.py DATABASE NOW QUESTION COUNT

Prints the answer (JSON), and before it the median of the milliseconds that COUNT answers took, each from the first connection to the
whole text, without the time to start Python, to parse a request or to send.

It reads as such a program does: a connection for each statement, whole rows made into dictionaries, windows told apart by ISO text,
and then everything added up and sorted here; the hours and the steps are read for themselves; only the days are grouped by SQL, through
a function of the column.  Its rules are ours, so that the figures can be compared: nearest rank, rates of calls that have ended, hours
that begin on the hour, and the current one among them.
"""

import json
import math
import sqlite3
import statistics
import sys
import time
from datetime import datetime, timedelta, timezone

STEPS = ("speech_end_to_first_audio", "tool_call_duration", "session_duration")
STATUSES = ("completed", "failed", "timeout", "cancelled", "active")


def read(path, statement, *values):
    """The rows of a statement as dictionaries, over a connection of its own."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(statement, values)]
    finally:
        connection.close()


def calls_between(path, start, end):
    return read(path, "SELECT * FROM calls WHERE started_at >= ? AND started_at < ? ORDER BY started_at", start.isoformat(),
                end.isoformat())


def rank(values, share):
    """The nearest rank of sorted values."""
    return values[math.ceil(len(values) * share) - 1] if values else None


def percent(part, whole):
    return 100.0 * part / whole if whole else None


def change(now, before):
    return None if now is None or not before else 100.0 * (now - before) / before


def durations_of(calls):
    return sorted(call["duration_seconds"] for call in calls if call["status"] == "completed" and call["duration_seconds"] is not None)


def mean(values):
    return sum(values) / len(values) if values else None


def values_of(values):
    return {"avg": mean(values), "min": values[0] if values else None, "max": values[-1] if values else None,
            "p50": rank(values, 0.5), "p95": rank(values, 0.95), "p99": rank(values, 0.99)}


def success_rate(calls):
    ended = sum(1 for call in calls if call["status"] != "active")
    return percent(sum(1 for call in calls if call["status"] == "completed"), ended)


def count_statuses(calls):
    counts = dict.fromkeys(STATUSES, 0)
    for call in calls:
        counts[call["status"]] += 1
    return counts


def count_types(calls):
    inbound = sum(1 for call in calls if call["call_type"] == "inbound")
    return {"inbound": inbound, "outbound": len(calls) - inbound}


def count_reasons(calls):
    """What the guide's program looks for in each failed call, and mostly does not find."""
    counts = {}
    for call in calls:
        if call["status"] == "failed":
            reason = (json.loads(call["metadata"]) if call["metadata"] else {}).get("failure_reason", "unknown")
            counts[reason] = counts.get(reason, 0) + 1
    return counts


def hourly(path, now, hours=24):
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
    buckets = {(first + timedelta(hours=n)).strftime("%Y-%m-%dT%H:00:00Z"): [] for n in range(hours)}
    for call in calls_between(path, first, now):
        started = datetime.fromisoformat(call["started_at"])
        buckets[started.strftime("%Y-%m-%dT%H:00:00Z")].append(call)
    series = []
    for hour, calls in buckets.items():
        counts, durations = count_statuses(calls), durations_of(calls)
        series.append({"hour": hour, "total": len(calls), "completed": counts["completed"],
                       "failed": counts["failed"] + counts["timeout"], "cancelled": counts["cancelled"], "active": counts["active"],
                       "avg_duration": mean(durations), "p95_duration": rank(durations, 0.95)})
    return {"timeseries": series, "hours": hours}


def daily(path, now, days=30):
    first = (now - timedelta(days=days - 1)).date()
    found = {row["day"]: row for row in read(path, """
        SELECT DATE(started_at) AS day, COUNT(*) AS total, SUM(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) AS completed,
            SUM(CASE WHEN status IN ('failed', 'timeout') THEN 1 ELSE 0 END) AS failed,
            SUM(CASE WHEN status = 'active' THEN 1 ELSE 0 END) AS active,
            AVG(CASE WHEN status = 'completed' THEN duration_seconds END) AS avg_duration
        FROM calls WHERE DATE(started_at) >= ? GROUP BY DATE(started_at)""", first.isoformat())}
    series = []
    for n in range(days):
        date = (first + timedelta(days=n)).isoformat()
        row = found.get(date, {"total": 0, "completed": 0, "failed": 0, "active": 0, "avg_duration": None})
        series.append({"date": date, "total": row["total"], "completed": row["completed"], "failed": row["failed"],
                       "avg_duration": row["avg_duration"], "success_rate": percent(row["completed"], row["total"] - row["active"])})
    return {"timeseries": series, "days": days}


def latency(path, now, hours=24):
    answer = {}
    for step in STEPS:
        rows = read(path, "SELECT duration_ms FROM latency_events WHERE event_type = ? AND timestamp >= ? AND timestamp < ?", step,
                    (now - timedelta(hours=hours)).isoformat(), now.isoformat())
        values = sorted(row["duration_ms"] for row in rows)
        answer[step + "_ms"] = {"count": len(values), **values_of(values)}
    return answer


def dashboard(path, now, hours=24):
    start = now - timedelta(hours=hours)
    calls, before = calls_between(path, start, now), calls_between(path, start - timedelta(hours=hours), start)
    active = read(path, "SELECT COUNT(*) AS n FROM calls WHERE status = 'active'")[0]["n"]
    durations, durations_before = durations_of(calls), durations_of(before)
    with_transcript = sum(1 for call in calls if call["has_transcript"])
    count_reasons(calls)
    return {
        "summary": {
            "total_calls": len(calls), "total_calls_delta": change(len(calls), len(before)),
            "success_rate": success_rate(calls), "success_rate_delta": change(success_rate(calls), success_rate(before)),
            "avg_duration": mean(durations), "avg_duration_delta": change(mean(durations), mean(durations_before)),
            "active_now": active,
        },
        "breakdown": {"by_status": count_statuses(calls), "by_type": count_types(calls)},
        "duration": {**values_of(durations), "total_seconds": sum(durations)},
        "transcript": {"calls_with_transcript": with_transcript, "transcript_rate": percent(with_transcript, len(calls))},
        "timeseries": {"hourly": hourly(path, now, hours)["timeseries"]},
        "latency": latency(path, now, hours),
    }


def main():
    path, now, question, count = sys.argv[1], datetime.fromtimestamp(int(sys.argv[2]), timezone.utc), sys.argv[3], int(sys.argv[4])
    answer = {"dashboard": dashboard, "hourly": hourly, "daily": daily, "latency": latency}[question]
    times = []
    for _ in range(count):
        started = time.perf_counter()
        text = json.dumps(answer(path, now))
        times.append(1000 * (time.perf_counter() - started))
    print(round(statistics.median(times), 3))
    print(text)


main()
