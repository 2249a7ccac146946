#!/usr/bin/env python3
"""
lives: what is known of calls in the end is the same in whatever order, in whatever pieces and however often it was told.

Draws lives of calls, of several tenants that use the same ids: what senders, files and clean-ups tell of them, with clocks that
disagree, words that contradict and instants that coincide.  Tells them to one database in the order of time, and to others shuffled,
split, repeated, by several senders at once, with imports and clean-ups in between.  The facts of each must be those that are worked out
here from the set of all tellings alone (docs/sending-calls.md), and the answers of all must be the same.

    lives.py --build DIR [--lives N] [--orders N] [--seed N] [--server URL]
"""

import argparse
import csv
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import counted
import database

NOW = datetime.datetime(2026, 3, 2, 11, tzinfo=datetime.timezone.utc)
US = 1_000_000
NOW_US = int(NOW.timestamp()) * US
TENANTS = ["", "acme", "north", "a|c"]
STATUSES = ["active", "timeout", "completed", "cancelled", "failed"]
REASONS = ["", "unknown"]
GUESSED, DERIVED, TOLD = 1, 2, 3
FOLLOWS, UNKNOWN = -1, -2
STALE_US = 3600 * US
QUESTIONS = ["dashboard hours=48", "hourly hours=48", "daily days=3", "latency hours=48&interval=1h", "failures limit=1000",
             "export days=3&metadata=1", "export days=3&format=csv", "latency-events limit=1000", "prometheus ", "health hours=48"]
GROWING = ("voice_calls_total", "voice_calls_ended_total", "voice_call_failures_total")


def text_of(at):
    moment = datetime.datetime.fromtimestamp(at // US, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % US // 1000:03d}Z"


class Life:
    """A call of a tenant: all that is told of it.  What is told at one instant is often told twice, otherwise."""

    def __init__(self, rng, tenant, call_id, number):
        self.rng, self.tenant, self.call_id, self.number = rng, tenant, call_id, number
        self.base = NOW_US - rng.randrange(2 * 3600, 40 * 3600) * US + rng.randrange(1000) * 1000
        if rng.random() < 0.03:
            self.base = NOW_US - rng.randrange(1, 3000) * US        # not stale
        self.instants = [self.base + rng.randrange(0, 90_000) * 1000 for _ in range(4)]
        self.events, self.lines = [], []
        self.tell()

    def at(self):
        return self.rng.choice(self.instants) if self.rng.random() < 0.7 else self.base + self.rng.randrange(0, 90_000) * 1000

    def event(self, kind, at, data, turn=None):
        event = {"event_id": f"{self.number}-{len(self.events)}", "event_type": kind, "call_id": self.call_id,
                 "timestamp": text_of(at), "data": data}
        if turn is not None:
            event["turn_id"] = turn
        self.events.append((at, event))

    def words(self, **more):
        rng, data = self.rng, more
        for name, values in (("agent", ["desk", "door", "Ärger"]), ("agent_version", ["v1", "v2"]), ("provider", ["twilio", "vonage"]),
                             ("direction", ["inbound", "outbound"]), ("from", ["+1", "+2"]), ("to", ["+3", "+4"])):
            if rng.random() < 0.3:
                data[name] = rng.choice(values)
        if rng.random() < 0.2:
            data["metadata"] = {"a": rng.randrange(3)}
        if rng.random() < 0.1:
            data["has_audio"] = True
        return data

    def tell(self):
        rng = self.rng
        for _ in range(rng.choice([0, 1, 1, 1, 1, 2, 3])):
            self.event("call_started", self.at(), self.words())
        for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 3])):
            data = self.words()
            if rng.random() < 0.6:
                data["status"] = rng.choice(STATUSES[1:])
            if rng.random() < 0.4:
                data["failure_reason"] = rng.choice(["timeout", "hangup", "network_error", "llm_error", "odd"])
            if rng.random() < 0.5:
                data["duration_seconds"] = rng.choice([0, 1, 2.5, 30])
            self.event("call_ended", self.at(), data)
        for turn in range(rng.choice([0, 1, 2])):
            for _ in range(rng.randrange(5)):
                self.event(rng.choice(["user_speech_ended", "end_of_turn_detected", "agent_speech_started", "tts_playback_started"]),
                           self.at(), {}, f"t{turn}")
            for _ in range(rng.choice([0, 0, 0, 1, 2])):
                self.event("turn_latency", self.at(), {"latency_ms": rng.choice([0, 5, 700]),
                                                       **({"provider": rng.choice("xy")} if rng.random() < 0.5 else {})}, f"t{turn}")
        for _ in range(rng.choice([0, 1, 1, 2])):
            self.event("stt_transcript_final", self.at(), {"latency_ms": rng.randrange(1, 400), "provider": "deepgram"})
        if rng.random() < 0.3:
            self.event("llm_completion", self.at(), {"prompt_tokens": rng.randrange(1000), "provider": "openai", "model": "gpt-4o"})
        if rng.random() < 0.3:
            self.event("user_spoke", self.at(), {"text": f"word {rng.randrange(5)}"})
        if rng.random() < 0.1:
            self.event("objective", self.at(), {"value": rng.randrange(9)})
        if rng.random() < 0.05:
            self.event("provider_health", self.at(), {"provider": "p", "status": "degraded"})
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            self.line()

    def line(self):
        rng, start = self.rng, self.at()
        status = rng.choice(STATUSES)
        line = {"call_id": self.call_id, "tenant_id": self.tenant, "started_at": text_of(start), "status": status, "ended_at": "",
                "duration_seconds": "", "failure_reason": "", "has_audio": "", "has_transcript": rng.choice(["", "", "1"]),
                "metadata": rng.choice(["", "", '{"a":1}', '{"b":2}'])}
        for name, values in (("agent", ["desk", "yard"]), ("provider", ["twilio"]), ("caller_number", ["+1", "+9"]),
                             ("call_type", ["inbound", "outbound"])):
            line[name] = rng.choice(values) if rng.random() < 0.4 else ""
        end = None
        if status != "active" or rng.random() < 0.1:
            end = self.at() if rng.random() < 0.9 else None
        if end is not None:
            line["ended_at"] = text_of(end)
        length = rng.choice([None, 0, 12.345]) if status != "active" or end is not None else None
        if length is not None:
            line["duration_seconds"] = str(length)
        if status == "failed":
            line["failure_reason"] = rng.choice(["", "timeout", "hangup"])
        self.lines.append((start, end, length, line))


MEANINGS = {"timeout": "timeout", "hangup": "user_hangup", "network_error": "network_error", "llm_error": "api_error"}


def place(word, words):
    return (words.index(word), b"") if word in words else (len(words), word.encode())


def end_key(end):
    rank, at, status, reason, length = end
    return rank, at, place(status, STATUSES), place(reason, REASONS), length


def ending(data):
    """How call_ended says that a call ended."""
    status = data.get("status") or ("failed" if "failure_reason" in data else "completed")
    reason = ""
    if status == "timeout":
        reason = "timeout"
    elif status == "failed":
        reason = MEANINGS.get(data.get("failure_reason"), "unknown")
    return status, reason


class Reference:
    """The facts, from the set of all that is told."""

    def __init__(self, lives):
        self.calls, self.steps, self.costs, self.spoken, self.kept, self.health = [], Counter(), Counter(), Counter(), Counter(), Counter()
        for life in lives:
            self.take(life)

    def take(self, life):
        starts, ends, texts, audio, transcript = [], [], defaultdict(list), False, False
        for at, event in life.events:
            data = event["data"]
            if event["event_type"] in ("call_started", "call_ended"):
                for ours, theirs in (("agent", "agent"), ("agent_version", "agent_version"), ("provider", "provider"),
                                     ("call_type", "direction"), ("caller", "from"), ("callee", "to")):
                    if theirs in data:
                        texts[ours].append((at, data[theirs].encode()))
                if "metadata" in data:
                    texts["metadata"].append((at, json.dumps(data["metadata"], separators=(",", ":")).encode()))
                audio |= data.get("has_audio", False)
            if event["event_type"] == "call_started":
                starts.append(at)
            elif event["event_type"] == "call_ended":
                length = round(data["duration_seconds"] * US) if "duration_seconds" in data else FOLLOWS
                ends.append((TOLD, at, *ending(data), length))
            transcript |= event["event_type"] == "user_spoke"
        for start, end, length, line in life.lines:
            starts.append(start)
            at = max(start, end or 0)
            for ours, theirs in (("agent", "agent"), ("provider", "provider"), ("call_type", "call_type"), ("caller", "caller_number"),
                                 ("metadata", "metadata")):
                if line[theirs]:
                    texts[ours].append((at, line[theirs].encode()))
            transcript |= line["has_transcript"] == "1"
            status = line["status"]
            if status != "active" or end is not None or length is not None:
                reason = {"timeout": "timeout", "failed": MEANINGS.get(line["failure_reason"], "unknown")}.get(status, "")
                rank = {"active": GUESSED, "timeout": DERIVED}.get(status, TOLD)
                ends.append((rank, -1 if end is None else end, status, reason, UNKNOWN if length is None else round(length * US)))
        labels = self.call(life, starts, ends, texts, audio, transcript)
        self.facts(life, labels)

    def call(self, life, starts, ends, texts, audio, transcript):
        """The call's row and its labels; one that nobody told of is none."""
        if not starts and not ends:
            return (life.tenant, "", "", "", "")
        texts = {name: max(claims)[1].decode() for name, claims in texts.items()}
        end = max(ends, key=end_key) if ends else None
        if starts and min(starts) < NOW_US - STALE_US and (end is None or end[2] == "active"):
            # A clean-up guesses that it timed out; the last one comes after all else.
            end = max([(GUESSED, NOW_US, "timeout", "timeout", FOLLOWS)] + ends, key=end_key)
        start, ended, length, status, reason = min(starts) if starts else None, None, None, "active", ""
        if end is not None:
            _, at, status, reason, told = end
            ended = at if at >= 0 else None
            if start is None:
                start = at - max(told, 0)
            if told >= 0:
                length = told
            elif told == FOLLOWS and ended is not None and ended >= start:
                length = ended - start
        labels = (life.tenant, texts.get("agent", ""), texts.get("agent_version", ""), texts.get("provider", ""),
                  texts.get("call_type", "inbound"))
        self.calls.append((life.tenant, life.call_id, *labels, labels[4], texts.get("caller"), texts.get("callee"), start, ended, length,
                           status, reason, int(audio), int(transcript), texts.get("metadata")))
        return labels

    def facts(self, life, labels):
        turns, measures, key = defaultdict(lambda: defaultdict(set)), defaultdict(list), (life.tenant, life.call_id)
        for at, event in life.events:
            kind, data, turn = event["event_type"], event["data"], event.get("turn_id")
            if kind in ("user_speech_ended", "end_of_turn_detected", "agent_speech_started", "tts_playback_started"):
                turns[turn]["agent" if kind in ("agent_speech_started", "tts_playback_started") else kind].add(at)
            elif kind == "turn_latency":
                measures[turn].append((at, data["latency_ms"] * 1000, data.get("provider", "")))
            elif kind == "stt_transcript_final":
                self.steps[(*key, None, "stt", "deepgram", None, at, data["latency_ms"] * 1000, *labels)] += 1
            elif kind == "llm_completion":
                self.costs[(*key, None, "llm", "input_tokens", data["prompt_tokens"] * US, data["prompt_tokens"] * 2500, at, *labels)] += 1
            elif kind == "user_spoke":
                self.spoken[(*key, at, "user", data["text"])] += 1
            elif kind == "objective":
                self.kept[(*key, event["event_id"], at, *labels)] += 1
            elif kind == "provider_health":
                self.health[(life.tenant, "provider", "p", "degraded", at)] += 1
        for turn in turns.keys() | measures.keys():
            if measures[turn]:
                at, length, provider = max(measures[turn])
                self.steps[(*key, turn, "turn_e2e", provider or None, None, at, length, *labels)] += 1
                continue
            user, detected, agent = (turns[turn][mark] for mark in ("user_speech_ended", "end_of_turn_detected", "agent"))
            answers = [at for at in agent if any(stop <= at for stop in user | detected)]
            if answers:
                first = min(answers)
                stop = max([at for at in user if at <= first] or [at for at in detected if at <= first])
                self.steps[(*key, turn, "turn_e2e", None, None, first, first - stop, *labels)] += 1


LABELS = "s.tenant_id, s.agent, s.agent_version, s.provider, s.call_type"
STORED = {
    "calls": f"""SELECT c.tenant_id, c.call_id, {LABELS}, c.call_type, caller_number, callee_number, started_us, ended_us, duration_us,
        status, failure_reason, has_audio, has_transcript, metadata
        FROM cm_call c JOIN cm_series s USING (series_id) WHERE status IS NOT NULL""",
    "steps": f"""SELECT c.tenant_id, c.call_id, turn_id, component, l.provider, model, at_us, l.duration_us, {LABELS}
        FROM cm_latency l JOIN cm_call c USING (call_no) JOIN cm_series s ON s.series_id = l.series_id""",
    "costs": f"""SELECT c.tenant_id, c.call_id, turn_id, service, usage_unit, usage_micro, cost_nusd, at_us, {LABELS}
        FROM cm_cost f JOIN cm_call c USING (call_no) JOIN cm_series s ON s.series_id = f.series_id""",
    "spoken": "SELECT c.tenant_id, c.call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call c USING (call_no)",
    "kept": f"""SELECT c.tenant_id, c.call_id, event_id, at_us, {LABELS}
        FROM cm_event_kept f JOIN cm_call c USING (call_no) JOIN cm_series s ON s.series_id = f.series_id""",
    "health": "SELECT s.tenant_id, component, component_id, status, at_us FROM cm_health JOIN cm_series s USING (series_id)",
}


class World:
    """A database, and what tells it."""

    def __init__(self, options, name, folder):
        self.build, self.folder, self.name, self.trouble = options.build, folder, name, []
        self.db = database.make(options.server, name) if options.server else os.path.join(folder, name + ".db")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("CALLMETRICS_")}
        self.env.update(CALLMETRICS_DB=self.db, CALLMETRICS_NOW=NOW.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if "CALLMETRICS_QUERY_LIMIT_MS" in os.environ:
            self.env["CALLMETRICS_QUERY_LIMIT_MS"] = os.environ["CALLMETRICS_QUERY_LIMIT_MS"]
        subprocess.run([os.path.join(self.build, "jobs/create"), self.db], check=True, stdout=subprocess.DEVNULL)

    def cgi(self, program, body=b"", tenant=None, **more):
        env = dict(self.env, REQUEST_METHOD="POST" if body else "GET", **more)
        if tenant is not None:
            env["CALLMETRICS_TENANT"] = tenant
        if body:
            env.update(CONTENT_TYPE="application/x-ndjson" if program == "events" else "application/json",
                       CONTENT_LENGTH=str(len(body)))
        for _ in range(30):
            done = subprocess.run([os.path.join(self.build, "cgi-bin", program)], input=body, env=env, capture_output=True, check=False)
            if b"Status: 503" not in done.stdout.split(b"\r\n\r\n")[0]:
                break
        return done.stdout.split(b"\r\n\r\n", 1)[1]

    def send(self, batch, bound):
        """Events of one sender: one that is bound to their tenant, or names it."""
        lines = []
        for tenant, event in batch:
            lines.append(json.dumps(event if bound or tenant == "" else dict(event, tenant_id=tenant)))
        answer = json.loads(self.cgi("events", ("\n".join(lines) + "\n").encode(), batch[0][0] if bound else None))
        if answer.get("rejected") or "accepted" not in answer:
            self.trouble.append(f"{self.name}: {json.dumps(answer)[:300]}")

    def take_file(self, lines, number):
        path = os.path.join(self.folder, f"{self.name}-{number}.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
        done = subprocess.run([os.path.join(self.build, "jobs/import"), path, self.db], env=self.env, capture_output=True, check=False)
        if done.returncode != 0:
            self.trouble.append(f"{self.name}: import: {done.stdout.decode()[:300]}{done.stderr.decode()[:300]}")

    def clean(self, tenant=None):
        answer = json.loads(self.cgi("cleanup", b"{}", tenant))
        if "cleaned_count" not in answer:
            self.trouble.append(f"{self.name}: cleanup: {answer}")

    def answers(self, tenant):
        for question in QUESTIONS:
            program, query = question.split(" ")
            body = self.cgi(program, tenant=tenant, QUERY_STRING=query).decode()
            if program == "latency-events":     # numbers, and the order of what is of one instant, are as they came
                body = sorted(json.dumps({k: v for k, v in step.items() if k != "id"}, sort_keys=True) for step in json.loads(body)["events"])
                body = body[:0] if len(body) >= 1000 else body
            elif program == "prometheus":       # counters tell what was seen on the way
                body = [line for line in body.split("\n") if not line.startswith(GROWING) and "_sum" not in line and "_count" not in line]
            yield question, body


def tell_in_order(world, lives):
    events = sorted(((at, number, life.tenant, event) for number, life in enumerate(lives) for at, event in life.events),
                    key=lambda told: told[:2])
    for i in range(0, len(events), 5000):
        world.send([told[2:] for told in events[i:i + 5000]], False)
    lines = [line[3] for life in lives for line in life.lines]
    if lines:
        world.take_file(lines, 0)
    world.clean()


def tell_anyhow(world, lives, rng):
    """Shuffled, split, repeated; several at once."""
    events = [(life.tenant, event) for life in lives for _, event in life.events]
    events += [told for told in events if rng.random() < 0.1]
    lines = [line[3] for life in lives for line in life.lines]
    lines += [line for line in lines if rng.random() < 0.2]
    rng.shuffle(events)
    rng.shuffle(lines)
    work = []
    while events:
        size = min(len(events), int(10 ** rng.uniform(0, 3.3)))
        batch, events = events[:size], events[size:]
        if rng.random() < 0.5:
            work.append(("send", batch, False))
        else:
            for tenant in TENANTS[1:]:
                if any(told[0] == tenant for told in batch):
                    work.append(("send", [told for told in batch if told[0] == tenant], True))
            if any(told[0] == "" for told in batch):
                work.append(("send", [told for told in batch if told[0] == ""], False))
    number = 0
    while lines:
        size = min(len(lines), int(10 ** rng.uniform(0.5, 3)))
        number += 1
        work.append(("take_file", lines[:size], number))
        lines = lines[size:]
    work += [("clean", rng.choice([None, "acme"]))] * max(2, len(work) // 15)
    rng.shuffle(work)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda step: getattr(world, step[0])(*step[1:]), work))
    world.clean()


def differ(world, due):
    """What of the facts is not as it is due."""
    db = database.connect(world.db)
    yield from (f"{world.name}: {difference}" for difference in counted.differences(db))
    for kind, statement in STORED.items():
        stored, wanted = Counter(tuple(row) for row in db.execute(statement)), Counter(getattr(due, kind))
        for what, facts in (("missing", wanted - stored), ("too many", stored - wanted)):
            if facts:
                yield f"{world.name}: {kind}: {sum(facts.values())} {what} of {sum(wanted.values())}, such as {list(facts)[:2]}"
    db.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--lives", type=int, default=10000)
    parser.add_argument("--orders", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # Ids are few to a tenant, so that tenants have the same.
    lives = [Life(rng, TENANTS[n % len(TENANTS)], f"call-{n // len(TENANTS)}", n) for n in range(options.lives)]
    due = Reference(lives)
    print(f"{len(lives)} lives: {sum(len(life.events) for life in lives)} events, {sum(len(life.lines) for life in lives)} lines, "
          f"{len(due.calls)} calls, {sum(due.steps.values())} steps")
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        worlds = [World(options, f"lives_{os.getpid()}_{n}", folder) for n in range(options.orders + 1)]
        tell_in_order(worlds[0], lives)
        for n, world in enumerate(worlds[1:]):
            tell_anyhow(world, lives, random.Random(options.seed * 1000 + n))
        for world in worlds:
            wrong += world.trouble + list(differ(world, due))
        for tenant in (None, "acme", "nobody"):
            first = dict(worlds[0].answers(tenant))
            for world in worlds[1:]:
                for question, body in world.answers(tenant):
                    if body != first[question]:
                        wrong.append(f"{world.name}: {question} of {tenant}: {str(body)[:600]}\n instead of {str(first[question])[:600]}")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
