#!/usr/bin/env python3
"""
tenants: what a tenant is answered is the same to the byte whether or not there is another.

Plays a tenant, acme, in two databases.  In one of them another tenant, north, does all that it can at the same time: the same call ids,
event ids, turns and words, before, between and after, by events, files, single steps and clean-ups; and somebody who may speak for all
tells of calls of nobody's.  Then every question of the index is asked for acme with every value of every parameter that could matter: both
databases must answer the same, statements and numbers of rows of explain=1 included, and so must what acme sends be answered.

    tenants.py --build DIR [--server URL]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import database

MARK = "northsecret"
END = "2026-03-02T10:45:00Z"
VARIES = re.compile(r'"request_id":"[^"]*"|"milliseconds": ?[0-9.]+|, [0-9.]+ ms|(voice_)?callmetrics_[a-z_]*(seconds|time)[a-z_]*(\{[^}]*\})? [0-9.e+-]+')


class Site:
    """A database, as it is served."""

    def __init__(self, options, name, folder, others):
        self.build, self.folder, self.others, self.said = options.build, folder, others, []
        self.turns = 0
        self.db = database.make(options.server, f"{name}_{os.getpid()}") if options.server else os.path.join(folder, name + ".db")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("CALLMETRICS_")}
        self.env.update(CALLMETRICS_DB=self.db, REQUEST_ID="one", CALLMETRICS_INSTANCE="test")
        if "CALLMETRICS_QUERY_LIMIT_MS" in os.environ:
            self.env["CALLMETRICS_QUERY_LIMIT_MS"] = os.environ["CALLMETRICS_QUERY_LIMIT_MS"]
        subprocess.run([os.path.join(self.build, "jobs/create"), self.db], check=True, stdout=subprocess.DEVNULL)

    def cgi(self, program, now, tenant, body=None, query="", **more):
        env = dict(self.env, CALLMETRICS_NOW=now, QUERY_STRING=query, REQUEST_METHOD="GET" if body is None else "POST", **more)
        if tenant is not None:
            env["CALLMETRICS_TENANT"] = tenant
        if body is not None:
            body = json.dumps(body).encode()
            env.update(CONTENT_TYPE="application/json", CONTENT_LENGTH=str(len(body)))
        done = subprocess.run([os.path.join(self.build, "cgi-bin", program)], input=body, env=env, capture_output=True, check=False)
        return VARIES.sub("", done.stdout.decode())

    def now(self):
        """Later each time it is asked, in either site."""
        self.turns += 1
        return f"2026-03-02T10:{self.turns // 4:02d}:{self.turns % 4 * 15:02d}Z"

    def acme(self, events):
        self.said.append(self.cgi("events", self.now(), "acme", events))

    def north(self, events, tenant="north"):
        now = self.now()
        if self.others:
            answer = self.cgi("events", now, tenant, events)
            assert '"rejected":[]' in answer, answer

    def take_file(self, number, tenant, lines):
        now = self.now()
        if tenant != "acme" and not self.others:
            return
        path = os.path.join(self.folder, f"{os.path.basename(self.db)}-{number}.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("call_id,tenant_id,started_at,ended_at,status,agent,metadata\n")
            file.writelines(f"{call},{tenant},{start},{end},{status},{agent},\n" for call, start, end, status, agent in lines)
        done = subprocess.run([os.path.join(self.build, "jobs/import"), path, self.db], env=dict(self.env, CALLMETRICS_NOW=now),
                              capture_output=True, check=False)
        if tenant == "acme":
            self.said.append(done.stdout.decode().replace(self.db, "").replace(path, ""))


def event(name, kind, call, at, turn=None, tenant=None, **data):
    made = {"event_id": name, "event_type": kind, "call_id": call, "timestamp": at, "data": data}
    if turn is not None:
        made["turn_id"] = turn
    if tenant is not None:
        made["tenant_id"] = tenant
    return made


def life(call, second, mark, times=1):
    """All that can be told of a call, with a mark in every text."""
    at = lambda n: f"2026-03-02T09:{second % 60:02d}:{n:02d}.{second % 1000:03d}Z"
    word = lambda text: mark + text if mark else text
    told = []
    for n in range(times):
        told += [
            event(f"{call}-1-{n}", "call_started", call, at(0), agent=word("desk"), agent_version=word("v1"), provider=word("twilio"),
                  direction="inbound", metadata={"note": word("note")}, **{"from": word("+1")}),
            event(f"{call}-2-{n}", "user_speech_ended", call, at(2), "t"), event(f"{call}-3-{n}", "agent_speech_started", call, at(3), "t"),
            event(f"{call}-4-{n}", "stt_transcript_final", call, at(2), "t", latency_ms=180 + n, duration_seconds=3, provider=word("deepgram")),
            event(f"{call}-5-{n}", "llm_first_token", call, at(3), "t", ttft_ms=340 + n, provider=word("openai"), model=word("m")),
            event(f"{call}-6-{n}", "llm_completion", call, at(3), "t", prompt_tokens=10, completion_tokens=20, provider="openai", model="gpt-4o"),
            event(f"{call}-7-{n}", "user_spoke", call, at(4), text=word("hello")),
            event(f"{call}-8-{n}", "odd_" + word("event"), call, at(4), value=word("x")),
            event(f"{call}-9-{n}", "provider_health", call, at(4), provider=word("p"), status="degraded"),
            event(f"{call}-10-{n}", "tool_done", call, at(5), latency_ms=50 + n, component="tool"),
            event(f"{call}-11-{n}", "call_ended", call, at(40), status="failed" if second % 3 == 0 else "completed",
                  failure_reason="llm_error" if second % 3 == 0 else "", duration_seconds=40),
        ]
    return told


def play(site):
    """acme's day, and what others do meanwhile."""
    # Ids that are taken before; words of a call that has not begun.
    site.north(life("c1", 1, MARK, 3) + [event("c2-a", "llm_first_token", "c2", "2026-03-02T09:02:03Z", "t", ttft_ms=9, provider=MARK),
               event("c2-b", "user_spoke", "c2", "2026-03-02T09:02:03Z", text=MARK), event("c2-c", "agent_speech_started", "c2", "2026-03-02T09:02:01Z", "t")])
    site.north([event("n-1", "call_started", "c3", "2026-03-02T09:03:00Z", agent=MARK)], None)
    site.acme(life("c1", 1, ""))
    site.acme([event("c2-c", "agent_speech_started", "c2", "2026-03-02T09:02:05Z", "t")])
    site.north(life("c2", 2, MARK))
    site.acme([event("c2-d", "user_speech_ended", "c2", "2026-03-02T09:02:04Z", "t")] + life("c2", 2, ""))
    site.acme(life("c1", 1, ""))                                   # again: duplicates
    # The same bins and minutes, for ranks: north's lie between acme's.
    for n in range(12):
        site.north(life(f"r{n}", 3 + 6 * (n % 2), MARK, 2))
        site.acme(life(f"r{n}", 3 + 6 * (n % 2), ""))
        site.north(life(f"q{n}", 3 + 3 * (n % 4), MARK, 2))
    # Calls that go on; whose end never comes.
    for who, agent in ((site.north, MARK), (site.acme, "desk")):
        who([event(f"s-{n}", "call_started", f"stale{n}", "2026-03-02T08:00:00Z", agent=agent) for n in range(3)])
    site.north([event("s-9", "call_started", "theirs", "2026-03-02T08:00:00Z")])
    # Files.
    lines = [("f1", "2026-03-02T09:10:00Z", "2026-03-02T09:10:30Z", "completed"), ("c1", "2026-03-02T09:00:00Z", "2026-03-02T09:59:00Z", "timeout"),
             ("f2", "2026-03-02T09:11:00Z", "", "active"), ("f3", "yesterday", "", "active")]
    site.take_file(1, "north", [(*line, MARK) for line in lines])
    site.take_file(2, "", [(*line, MARK) for line in lines])
    site.take_file(3, "acme", [(*line, "desk") for line in lines])
    site.take_file(4, "north", [(*line, MARK + "2") for line in lines])
    # Single steps, and clean-ups of both.
    site.turns += 2
    if site.others:
        site.turns -= 2
        site.cgi("latency", site.now(), "north", {"call_id": "c1", "event_type": "tool", "duration_ms": 77, "metadata": {"a": MARK}})
        site.cgi("latency", site.now(), None, {"call_id": "c1", "event_type": "tool", "duration_ms": 78, "metadata": {"a": MARK}})
    for call in ("c1", "q1", "theirs", "nowhere"):
        site.said.append(site.cgi("latency", site.now(), "acme", {"call_id": call, "event_type": "tool", "duration_ms": 7}))
    site.said.append(site.cgi("cleanup", site.now(), "acme", {"dry_run": True, "threshold_seconds": 60}))
    site.turns += 1
    if site.others:
        site.turns -= 1
        site.cgi("cleanup", site.now(), "north", {"threshold_seconds": 7000})
    site.said.append(site.cgi("cleanup", site.now(), "acme", {"threshold_seconds": 7000}))
    # Ends of calls that are north's, or nobody's, and of its own.
    site.acme([event(f"e-{call}", "call_ended", call, "2026-03-02T09:50:00Z", status="cancelled") for call in ("q1", "c3", "stale1", "theirs", "f1")])
    site.north(life("c1", 4, MARK, 2) + [event("e-stale1", "call_ended", "stale1", "2026-03-02T09:51:00Z", status="failed")])
    site.acme(life("z", 20, ""))


def values_of(parameter, cursors):
    """The values that are tried of a parameter."""
    name, kind = parameter["name"], parameter["type"]
    if name == "tenant_id":
        return ["north", "acme", "", "nobody"]
    if name == "cursor":
        return cursors
    if name in ("call_id", "after"):
        return ["c1", "c2", "c3", "q1", "z", "theirs", "r9", "nowhere", "stale1", "f1"]
    if kind == "choice":
        return parameter["choices"].split()
    if kind == "integer":
        return [value for value in (1, 2, 3, 24, 100) if parameter.get("min", 0) <= value <= parameter.get("max", 1e9)]
    if kind == "flag":
        return ["1"]
    if kind == "time":      # a window goes with every query
        return []
    return {"agent": ["desk", MARK + "desk"], "agent_version": ["v1", MARK + "v1"], "provider": ["twilio", MARK + "twilio"],
            "tz": ["Europe/Berlin"]}.get(name, ["1h", MARK])


def queries_of(endpoint, cursors):
    base = "hours=3&" if any(parameter["name"] == "hours" for parameter in endpoint["parameters"]) else "days=1&"
    window = "start_time=2026-03-02T09:01:07Z&end_time=2026-03-02T09:47:00Z&"
    yield base
    yield window
    yield base + "limit=2"
    for parameter in endpoint["parameters"]:
        for value in values_of(parameter, cursors):
            yield ("" if parameter["name"] in ("hours", "days") else base) + f"{parameter['name']}={value}"
    for label in ("agent=desk", "agent=" + MARK + "desk", "call_type=inbound", "agent=desk&call_type=inbound", "tenant_id=north&agent=" + MARK + "desk"):
        yield base + label
        yield window + label


def headers():
    yield {}
    for name in ("HTTP_CALLMETRICS_TENANT", "HTTP_X_TENANT_ID", "HTTP_TENANT_ID", "HTTP_X_CALLMETRICS_TENANT", "REMOTE_USER", "HTTP_COOKIE"):
        yield {name: "north"}


def cursors_of(site, endpoint):
    """Cursors as north and all are given them, and as acme is."""
    for tenant in ("acme", "north", None):
        answer = site.cgi(endpoint["name"], END, tenant, query="limit=2&")
        found = re.search('"next_cursor":"([^"]*)"', answer)
        if found:
            yield found.group(1)
            answer = site.cgi(endpoint["name"], END, tenant, query="limit=2&cursor=" + found.group(1))
            found = re.search('"next_cursor":"([^"]*)"', answer)
            if found:
                yield found.group(1)


def compare(alone, beside):
    """What differs of the answers of the two sites, and how many were compared."""
    wrong, count = [], 0
    for one, other in zip(alone.said, beside.said):
        count += 1
        if one != other:
            wrong.append(f"sent: {one[:700]}\n  beside others: {other[:700]}")
    index = json.loads(alone.cgi("index", END, "acme").split("\r\n\r\n", 1)[1])
    for endpoint in index["endpoints"]:
        if "GET" not in endpoint["methods"] or endpoint["name"] == "index":
            continue
        cursors = list(cursors_of(beside, endpoint))
        for query in queries_of(endpoint, cursors):
            for more in headers() if query.endswith("=3&") else [{}]:
                for explain in ("", "&explain=1"):
                    answers = [site.cgi(endpoint["name"], END, "acme", query=query.replace("|", "%7C").replace("+", "%2B") + explain, **more)
                               for site in (alone, beside)]
                    count += 1
                    if answers[0] != answers[1]:
                        wrong.append(f"{endpoint['name']}?{query}{explain} {more}:\n" + difference(*answers))
                    elif MARK in answers[1].replace(query, "") and MARK not in query:
                        wrong.append(f"{endpoint['name']}?{query}{explain}: {MARK} is told")
    return wrong, count


def difference(one, other):
    at = next((n for n, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"  alone: {one[max(0, at - 200):at + 150]}\n  beside others: {other[max(0, at - 200):at + 150]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        alone, beside = Site(options, "alone", folder, False), Site(options, "beside", folder, True)
        for site in (alone, beside):
            play(site)
        wrong, count = compare(alone, beside)
    print(f"{count} answers compared, {len(wrong)} differ")
    print("\n".join(wrong[:15]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
