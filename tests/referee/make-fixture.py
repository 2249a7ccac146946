"""make-fixture: a call database whose rows lie where mistakes are made.

usage: make-fixture.py PATH

Its calls cross midnight (UTC, Berlin, Kathmandu), both changes of the clocks, a leap day and a year's end; there are hours
and days without a call, with one call, and with many; times are written in every way that spec 1's program and its older
versions wrote them; tenants, agents and providers overlap.  Everything is drawn from one fixed seed.
"""

import json
import pathlib
import random
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

SCHEMA = pathlib.Path(__file__).parent.parent / "data" / "app-schema.sql"
NOW = datetime(2026, 2, 6, 10, 30, tzinfo=timezone.utc)

STATUSES = ["completed"] * 12 + ["failed"] * 3 + ["cancelled", "timeout", "active"]
REASONS = [None, "user_hangup", "network_error", "api_error", "timeout", "gremlins"]


def text_of(at, style):
    """An instant in one of the ways in which it is found in such databases."""
    if style == "naive":
        return at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if style == "blank":
        return at.strftime("%Y-%m-%d %H:%M:%S.%f")
    if style == "zulu":
        return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if style == "millis":
        return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if style == "whole":
        return at.replace(microsecond=0).isoformat()
    if style == "berlin":
        return at.astimezone(timezone(timedelta(hours=2))).isoformat()
    if style == "kathmandu":
        return at.astimezone(timezone(timedelta(hours=5, minutes=45))).isoformat()
    if style == "west":
        return at.astimezone(timezone(timedelta(hours=-3, minutes=-30))).isoformat()
    return at.isoformat()


STYLES = ["iso"] * 4 + ["naive", "blank", "zulu", "millis", "whole", "berlin", "kathmandu", "west"]


def instants(draw):
    """Where calls start."""
    edges = [
        datetime(2025, 3, 30, 0, 0, tzinfo=timezone.utc),  # Berlin's clocks go forward at 01:00 UTC
        datetime(2025, 3, 30, 1, 0, tzinfo=timezone.utc),
        datetime(2025, 10, 26, 1, 0, tzinfo=timezone.utc),  # and back
        datetime(2024, 2, 29, 0, 0, tzinfo=timezone.utc),
        datetime(2024, 3, 1, 0, 0, tzinfo=timezone.utc),
        datetime(2025, 12, 31, 23, 0, tzinfo=timezone.utc),  # Berlin's new year
        datetime(2026, 1, 1, 0, 0, tzinfo=timezone.utc),
        datetime(2026, 2, 5, 10, 30, tzinfo=timezone.utc),  # 24 h before now, to the microsecond
        datetime(2026, 2, 4, 10, 30, tzinfo=timezone.utc),
        datetime(2026, 2, 6, 9, 30, tzinfo=timezone.utc),
        datetime(2026, 2, 6, 10, 0, tzinfo=timezone.utc),
        NOW,
    ]
    for edge in edges:
        for off_us in (-1, 0, 1, -1_000_000, 1_000_000, 299_999_999, 300_000_000):
            yield edge + timedelta(microseconds=off_us)
    for _ in range(700):  # the last three days, with holes
        at = NOW - timedelta(microseconds=draw.randrange(3 * 86_400_000_000))
        if at.hour not in (3, 4) and not (at.day == 6 and at.hour == 8):
            yield at
    yield datetime(2026, 2, 6, 4, 30, tzinfo=timezone.utc)  # the only call of its hour
    for _ in range(150):  # some weeks, sparsely
        yield NOW - timedelta(microseconds=draw.randrange(40 * 86_400_000_000))


def labels(draw):
    found = {}
    if draw.random() < 0.8:
        found["tenant_id"] = draw.choice(["acme", "globex", "Ünïcode", "a b&c=d%"])
    if draw.random() < 0.7:
        found["agent"] = draw.choice(["front-desk", "billing"])
        found["agent_version"] = draw.choice(["v1", "v2"])
    if draw.random() < 0.7:
        found["provider"] = draw.choice(["openai", "deepgram", "elevenlabs"])
    return found


def add_call(db, draw, number, at):
    status = draw.choice(STATUSES)
    if number % 97 == 5:
        status = "active"
    metadata = labels(draw)
    reason = draw.choice(REASONS)
    if status == "failed" and reason is not None:
        metadata[draw.choice(["failure_reason", "end_reason", "error"])] = reason
    duration = draw.choice([0.0, 0.001, 0.000001, 59.95, 12.25]) if draw.random() < 0.1 else draw.lognormvariate(4, 1.2)
    ended = at + timedelta(seconds=duration)
    call_id = f"call-{number:05d}"
    active = status == "active"
    db.execute(
        "INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds,"
        " status, has_audio, has_transcript, metadata) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (call_id, draw.choice(["inbound", "inbound", "outbound", "web"]), f"+49{number:08d}",
         None if number % 7 == 0 else "+4930123456", text_of(at, draw.choice(STYLES)),
         None if active else text_of(ended, draw.choice(STYLES)),
         None if active or number % 53 == 1 else duration, status, number % 2, number % 3 != 0,
         json.dumps(metadata, ensure_ascii=False) if metadata else None))
    for _ in range(draw.randrange(5)):
        step_at = at + timedelta(seconds=draw.random() * max(duration, 1))
        db.execute(
            "INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata) VALUES (?,?,?,?,?)",
            (call_id, draw.choice(["speech_end_to_first_audio", "tool_call_duration", "session_duration"]),
             draw.choice([0, 1, 0.001, 1.023, 1.024, 2.047, 2.048, draw.lognormvariate(6, 0.6)]),
             text_of(step_at, draw.choice(STYLES)), draw.choice([None, '{"tool": "lookup"}'])))


def main(path):
    draw = random.Random(20260206)
    db = sqlite3.connect(path)
    db.executescript(SCHEMA.read_text())
    for number, at in enumerate(instants(draw)):
        add_call(db, draw, number, at)
    # A step of a call that is not there.
    db.execute("INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES (?,?,?,?)",
               ("call-of-nobody", "tool_call_duration", 77.5, "2026-02-06T10:00:00"))
    db.commit()
    db.close()


main(sys.argv[1])
