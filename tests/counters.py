#!/usr/bin/env python3
"""
counters: what counters say is what a model says, and none ever falls.

First calls are told of one request after the other, at times that are given: begun, ended, corrected soon and late, history; and after
each request what Prometheus reads is what docs/counters.md says, worked out anew.  Then several tell at once, are killed and tell again,
with calls that settle within a second, while one reads on and on: no counter may fall, and in the end all has been counted once.

    counters.py --build DIR [--seed N] [--steps N] [--server URL]
"""

import argparse
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import counted
import database

TENANTS, AGENTS, TYPES = ("", "acme", "north"), ("", "anna", "bert"), ("inbound", "outbound")
OUTCOMES = (("completed", ""), ("completed", ""), ("failed", ""), ("failed", "user_hangup"), ("failed", "api_error"), ("cancelled", ""),
            ("timeout", "timeout"))
QUERIES = ("", "tenant_id=acme", "agent=anna", "tenant_id=north&agent=bert", "call_type=outbound",
           "agent=bert&call_type=inbound", "tenant_id=acme&call_type=inbound")
SETTLE_S, EARLY_S, HISTORY_S = 60, 10, 300
BEGIN = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)


def instant(seconds):
    return (BEGIN + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Site:
    """A database of our own, and the programs over it."""

    def __init__(self, options, name, folder, **env):
        self.build = options.build
        self.db = database.make(options.server, f"{name}_{os.getpid()}") if options.server else os.path.join(folder, name + ".db")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("CALLMETRICS_")}
        self.env.update(env, CALLMETRICS_DB=self.db)
        subprocess.run([os.path.join(self.build, "jobs/create"), self.db], check=True, stdout=subprocess.DEVNULL)

    def start(self, program, body=b"", **env):
        env = dict(self.env, REQUEST_METHOD="POST" if body else "GET", CONTENT_LENGTH=str(len(body)), CONTENT_TYPE="application/x-ndjson",
                   **env)
        return subprocess.Popen([os.path.join(self.build, "cgi-bin", program)], env=env, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def send(self, events, rng=None, **env):
        """Until it is taken; with rng killed before that, at random."""
        body = b"".join(json.dumps(event).encode() + b"\n" for event in events)
        while True:
            running = self.start("events", body, **env)
            if rng is not None and rng.random() < 0.2:
                threading.Timer(rng.random() * 0.03, running.kill).start()
            try:
                said = running.communicate(body)[0].decode()
            except BrokenPipeError:
                said = ""
            if '"accepted"' in said:
                assert '"rejected":[]' in said, said
                return

    def counters(self, query="", **env):
        while True:
            running = self.start("prometheus", QUERY_STRING=query, **env)
            head, _, body = running.communicate()[0].decode().partition("\r\n\r\n")
            if "503" not in head.split("\r\n")[0]:
                break
        lines = [line.rpartition(" ") for line in body.splitlines() if line.startswith("voice_call") and not line.startswith("#")]
        return {name: float(value) for name, _, value in lines if name.partition("{")[0].endswith(("_total", "_sum", "_count"))}


class Call:
    """What is known of one."""

    def __init__(self, number, rng):
        self.id, self.tenant, self.type = f"call-{number}", rng.choice(TENANTS), rng.choice(TYPES)
        self.agent, self.status, self.reason, self.length, self.due, self.told_at = "", "active", "", None, None, 0

    def copy(self):
        other = object.__new__(Call)
        other.__dict__.update(self.__dict__)
        return other

    @property
    def ended(self):
        return self.status != "active"

    def counts(self):
        """(outcome, numbers)."""
        timed = self.length if self.status == "completed" else None
        return f"{self.status}/{self.type}/{self.reason}", (1, int(timed is not None), timed or 0)

    def series(self):
        labels = (self.agent, self.type)
        yield ("all", "", "", "")
        yield ("call_type", "", "", self.type)
        if self.agent:
            yield ("agent", "", self.agent, "")
            yield ("labels", "", *labels)
        if self.tenant:
            yield ("tenant", self.tenant, "", "")
            yield ("full", self.tenant, *labels)

    def likeness(self):
        return self.tenant, self.agent, *self.counts()

    def event(self, kind, at, number, **data):
        event = {"event_id": f"{self.id}-{number}", "event_type": kind, "call_id": self.id, "timestamp": instant(at), "data": data}
        return dict(event, tenant_id=self.tenant) if self.tenant else event


class Model:
    """Counters as docs/counters.md has them."""

    def __init__(self):
        self.counters = defaultdict(lambda: ([0, 0, 0], [0, 0, 0]))
        self.waiting = {}

    @staticmethod
    def add(sums, call, outcome, numbers, by):
        for series in call.series():
            if outcome or series[0] in ("all", "tenant"):
                sums[series, outcome] = [a + by * b for a, b in zip(sums[series, outcome], numbers)]

    def apply(self, sums):
        for key, change in sums.items():
            counted, owed = self.counters[key]
            for i, more in enumerate(change):
                counted[i] += max(0, more - owed[i])
                owed[i] = max(0, owed[i] - more)

    def settle(self, until):
        sums = defaultdict(lambda: [0, 0, 0])
        for call in [call for call in self.waiting.values() if call.due <= until]:
            self.add(sums, call, *call.counts(), 1)
            self.waiting.pop(call.id).due = None
        self.apply(sums)

    def transact(self, now, changes):
        """Calls that change at once, as pairs of before and after; before is None where it is new."""
        self.settle(now)
        early = [before for before, _ in changes if before is not None and before.id in self.waiting
                 and self.waiting[before.id].due <= now + EARLY_S]
        moved = defaultdict(lambda: [0, 0, 0])
        settled = {before.id for before, _ in changes if before is not None and before.ended and before.id not in self.waiting}
        settled |= {call.id for call in early}
        changes = [(before, after) for before, after in changes
                   if before is None or before.likeness() != after.likeness() or before.ended != after.ended]
        if any(before is not None and before.id in settled for before, _ in changes):
            self.settle(now + EARLY_S)
        else:
            early = []
        for before, after in changes:
            if before is None:
                self.add(moved, after, "", (1, 0, 0), 1)
            if before is not None and before.id in settled:
                self.add(moved, before, *before.counts(), -1)
                self.add(moved, after, *after.counts(), 1)
            elif after.ended:
                after.due = SETTLE_S + (min(now, after.told_at + HISTORY_S) if before is None or not before.ended else now)
                self.waiting.pop(after.id, None)
                if after.due > now:
                    self.waiting[after.id] = after
                else:
                    self.add(moved, after, *after.counts(), 1)
        self.apply(moved)

    def says(self, now, query):
        self.settle(now)
        wanted = dict(part.split("=") for part in query.split("&") if part)
        labels = [name for name in ("agent", "call_type") if name in wanted]
        scope = (("full" if labels else "tenant") if "tenant_id" in wanted else
                 "all" if not labels else labels[0] if len(labels) == 1 else "labels")
        found = [(outcome, counted) for ((of, tenant, agent, kind), outcome), (counted, _) in self.counters.items() if of == scope
                 and wanted.get("tenant_id", tenant) == tenant and wanted.get("agent", agent) == agent
                 and wanted.get("call_type", kind) == kind]
        said = {"voice_calls_total": sum(counted[0] for outcome, counted in found if labels or outcome == ""),
                "voice_call_duration_seconds_count": sum(counted[1] for _, counted in found),
                "voice_call_duration_seconds_sum": sum(counted[2] for _, counted in found)}
        for status in ("completed", "failed", "cancelled", "timeout"):
            for kind in TYPES:
                said[f'voice_calls_ended_total{{status="{status}",type="{kind}"}}'] = sum(
                    counted[0] for outcome, counted in found if outcome.startswith(f"{status}/{kind}/"))
        for reason in ("timeout", "user_hangup", "network_error", "api_error", "unknown"):
            said[f'voice_call_failures_total{{reason="{reason}"}}'] = sum(
                counted[0] for outcome, counted in found if outcome.endswith("/" + reason))
        return said


def end(call, rng, at, number):
    """An event that ends a call or corrects how it did."""
    call.status, reason = rng.choice(OUTCOMES)
    call.reason = reason or ("unknown" if call.status == "failed" else "")
    call.length = rng.choice((10, 20, 30))
    data = {"status": call.status, "duration_seconds": call.length, "direction": call.type}
    if reason and call.status == "failed":
        data["failure_reason"] = reason
    if rng.random() < 0.4:
        call.agent = data["agent"] = rng.choice(AGENTS[1:])
    call.told_at = at
    return call.event("call_ended", at, number, **data)


def step(calls, rng, now, number):
    """What is told in a request, and what of calls that changes."""
    events, changes = [], []
    for call in rng.sample(calls, min(len(calls), rng.randrange(3))):
        before = call.copy()
        late = rng.choice((0, 0, 5, 1000)) if not call.ended else 0
        at = max(now - late, call.told_at + 0.001)
        if at <= now:
            events.append(end(call, rng, at, number))
            changes.append((before, call.copy()))
    if rng.random() < 0.6 or not events:
        call = Call(number, rng)
        call.told_at = now - rng.choice((1, 1, 30, 2000))
        if rng.random() < 0.5:
            call.agent = rng.choice(AGENTS)
        begun = {"direction": call.type, **({"agent": call.agent} if call.agent else {})}
        events.append(call.event("call_started", call.told_at, "begun", **begun))
        if rng.random() < 0.3:
            events.append(end(call, rng, min(now, call.told_at + 20), number))
        calls.append(call)
        changes.append((None, call.copy()))
    return events, changes


def compare(site, model, now, former, wrong):
    for query in QUERIES:
        said, due = site.counters(query, CALLMETRICS_NOW=instant(now)), model.says(now, query)
        for name, value in due.items():
            if said.get(name) != value:
                wrong.append(f"{name} of {query or 'all'} at {instant(now)}: {said.get(name)}, not {value}")
        for name, value in said.items():
            if value < former.get((query, name), 0):
                wrong.append(f"{name} of {query or 'all'} at {instant(now)} falls from {former[query, name]} to {value}")
            former[query, name] = value


def one_by_one(options, folder):
    rng, site, model = random.Random(options.seed), Site(options, "counters", folder), Model()
    calls, former, wrong, now = [], {}, [], 40000.0
    for number in range(options.steps):
        now += rng.choice((0.25, 3, 10, 25, 45, 61))
        events, changes = step(calls, rng, now, number)
        del calls[:-12]
        site.send(events, CALLMETRICS_NOW=instant(now))
        model.transact(now, changes)
        compare(site, model, now, former, wrong)
        if wrong:
            wrong.append(f"after request {number}: {json.dumps(events)}")
            break
    db = database.connect(site.db)
    wrong += counted.differences(db)
    db.close()
    return wrong


def many_at_once(options, folder):
    site, wrong, stop = Site(options, "counted", folder, CALLMETRICS_SETTLE_S="1"), [], threading.Event()

    def tell(which):
        rng, mine = random.Random(f"{options.seed} {which}"), []
        for number in range(options.steps // 3):
            now = time.time() - BEGIN.timestamp()
            events, _ = step(mine, rng, now, f"{which}-{number}")
            del mine[:-6]
            site.send(events, rng)

    def read():
        former = {}
        while not stop.is_set():
            for query in QUERIES:
                for name, value in site.counters(query).items():
                    if value < former.get((query, name), 0):
                        wrong.append(f"{name} of {query or 'all'} falls from {former[query, name]} to {value}")
                    former[query, name] = value

    tellers = [threading.Thread(target=tell, args=(which,)) for which in range(4)]
    reader = threading.Thread(target=read)
    for thread in (*tellers, reader):
        thread.start()
    for thread in tellers:
        thread.join()
    stop.set()
    reader.join()
    db = database.connect(site.db)
    wrong += counted.differences(db)
    time.sleep(1.1)
    site.send([Call("last", random.Random(1)).event("call_started", time.time() - BEGIN.timestamp(), "begun")])
    wrong += [f"{count} calls have not settled" for count, in db.execute("SELECT count(*) FROM cm_unsettled") if count != 0]
    wrong += counted.differences(db)
    db.close()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = one_by_one(options, folder) or many_at_once(options, folder)
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
