#!/usr/bin/env python3
"""
never_blocked: the voice app's own writes, timed, while our jobs and questions work on the same file.

The writer keeps spec 1's habits: a connection for each statement, Python's own transactions, five seconds of patience and no
second try.  It writes all the time, first alone (what the disk itself costs), then under each of our jobs.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import packs
import voice_app

SLOWEST_MS = 250
OUR_LOAD = 2            # processes of this test that want to run at once, less one
SLOW_MS = 150           # writes that took longer are told one by one
SLOW_MOST = 40
PAUSE_S = 0.004         # between two writes: a hundred and more in a second
NOW = datetime(2026, 2, 6, 10, 30, tzinfo=timezone.utc)

CALLS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds, status,
    has_transcript, metadata)
SELECT printf('call-%08d', i), CASE WHEN i % 3 THEN 'inbound' ELSE 'outbound' END, '+4930123', '+4930456',
    strftime('%Y-%m-%dT%H:%M:%S', :now, printf('%d seconds', (i - :count) * :spacing)) || printf('.%06d+00:00', i * 7919 % 1000000),
    strftime('%Y-%m-%dT%H:%M:%S+00:00', :now, printf('%d seconds', (i - :count) * :spacing + i % 600)), i * 7907 % 600000 / 1e3,
    CASE WHEN i % 17 = 0 THEN 'failed' WHEN i % 41 = 0 THEN 'timeout' ELSE 'completed' END, i % 4 = 0,
    '{"tenant_id":"tenant-' || i % 23 || '","agent":"agent-' || i % 7 || '","provider":"provider-' || i % 3 || '"}'
FROM n
"""

STEPS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp, metadata)
SELECT printf('call-%08d', 1 + i * :calls / (:count + 1)),
    CASE i % 5 WHEN 0 THEN 'tool_call_duration' WHEN 1 THEN 'llm' ELSE 'speech_end_to_first_audio' END,
    200 + i * 7907 % 1500000 / 1e3,
    strftime('%Y-%m-%dT%H:%M:%S', :now, printf('%d seconds', (i - :count) * :spacing)) || printf('.%06d+00:00', i * 7919 % 1000000),
    NULL
FROM n
"""


def fill(path, calls, steps, days):
    """A database of so many rows, spread over so many days up to NOW."""
    now = NOW.strftime("%Y-%m-%d %H:%M:%S")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(voice_app.TABLES)
        connection.execute(CALLS, {"count": calls, "now": now, "spacing": days * 86400 / calls})
        connection.execute(STEPS, {"count": steps, "calls": calls, "now": now, "spacing": days * 86400 / steps})
    connection.close()


class Writer(threading.Thread):
    """Spec 1's app, writing all the time; times are in milliseconds."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.phase = "alone"
        self.times = {}
        self.errors = []
        self.slow = []
        self.since = time.perf_counter()
        self.stopping = self.resting = False
        self.at_rest = threading.Event()

    def rest(self):
        """Returns when the call that is being written is written; none is written until go_on()."""
        self.resting = True
        self.at_rest.wait()

    def go_on(self):
        self.at_rest.clear()
        self.resting = False

    def write(self, text, values):
        started = time.perf_counter()
        try:
            connection = sqlite3.connect(self.path)
            try:
                connection.execute(text, values)
                connection.commit()
            finally:
                connection.close()
        except sqlite3.Error as error:
            self.errors.append(f"{self.phase}: {error}: {text}")
        took = (time.perf_counter() - started) * 1e3
        self.times.setdefault(self.phase, []).append(took)
        if took > SLOW_MS and len(self.slow) < SLOW_MOST:
            self.slow.append(f"{self.phase} + {started - self.since:.2f} s: {took:.0f} ms: {text[:40]}")
        time.sleep(PAUSE_S)

    def run(self):
        while not self.stopping:
            if self.resting:
                self.at_rest.set()
                time.sleep(PAUSE_S)
                continue
            self.one_call(NOW + timedelta(seconds=time.monotonic() % 600))

    def one_call(self, now):
        call_id = str(uuid.uuid4())
        self.write("INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, status, metadata) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?)",
                   (call_id, "inbound", "+49", "+50", now.isoformat(), "active", '{"tenant_id":"tenant-1","agent":"agent-1"}'))
        for _ in range(2):
            self.write("INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES (?, ?, ?, ?)",
                       (call_id, "speech_end_to_first_audio", 812.5, now.isoformat()))
        self.write("INSERT INTO transcripts (call_id, timestamp, speaker, content, event_type) VALUES (?, ?, ?, ?, ?)",
                   (call_id, now.isoformat(), "user", "hello", "speech"))
        self.write("UPDATE calls SET has_transcript = TRUE WHERE call_id = ?", (call_id,))
        self.write("UPDATE calls SET ended_at = ?, duration_seconds = ?, status = ? WHERE call_id = ?",
                   (now.isoformat(), 61.5, "completed", call_id))


HEAVY = [
    ("dashboard", "days=30"), ("daily", "days=400"), ("hourly", "hours=720&agent=agent-1"),
    ("latency", "days=30&interval=1h&provider=provider-1"), ("export", "days=3660&format=csv"),
    ("latency-events", "limit=1000"), ("failures", "limit=1000&agent=agent-3"), ("prometheus", "hours=720&tenant_id=tenant-1"),
]


class Asker(threading.Thread):
    """Asks the heaviest questions one after the other."""

    def __init__(self, build, path):
        super().__init__()
        self.build, self.path = build, path
        self.answered = self.refused = 0
        self.stopping = False

    def run(self):
        while not self.stopping:
            for program, query in HEAVY:
                done = subprocess.run([os.path.join(self.build, "cgi-bin", program)], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, env={
                                          "CALLMETRICS_DB": self.path, "REQUEST_METHOD": "GET", "QUERY_STRING": query,
                                          "CALLMETRICS_NOW": NOW.strftime("%Y-%m-%dT%H:%M:%SZ")})
                if done.stdout.startswith(b"Status: 200"):
                    self.answered += 1
                else:
                    self.refused += 1
                if self.stopping:
                    return


def run_job(build, writer, phase, job, *arguments):
    """Runs a job while the writer writes; how long it took, in seconds."""
    writer.phase, writer.since = phase, time.perf_counter()
    started = time.monotonic()
    done = subprocess.run([os.path.join(build, "jobs", job), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        writer.errors.append(f"{job} exits with {done.returncode}: {done.stdout[-500:]}")
    return time.monotonic() - started


def figures(times):
    times = sorted(times)
    return len(times), times[len(times) // 2], times[len(times) * 99 // 100], times[-1]


def counted(build, path):
    """How many rows the app has and how many facts we have, when all is taken that the app has written."""
    subprocess.run([os.path.join(build, "jobs", "follow"), "--once", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    connection = sqlite3.connect(path)
    connection.execute("ATTACH ? AS ours", (path + ".callmetrics",))
    rows = connection.execute(
        "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM ours.cm_call), (SELECT count(*) FROM latency_events), "
        "(SELECT count(*) FROM ours.cm_latency), (SELECT series_id FROM ours.cm_series WHERE scope = 'all')").fetchone()
    connection.close()
    ours = sqlite3.connect(path + ".callmetrics")
    held = sum(sums[0] for key, sums in packs.unpacked(ours)[0].items() if (key[0], key[2]) == (rows[4], 3600))
    ours.close()
    return *rows[:4], held


def main():
    options = argparse.ArgumentParser(description="the voice app is never blocked")
    options.add_argument("--build", default=os.environ.get("BUILD"))
    options.add_argument("--calls", type=int, default=int(os.environ.get("NEVER_BLOCKED_CALLS", 10000)))
    options.add_argument("--steps", type=int, default=int(os.environ.get("NEVER_BLOCKED_STEPS", 40000)))
    options.add_argument("--slowest", type=int, default=SLOWEST_MS * int(os.environ.get("CM_PACE", 100)) // 100, help="milliseconds that one write may take")
    options.add_argument("--detach", action="store_true", help="detaches at the end, which takes as long as attaching")
    options.add_argument("--strict", action="store_true", help="judges the slowest write, however busy the machine")
    options.add_argument("--no-questions", action="store_true", help="asks nothing, to see what the jobs alone cost")
    options.add_argument("--dir", default=os.environ.get("TMPDIR"), help="where the database is made: a real disk")
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="never-blocked-", dir=given.dir)
    path = os.path.join(folder, "calls.db")
    try:
        started = time.monotonic()
        fill(path, given.calls, given.steps, 90)
        print(f"{given.calls} calls and {given.steps} steps made in {time.monotonic() - started:.1f} s")
        return observe(os.path.abspath(given.build), path, given)
    finally:
        shutil.rmtree(folder)


def observe(build, path, given):
    writer, asker = Writer(path), Asker(build, path)
    try:
        writer.start()
        time.sleep(2)
        if not given.no_questions:
            asker.start()
        took = {"attach": run_job(build, writer, "attach", "attach", path)}
        writer.phase = "questions"
        time.sleep(4)
        writer.rest()
        rows = counted(build, path)
        writer.go_on()
        took["prune"] = run_job(build, writer, "prune", "prune", "--days", "30", path)
        if given.detach:
            took["detach"] = run_job(build, writer, "detach", "detach", path)
    finally:
        writer.stopping = asker.stopping = True
    writer.join()
    if not given.no_questions:
        asker.join()
    return tell(writer, None if given.no_questions else asker, took, rows, given.slowest, given.strict)


def tell(writer, asker, took, rows, slowest, strict):
    failed = list(writer.errors[:10])
    busy = not strict and os.getloadavg()[0] > os.cpu_count() + OUR_LOAD
    if busy:
        print(f"the machine is busy with other things (load {os.getloadavg()[0]:.1f}): writes are judged by their 99th percentile")
    print(f"{'while':<10} {'writes':>7} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}  took")
    for phase, times in writer.times.items():
        count, p50, p99, worst = figures(times)
        print(f"{phase:<10} {count:>7} {p50:>8.2f} {p99:>8.2f} {worst:>8.2f}  " + (f"{took[phase]:.1f} s" if phase in took else ""))
        if phase != "alone" and (p99 if busy else worst) > slowest:
            failed.append(f"{phase}: a write took {worst:.0f} ms, more than {slowest}")
        if count < 5:
            failed.append(f"{phase}: only {count} writes were timed")
    if asker is not None:
        print(f"questions answered {asker.answered}, refused {asker.refused} (before the tables were there, and after)")
    # The writer rested while these were counted: they agree.
    if rows[0] != rows[1] or rows[2] != rows[3] or rows[0] != rows[4]:
        failed.append(f"rows and facts differ: {rows}")
    if asker is not None and asker.answered < len(HEAVY):
        failed.append("hardly any question was answered")
    for line in writer.slow:
        print("slow: " + line)
    for line in failed:
        print("never-blocked: " + line)
    print("never-blocked: " + ("broken" if failed else "holds"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
