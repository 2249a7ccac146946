#!/usr/bin/env python3
"""
law: for any window and filter, the answer from rollups equals the answer of a look at every row.

Plays spec 1's voice app against an attached database, and the same statements against a twin that holds nothing of ours.
What the app wrote is taken in now and then, at random: what came and went in between was never seen.  After every batch the app's tables must be the same in both, the facts and rollups must be what the twin's rows come to, and
random questions must get, in every figure, what the referee says of the twin.  What fails is made short and written down as
a script, to be kept in cases/, which is replayed first on every run.

    law.py --build DIR [--seed N] [--operations N] [--without FEATURE,..] [--case FILE] [--keep DIR] [--server URL]

With --server the two databases are made on that PostgreSQL server, and the app speaks its dialect.
"""

import argparse
import glob
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import database
import packs
import voice_app
from questions import (Asking, Different, Judge, Programs, is_counter, question_text, read_question, read_time, samples,
                       text_micros)
from referee import DAY, US, Referee

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ["dashboard", "hourly", "daily", "latency", "health", "failures", "prometheus", "export", "latency-events"]
WEIGHTS = [3, 3, 2, 4, 2, 2, 4, 2, 2]
CHECKS_OF_TABLES = ["check-app", "check-facts", "check-rollups", "check-counters"]
AFTER_ALL = 1_780_000_000 * US
COUNTER_QUERIES = ["", "tenant_id=acme", "agent=anna", "tenant_id=Acme&agent=bert&call_type=inbound", "provider=north"]


class World:
    """An attached database, its twin, and what is known of both."""

    def __init__(self, build, folder, server):
        if server:
            self.path = database.make(server, f"law_app_{os.getpid()}")
            twin = database.make(server, f"law_twin_{os.getpid()}")
        else:
            self.path, twin = os.path.join(folder, "calls.db"), ":memory:"
            for name in glob.glob(self.path + "*"):
                os.unlink(name)
        self.app = connect(self.path)
        self.twin = connect(twin)
        for connection in (self.app, self.twin):
            connection.executescript(voice_app.POSTGRES_TABLES if server else voice_app.TABLES)
        self.programs = Programs(build, self.path)
        self.referee = Referee(self.twin)
        self.judge = Judge(self.referee, self.programs)
        self.attached = False
        self.ours = None
        self.rng = voice_app.rng_of("take in")
        self.counters = {}

    def close(self):
        self.open_ours(False)
        self.app.close()
        self.twin.close()

    def open_ours(self, there):
        """Ours lies beside the app's file; on a server in the same database."""
        if self.ours is not None and self.ours is not self.app:
            self.ours.close()
        self.ours = None
        if there:
            self.ours = connect(self.path + ".callmetrics") if isinstance(self.app, sqlite3.Connection) else self.app

    def take_in(self):
        """Whatever was written is taken in."""
        if self.attached:
            self.programs.run_job("follow", "--once")
            self.referee.look(True)

    def run(self, step):
        """Runs a step in both."""
        if step[0].startswith("-- "):
            self.direct(*step[0][3:].split())
            return
        for text in step:
            self.send(text)
        if len(step) > 1 or self.rng.random() < 0.04:
            self.take_in()

    def send(self, text):
        """Sends a statement to both; they must take it alike."""
        took = [take(connection, text) for connection in (self.app, self.twin)]
        if took[0] != took[1]:
            raise Different(f"the app's statement differs: {took[0]}, without us {took[1]}: {text}")

    def direct(self, what, *arguments):
        """Does something to the attached database alone."""
        if what in ("attach", "detach"):
            self.open_ours(False)
            self.app.close()
        if what == "attach":
            self.programs.run_job("attach", *arguments)
            self.app = connect(self.path)
            self.attached = True
            self.open_ours(True)
            self.take_in()
        elif what == "detach":
            self.programs.run_job("detach")
            self.app = connect(self.path)
            self.attached = False
            self.counters = {}
            self.referee.look(False)
            left = database.ours(self.app) + [name for name in glob.glob(self.path + ".callmetrics*")]
            if left:
                raise Different(f"detach leaves {left}")
        elif what == "prune":
            now = read_time(arguments[1])
            self.take_in()
            self.programs.run_job("prune", "--days", arguments[0], now=now)
            self.referee.prune(now // DAY * DAY - int(arguments[0]) * DAY)
        else:
            raise SystemExit(f"no such directive: {what}")

    def check(self, what):
        """Raises Different where `what`, a name in CHECKS_OF_TABLES or a question, is wrong."""
        if isinstance(what, tuple):
            self.judge.check(what)
        else:
            getattr(self, what.replace("-", "_"))()

    def check_app(self):
        """The app's own tables are what they are without us."""
        for table in ("calls", "latency_events", "transcripts"):
            columns = "rowid, *" if isinstance(self.app, sqlite3.Connection) else "*"
            rows = [sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr) for connection in (self.app, self.twin)]
            if repr(rows[0]) != repr(rows[1]):
                differ(set(rows[0]), set(rows[1]), table)

    def check_facts(self):
        """Every fact is what its row says."""
        calls = self.ours.execute(
            "SELECT c.call_id, s.tenant_id, s.agent, s.agent_version, s.provider, s.call_type, c.call_type, c.started_us, "
            "c.ended_us, c.duration_us, c.status, c.failure_reason, c.has_audio, c.has_transcript FROM cm_call c "
            "LEFT JOIN cm_series s USING (series_id) WHERE c.status IS NOT NULL")
        differ(set(calls), {(c.call_id, *c.labels, c.type, c.start, c.end, c.duration, c.status, c.reason, int(c.audio),
                             int(c.transcript)) for c in self.referee.calls.values()}, "cm_call")
        steps = self.ours.execute(
            "SELECT l.latency_id, c.call_id, s.tenant_id, s.agent, s.agent_version, s.provider, s.call_type, l.component, "
            "l.at_us, l.duration_us FROM cm_latency l JOIN cm_call c USING (call_no) LEFT JOIN cm_series s ON s.series_id = l.series_id")
        differ(set(steps), {(s.id, s.call_id, *s.labels, s.component, s.at, s.duration) for s in self.referee.steps.values()},
               "cm_latency")

    def check_rollups(self):
        """The rollups are what the facts come to: to the twin's rows, and to cm_call and cm_latency."""
        series = {number: tuple(labels) for number, *labels in self.ours.execute(
            "SELECT series_id, scope, tenant_id, agent, agent_version, provider, call_type FROM cm_series")}
        for held, due, name in zip(packs.unpacked(self.ours), self.referee.rollups(packs.GRID), ("counts", "bins")):
            differ({series[key[0]] + key[1:] + tuple(sums) for key, sums in held.items()},
                   {key + tuple(sums) for key, sums in due.items() if any(sums)}, f"{name} of cm_pack")

    def check_counters(self):
        """No counter ever falls."""
        for query in COUNTER_QUERIES:
            body = self.programs.ask("prometheus", query, AFTER_ALL)[2]
            for name, text in samples(body).items():
                if is_counter(name):
                    if float(text) < self.counters.get((query, name), 0):
                        raise Different(f"{name} of {query or 'all'} falls from {self.counters[query, name]} to {text}")
                    self.counters[query, name] = float(text)


def connect(path):
    connection = database.connect(path)
    connection.execute("SET synchronous_commit = off" if database.is_postgres(path) else "PRAGMA synchronous = OFF")
    return connection


def take(connection, text):
    """What the app sees of a statement."""
    try:
        cursor = connection.execute(text)
        return "ok", cursor.rowcount, cursor.lastrowid if text.startswith("INSERT") and cursor.rowcount else None
    except database.Error as error:
        return database.failure(error)


def differ(given, wanted, what):
    """Raises Different with some of what two sets do not share."""
    if given != wanted:
        def few(rows):
            return "; ".join(map(repr, sorted(rows, key=repr)[:3]))
        raise Different(f"{what}: {len(given - wanted)} rows too many, such as {few(given - wanted)}; "
                        f"{len(wanted - given)} missing, such as {few(wanted - given)}")


class Failure(Exception):
    """A broken law: steps, the check that failed after them, and what it said."""

    def __init__(self, steps, check, message):
        super().__init__(message)
        self.steps, self.check, self.message = steps, check, message


class Law:
    """Runs, and makes failures short."""

    def __init__(self, build, folder, features, server):
        self.build, self.folder, self.features, self.server = build, folder, features, server
        self.asked = self.ran = 0

    def replay(self, steps, check):
        """What a check says after steps, or None; a step that goes wrong by itself says so too."""
        world = World(self.build, self.folder, self.server)
        try:
            for step in steps:
                world.run(step)
                if check == "check-counters" and world.attached:
                    world.take_in()
                    world.check_counters()
            world.take_in()
            if check == "check-app" or (check is not None and world.attached):
                world.check(check)
            return None
        except Different as different:
            return str(different)
        except database.Error as error:
            return f"{type(error).__name__}: {error}"
        finally:
            world.close()

    def shorten(self, failure, seconds=60):
        """Drops steps, then statements of transactions, then parameters of the question, while it still fails."""
        until = time.monotonic() + seconds
        check, kind = failure.check, kind_of(failure.message)

        def fails(steps, question=None):
            wrong = self.replay(steps, question or check) if time.monotonic() < until else None
            return wrong is not None and kind_of(wrong) == kind
        if not fails(failure.steps):
            return failure
        pinned = failure.steps if self.server else pin(failure.steps)
        steps = reduce(pinned if pinned is failure.steps or fails(pinned) else failure.steps, fails)
        opened = [[text] for step in steps for text in step if text not in ("BEGIN", "COMMIT")]
        if not any("ROLLBACK" in step for step in steps) and len(opened) > len(steps) and fails(opened):
            steps = opened
        for i, step in enumerate(steps):
            if len(step) > 3:
                inner = reduce(step[1:-1], lambda texts: fails(steps[:i] + [[step[0], *texts, step[-1]]] + steps[i + 1:]))
                steps[i] = [step[0], *inner, step[-1]]
        steps = reduce(steps, fails)
        if isinstance(check, tuple):
            parts = reduce([part for part in check[1].split("&") if part],
                           lambda parts: fails(steps, (check[0], "&".join(parts), check[2])), whole=True)
            check = (check[0], "&".join(parts), check[2])
        return Failure(steps, check, self.replay(steps, check) or failure.message)

    def run(self, seed, operations, batch=120):
        """One database's life: so many steps, a check after each batch."""
        rng = voice_app.rng_of(seed, "life")
        app = (voice_app.PostgresApp if self.server else voice_app.VoiceApp)(rng, self.features)
        asking = Asking(voice_app.rng_of(seed, "questions"), app, voice_app.TENANTS, voice_app.AGENTS, voice_app.VERSIONS,
                        voice_app.PROVIDERS)
        world = World(self.build, self.folder, self.server)
        done = []
        attach_after = rng.choice([0, 0, 1, 2])
        try:
            number = -1
            while len(done) < operations:
                number += 1
                if number % 6 == 5:
                    app.change_scene()
                steps = app.steps(batch)
                if number == attach_after:
                    steps = [[rng.choice(["-- attach", "-- attach --exclusive"])]] + steps
                elif number > attach_after and number % 9 == 8 and "attach-again" in self.features:
                    steps = steps[:40] + [["-- detach"]] + steps[40:80] + [["-- attach"]] + steps[80:]
                elif number > attach_after and number % 5 == 4 and "prune" in self.features:
                    steps.insert(rng.randrange(len(steps)), app.prune())
                self.run_batch(world, steps, done, asking)
        finally:
            self.asked += world.programs.asked
            self.ran += len(done)
            world.close()

    def run_batch(self, world, steps, done, asking):
        for step in steps:
            done.append(step)
            try:
                world.run(step)
            except (Different, *database.Error) as different:
                raise Failure(done, None, str(different)) from None
        world.take_in()
        for check in CHECKS_OF_TABLES:
            if world.attached or check == "check-app":
                self.check(world, done, check)
        if not world.attached:
            return
        questions = [asking.question(program) for program in
                     PROGRAMS + asking.rng.choices(PROGRAMS, WEIGHTS, k=40)]
        world.referee.sort()
        with ThreadPoolExecutor(2) as pool:
            for question, wrong in zip(questions, pool.map(lambda question: what_is_wrong(world, question), questions)):
                if wrong is not None:
                    raise Failure(done, question, wrong)

    def check(self, world, done, check):
        wrong = what_is_wrong(world, check)
        if wrong is not None:
            raise Failure(done, check, wrong)


def kind_of(message):
    """The beginning of a message without its numbers: what stays the same while a failure is made shorter."""
    return re.sub(r"[0-9]+", "", message.split(":", 1)[0])[:60]


def what_is_wrong(world, check):
    try:
        world.check(check)
        return None
    except (Different, *database.Error) as different:
        return str(different)


def pin(steps):
    """The same steps with the ids of timed steps written out, so that they stay the same when others are dropped."""
    twin, pinned = connect(":memory:"), []
    twin.executescript(voice_app.TABLES)
    for step in steps:
        texts = []
        for text in step:
            if not text.startswith("-- "):
                text = re.sub(r"\(SELECT max\(id\) - \d+ FROM latency_events\)",
                              lambda match: str(twin.execute("SELECT " + match[0]).fetchone()[0] or 0), text)
                took = take(twin, text)
                if text.startswith("INSERT INTO latency_events (call_id") and took[0] == "ok":
                    text = text.replace("(call_id", "(id, call_id", 1).replace("VALUES (", f"VALUES ({took[2]}, ", 1)
            texts.append(text)
        pinned.append(texts)
    twin.close()
    return pinned


def reduce(items, fails, whole=False):
    """Delta debugging: the fewest items that one can see while fails(items).  whole: none at all may do."""
    items, pieces = list(items), 2
    if whole and items and fails([]):
        return []
    while len(items) > 1:
        size = -(-len(items) // pieces)
        for start in range(0, len(items), size):
            rest = items[:start] + items[start + size:]
            if rest and fails(rest):
                items, pieces = rest, max(pieces - 1, 2)
                break
        else:
            if size == 1:
                break
            pieces = min(len(items), pieces * 2)
    return items


def write_case(failure, seed):
    """A failure as a script."""
    lines = [f"-- {line}" for line in ("law: " + failure.message[:400], f"found with --seed {seed}")]
    for step in failure.steps:
        if len(step) == 1 and step[0].startswith("-- "):
            lines.append(step[0])
        else:
            lines += [text + ";" for text in step]
    check = failure.check
    if isinstance(check, tuple):
        lines.append("-- ask " + question_text(check))
    elif check is not None:
        lines.append("-- " + check)
    return "\n".join(lines) + "\n"


def read_case(path):
    """The steps of a script, and the checks after them; all checks of the tables where it names none."""
    steps, checks, statement, transaction = [], [], "", None
    with open(path, encoding="utf-8") as script:
        lines = script.read().split("\n")
    for line in lines:
        if not statement and line.startswith("--"):
            words = line[3:].split()
            if words and words[0] == "ask":
                checks.append(read_question(line[7:]))
            elif words and words[0] in CHECKS_OF_TABLES:
                checks.append(words[0])
            elif words and words[0] in ("attach", "detach", "prune"):
                steps.append([line])
            continue
        statement += ("\n" if statement else "") + line
        if not sqlite3.complete_statement(statement):
            continue
        text, statement = statement.strip().rstrip(";"), ""
        if text == "BEGIN":
            transaction = []
        if transaction is None:
            steps.append([text])
        else:
            transaction.append(text)
            if text in ("COMMIT", "ROLLBACK"):
                steps.append(transaction)
                transaction = None
    return steps, checks


def replay_cases(law, paths):
    """Replays scripts; the number that fail."""
    failed = 0
    for path in paths:
        steps, checks = read_case(path)
        if law.server:
            steps = [[voice_app.postgres_text(text) for text in step] for step in steps]
        for check in ["check-app", "check-facts", "check-rollups", "check-counters"] + checks:
            wrong = law.replay(steps, check)
            if wrong is not None:
                failed += 1
                print(f"case {os.path.basename(path)}: {check if isinstance(check, str) else question_text(check)}: {wrong}")
                break
    print(f"cases: {len(paths) - failed} of {len(paths)} hold")
    return failed


def main():
    options = argparse.ArgumentParser(description="the law, as a property test")
    options.add_argument("--build", default=os.environ.get("BUILD", os.path.join(HERE, "../../build")))
    options.add_argument("--seed", type=int, default=int(os.environ.get("LAW_SEED", 20260206)))
    options.add_argument("--operations", type=int, default=int(os.environ.get("LAW_OPERATIONS", 8000)))
    options.add_argument("--lives", type=int, default=int(os.environ.get("LAW_LIVES", 5)), help="databases begun afresh")
    options.add_argument("--without", default=os.environ.get("LAW_WITHOUT", ""), help="what the app does not do, of: " +
                         " ".join(sorted(voice_app.FEATURES)))
    options.add_argument("--case", action="append", help="replays this script alone")
    options.add_argument("--no-cases", action="store_true", help="replays no script")
    options.add_argument("--server", default=os.environ.get("LAW_SERVER"), help="a database of a PostgreSQL server, as a URL")
    options.add_argument("--keep", default=os.environ.get("LAW_KEEP", "."), help="where the script of a failure goes")
    given = options.parse_args()
    features = voice_app.FEATURES - set(given.without.split(","))
    if not os.path.exists(os.path.join(given.build, "jobs", "prune")):
        features -= {"prune"}
    folder = tempfile.mkdtemp(prefix="law-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    if given.server:
        features -= voice_app.SQLITE_ALONE
    law = Law(os.path.abspath(given.build), folder, features, given.server)
    try:
        failed = 0 if given.no_cases else replay_cases(law, given.case or sorted(glob.glob(os.path.join(HERE, "cases", "*.sql"))))
        if given.case:
            return 1 if failed else 0
        started = time.monotonic()
        for life in range(given.lives):
            seed = f"{given.seed}-{life}" if life else str(given.seed)
            try:
                law.run(seed, given.operations // given.lives)
            except Failure as failure:
                return tell(law, failure, seed, given.keep)
        print(f"law: seed {given.seed}, {law.ran} operations in {given.lives} databases, {law.asked} answers compared, "
              f"{time.monotonic() - started:.0f} s")
        return 1 if failed else 0
    finally:
        shutil.rmtree(folder)


def tell(law, failure, seed, keep):
    """Says what failed, made short, and keeps the script."""
    print(f"law: broken after {len(failure.steps)} operations with seed {seed}: {failure.message}\nmaking it short ...")
    short = law.shorten(failure)
    path = os.path.join(keep, f"law-broken-{seed}.sql")
    text = write_case(short, seed)
    with open(path, "w", encoding="utf-8") as script:
        script.write(text)
    print(f"the fewest operations that break it ({len(short.steps)}), kept as {path}:")
    print("".join(text.splitlines(True)[:30]) + ("..." if text.count("\n") > 30 else ""))
    return 1


if __name__ == "__main__":
    sys.exit(main())
