"""
follow: what happens to a voice app's file while it is followed.

	follow.py BUILD FOLDER restore | vacuum | dropped | renamed | ahead | renumbered | kill | power | fresh | held | backlog | modes ...

Each part makes a database of its own, lets an app write to it, does what its name says, and compares our facts with what Python makes of
the app's rows.  Prints what is wrong, and what it measured; the exit status tells whether all was right.
"""

import itertools
import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

build, folder = sys.argv[1], sys.argv[2]
here = os.path.dirname(os.path.abspath(__file__))
seed = int(os.environ.get("CM_SEED", "7"))
wrong = []


def check(what, good, *more):
    if not good:
        wrong.append(what)
        print("FAILED: %s %s" % (what, " ".join(str(one)[:600] for one in more)))


def job(name, *arguments):
    return subprocess.run([os.path.join(build, "jobs", name)] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ask(question, path, query=""):
    """A question as plain CGI: its head and body."""
    said = subprocess.run([os.path.join(build, "cgi-bin", question)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "REQUEST_METHOD": "GET", "QUERY_STRING": query, "CALLMETRICS_DB": path,
                               "CALLMETRICS_NOW": "2026-02-06T10:30:00Z"}).stdout
    head, _, body = said.partition("\n\n")
    return head, body


SCHEMA = open(os.path.join(here, "data", "app-schema.sql")).read()
KEYLESS = SCHEMA.replace("call_id TEXT PRIMARY KEY", "call_id TEXT").replace("id INTEGER PRIMARY KEY AUTOINCREMENT", "id TEXT").replace(
    "\tmetadata TEXT,\n\tFOREIGN KEY (call_id) REFERENCES calls (call_id)", "\tmetadata TEXT")


def remove(path):
    for suffix in ("", "-wal", "-shm", "-journal"):
        for name in (path + suffix, path + ".callmetrics" + suffix):
            if os.path.exists(name):
                os.remove(name)


def connect(path, timeout=20):
    db = sqlite3.connect(path, isolation_level=None, timeout=timeout)
    return db


def make(name, mode="wal", schema=SCHEMA, rows=50):
    path = os.path.join(folder, name + ".db")
    remove(path)
    db = connect(path)
    db.execute("PRAGMA journal_mode = %s" % mode)
    db.executescript(schema)
    app = App(db, random.Random(seed))
    for _ in range(rows):
        app.write()
    attached = job("attach", path)
    if attached.returncode:
        sys.exit("attach: " + attached.stdout)
    return path, app


class App:
    def __init__(self, db, rng, prefix="c"):
        self.db, self.rng, self.prefix, self.serial = db, rng, prefix, 0

    def write(self):
        """One of the app's writes."""
        rng, db = self.rng, self.db
        kind = rng.randrange(10)
        call_id = "%s%d" % (self.prefix, rng.randrange(max(1, self.serial)))
        at = "2026-02-06T%02d:%02d:%02d" % (rng.randrange(10), rng.randrange(60), rng.randrange(60))
        if kind < 3 or self.serial < 3:
            db.execute("INSERT INTO calls (call_id, call_type, started_at, status) VALUES (?, 'inbound', ?, 'active')",
                       ("%s%d" % (self.prefix, self.serial), at))
            self.serial += 1
        elif kind < 5:
            db.execute("UPDATE calls SET status = 'completed', ended_at = ?, duration_seconds = ? WHERE call_id = ?",
                       ("2026-02-06T10:00:00", rng.randrange(900), call_id))
        elif kind < 8:
            db.execute("INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES (?, 'llm_ttft', ?, ?)",
                       (call_id, rng.randrange(3000), at))
        elif kind == 8:
            db.execute("INSERT INTO transcripts (call_id, timestamp, speaker, content, event_type) VALUES (?, ?, 'user', 'hello', 'x')", (call_id, at))
        elif rng.random() < 0.5:
            db.execute("DELETE FROM latency_events WHERE rowid = (SELECT max(rowid) FROM latency_events WHERE call_id = ?)", (call_id,))
        else:
            db.execute("DELETE FROM calls WHERE call_id = ?", (call_id,))


EXPECTED = (
    ("SELECT call_id, status FROM cm_call WHERE status IS NOT NULL ORDER BY 1, 2", "SELECT call_id, status FROM calls ORDER BY 1, 2"),
    ("SELECT call_id, started_us / 1000000, ended_us IS NULL FROM cm_call WHERE status IS NOT NULL ORDER BY 1, 2",
     "SELECT call_id, CAST(strftime('%s', started_at) AS INTEGER), ended_at IS NULL FROM calls ORDER BY 1, 2"),
    ("SELECT call_id, cm_latency.duration_us, at_us / 1000000 FROM cm_latency JOIN cm_call USING (call_no) ORDER BY 1, 2, 3",
     "SELECT call_id, CAST(round(duration_ms * 1000) AS INTEGER), CAST(strftime('%s', timestamp) AS INTEGER) FROM latency_events ORDER BY 1, 2, 3"),
    ("SELECT call_id, at_us / 1000000, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1, 2, 3",
     "SELECT call_id, CAST(strftime('%s', timestamp) AS INTEGER), content FROM transcripts ORDER BY 1, 2, 3"),
)


def differences(path, law=False):
    app, own = sqlite3.connect(path), sqlite3.connect(path + ".callmetrics")
    found = []
    for ours, theirs in EXPECTED:
        got, want = own.execute(ours).fetchall(), app.execute(theirs).fetchall()
        if got != want:
            found.append("%d facts for %d rows, e.g. %r" % (len(got), len(want), sorted(set(got) ^ set(want))[:4]))
    app.close()
    own.close()
    if law:
        told = subprocess.run([sys.executable, os.path.join(here, "packs.py"), path + ".callmetrics"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True).stdout
        if told:
            found.append("the law: " + told[:300])
    return found


def take_in(path, what, law=True):
    done = job("follow", "--once", path)
    check(what + ": follow --once", done.returncode == 0, done.stdout)
    check(what, not differences(path, law), differences(path, law))
    app = sqlite3.connect(path)
    rows = app.execute("SELECT count(*) FROM callmetrics_journal").fetchone()[0]
    app.close()
    check(what + ": the journal is short", rows <= 1, rows)


def warnings(path):
    return ask("health", path)[1]


# The app's file restored from a backup, in several ways; ours restored, too.

def restore():
    for name, later in (("at once", 0), ("after as many writes", 40), ("after more writes", 90)):
        path, app = make("restored")
        ask("dashboard", path)
        app.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(path, path + ".backup")
        for _ in range(40):
            app.write()
        ask("dashboard", path)
        if later == 40:
            job("follow", "--once", path)
        app.db.close()
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.remove(path + suffix)
        shutil.copyfile(path + ".backup", path)
        again = App(connect(path), random.Random(3), "r")
        for _ in range(later):
            again.write()
        told = warnings(path)
        check("restored, %s: health tells" % name, "restored" in told, told)
        take_in(path, "restored, " + name)
        check("restored, %s: and is content again" % name, "restored" not in warnings(path), warnings(path))
        again.db.close()
    # Ours, of which nothing or something was taken yet.
    for taken in (0, 40):
        path, app = make("restored")
        for _ in range(taken):
            app.write()
        ask("dashboard", path)
        own = sqlite3.connect(path + ".callmetrics")
        own.execute("VACUUM INTO ?", (path + ".ours",))
        own.close()
        for _ in range(60):
            app.write()
        job("follow", "--once", path)
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + ".callmetrics" + suffix):
                os.remove(path + ".callmetrics" + suffix)
        os.replace(path + ".ours", path + ".callmetrics")
        take_in(path, "ours restored, of %d writes, of a journal that was shortened since" % taken)
    # attach mends it as well.
    path, app = make("restored")
    shutil.copyfile(path, path + ".backup") if app.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() else None
    for _ in range(40):
        app.write()
    ask("dashboard", path)
    app.db.close()
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    shutil.copyfile(path + ".backup", path)
    done = job("attach", path)
    check("restored, attached again", done.returncode == 0 and not differences(path, True), done.stdout, differences(path))


def vacuum():
    path, app = make("vacuumed", schema=KEYLESS)
    for _ in range(2500):
        app.write()
    take_in(path, "much written")
    app.db.execute("DELETE FROM calls WHERE rowid % 3 = 0")
    app.db.execute("DELETE FROM latency_events WHERE rowid % 3 = 0")
    ask("dashboard", path)
    app.db.execute("VACUUM")
    check("vacuumed: health tells", "vacuumed" in warnings(path), warnings(path))
    take_in(path, "vacuumed")
    check("vacuumed: and is content again", "vacuumed" not in warnings(path), warnings(path))
    for _ in range(60):
        app.write()
    take_in(path, "vacuumed, and written to")
    # Broken off, vacuumed and attached again (on a table without a key).
    path = os.path.join(folder, "broken.db")
    remove(path)
    db = connect(path)
    db.executescript(KEYLESS)
    db.execute("BEGIN")
    db.executemany("INSERT INTO calls (call_id, call_type, started_at, status) VALUES (?, 'inbound', '2026-02-06T09:00:00', 'completed')",
                   (("c%d" % i,) for i in range(20000)))
    db.execute("DELETE FROM calls WHERE rowid % 5 = 0")
    db.execute("COMMIT")
    victim = subprocess.Popen([os.path.join(build, "jobs", "attach"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(2000):
        time.sleep(0.005)
        if os.path.exists(path + ".callmetrics"):
            try:
                if sqlite3.connect("file:%s.callmetrics?mode=ro" % path, uri=True).execute("SELECT count(*) FROM cm_call").fetchone()[0] > 2000:
                    break
            except sqlite3.Error:
                pass
    victim.kill()
    victim.wait()
    db.execute("VACUUM")
    done = job("attach", path)
    check("broken off, vacuumed, attached again", done.returncode == 0 and not differences(path, True), done.stdout, differences(path))


def beat(own):
    """Until when the follower has its lease, and whether a comparison is under way."""
    return (own.execute("SELECT until_us FROM cm_job WHERE name = 'follow'").fetchone() or (0,))[0], own.execute(
        "SELECT count(*) FROM cm_meta WHERE key LIKE 'follow_place_%' AND value <> ''").fetchone()[0] > 0


def compared():
    """A comparison of much renews the follower's lease, ends soon when that is told to end, and is gone on with."""
    path, app = make("compared")
    app.db.execute("BEGIN")
    app.db.executemany("INSERT INTO calls (call_id, call_type, started_at, status) VALUES (?, 'inbound', '2026-02-06T09:00:00', 'completed')",
                       (("much%d" % i,) for i in range(30000)))
    app.db.execute("COMMIT")
    take_in(path, "much to compare")
    app.db.executescript("DROP TRIGGER callmetrics_calls_changed; UPDATE calls SET status = 'failed' WHERE call_id = 'much29999'")
    follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                env=dict(os.environ, CALLMETRICS_JOB_LEASE_MS="100"))
    own = sqlite3.connect("file:%s.callmetrics?mode=ro" % path, uri=True, timeout=20)
    leases = set()
    for _ in range(4000):
        until, comparing = beat(own)
        if comparing:
            leases.add(until)
        if len(leases) > 2:
            break
        time.sleep(0.005)
    check("compared: the lease is renewed meanwhile", len(leases) > 2, leases)
    follower.terminate()
    follower.wait()
    check("compared: it was broken off", beat(own)[1], follower.returncode)
    check("compared: it ended well", follower.returncode == 0, follower.returncode)
    job("follow", "--once", path)
    check("compared: and was gone on with", not beat(own)[1] and not differences(path, True), differences(path))


def dropped():
    path, app = make("dropped")
    app.db.execute("DROP TABLE callmetrics_journal")
    try:
        app.write()
        check("the app fails without the journal, which it dropped itself", False)
    except sqlite3.Error:
        pass
    head, body = ask("dashboard", path)
    check("journal dropped: told", "503" in head and "no journal" in body, head, body)
    check("journal dropped: health tells", "no journal" in warnings(path), warnings(path))
    take_in(path, "journal dropped")
    for _ in range(40):
        app.write()
    take_in(path, "journal made again")
    app.db.executescript("DROP TRIGGER callmetrics_calls_added; DROP TRIGGER callmetrics_latency_events_removed")
    for _ in range(40):
        app.write()
    check("triggers dropped: health tells", "no longer watched" in warnings(path), warnings(path))
    take_in(path, "triggers dropped")
    check("triggers dropped: and is content again", "no longer watched" not in warnings(path), warnings(path))


# A changed id is the same call by another name: all answers and the counters have it once.

def renamed():
    path, app = make("renamed", rows=0)
    app.db.execute("INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('was', 'inbound', '2026-02-06T10:00:00', 'active')")
    app.db.execute("INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES ('was', 'stt', 5, '2026-02-06T10:00:00')")
    before = counters(path)
    app.db.execute("UPDATE calls SET call_id = 'is'")
    total = json.loads(ask("dashboard", path)[1])["summary"]["total_calls"]
    after = counters(path)
    check("renamed: one call", total == 1, total)
    check("renamed: counted once", before["voice_calls_total"] == 1 and after["voice_calls_total"] == 1, before, after)
    check("renamed: no counter fell", not fallen(before, after), fallen(before, after))
    take_in(path, "renamed")
    app.db.execute("UPDATE latency_events SET call_id = 'is'")
    take_in(path, "renamed, and its step follows")


# Rows are read as they are, also beyond the journal's rows that are taken; what of that the app then loses with the power never was.

def end_when(reached, name, *arguments):
    """A job, again and again, ended by kill -9 at a later and later of its writes, until that is reached."""
    point = 8
    while not reached():
        done = subprocess.run([os.path.join(build, "jobs", name)] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "LD_PRELOAD": os.environ["CM_UNWRITTEN"], "UNWRITTEN_AT": str(point), "UNWRITTEN_ERROR": "KILL"})
        if done.returncode != -signal.SIGKILL:
            sys.exit("%s was not ended in its midst: %s" % (name, done.stdout))
        point += point // 5


def remembered(path, key):
    """A number that ours remembers, -1 where it does not."""
    if not os.path.exists(path + ".callmetrics"):
        return -1
    own = sqlite3.connect(path + ".callmetrics", timeout=20)
    try:
        return int((own.execute("SELECT ltrim(value, '#=') FROM cm_meta WHERE key = ?", (key,)).fetchone() or (-1,))[0] or -1)
    except sqlite3.OperationalError:
        return -1
    finally:
        own.close()


def calls(app, first, count):
    app.executescript("BEGIN; WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO calls (call_id, call_type, "
                      "started_at, status) SELECT printf('c%%06d', i), 'inbound', '2026-02-06T09:00:00', 'active' FROM n; COMMIT" %
                      (first, first + count - 1))


def lose_later_writes(db, path, count):
    """There are more calls, and all end: returns what makes the app's file as it was before."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, path + ".backup")
    calls(db, count, 3000)
    db.execute("UPDATE calls SET status = 'completed', ended_at = '2026-02-06T10:00:00'")
    db.close()

    def lose():
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.remove(path + suffix)
        shutil.copyfile(path + ".backup", path)
    return lose


def ahead():
    # As many rows as are taken at once, so that all of the journal is taken that is left; and some more.
    for count in (2000, 2500):
        what = "ahead, of %d" % count
        path, app = make("ahead", rows=0)
        calls(app.db, 0, count)
        lose = lose_later_writes(app.db, path, count)
        end_when(lambda: remembered(path, "follow_taken") > 0, "follow", "--once", path)
        check(what + ": ours is in its midst", remembered(path, "follow_taken") == 2000, remembered(path, "follow_taken"))
        lose()
        check(what + ": health tells", "lost power" in warnings(path), warnings(path))
        take_in(path, what)
    # The first reading of all rows, broken off, and gone on with when the journal has rows.
    path = os.path.join(folder, "ahead.db")
    remove(path)
    db = connect(path)
    db.execute("PRAGMA journal_mode = wal")
    db.executescript(SCHEMA)
    calls(db, 0, 5000)
    end_when(lambda: remembered(path, "follow_place_calls") > 0, "attach", path)
    check("ahead: attach is in its midst", remembered(path, "follow_place_calls") < 5000, remembered(path, "follow_place_calls"))
    lose = lose_later_writes(db, path, 5000)
    done = job("attach", path)
    check("ahead: attached", done.returncode == 0 and not differences(path), done.stdout, differences(path))
    lose()
    take_in(path, "ahead, attached")


# While the journal is about to be shortened, the file is restored, and the same numbers name other rows.

def renumbered():
    path, app = make("renumbered")
    for _ in range(60):
        app.write()
    db = app.db
    db.execute("BEGIN IMMEDIATE")
    follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), "--once", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while remembered(path, "follow_trimmed") <= 0 and follower.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    settled = remembered(path, "follow_trimmed")
    db.execute("DELETE FROM callmetrics_journal")
    for _ in range(settled + 20):
        db.execute("INSERT INTO calls (call_id, call_type, started_at, status) VALUES ('r' || hex(randomblob(8)), 'inbound', '2026-02-06T09:00:00', 'active')")
    db.execute("COMMIT")
    follower.wait()
    left = db.execute("SELECT count(*) FROM callmetrics_journal").fetchone()[0]
    check("renumbered: nothing is removed that was not taken", settled > 0 and left == settled + 20, settled, left)
    db.close()
    take_in(path, "renumbered")


# Killed at random points while an app writes.

def counters(path):
    """What Prometheus is told that may never fall."""
    said = {}
    for line in ask("prometheus", path)[1].splitlines():
        name, _, value = line.rpartition(" ")
        if name[:1] != "#" and name.partition("{")[0].endswith(("_total", "_sum", "_count")):
            said[name] = float(value)
    return said


def fallen(before, after):
    return ["%s: %r, then %r" % (name, value, after.get(name)) for name, value in before.items() if after.get(name, -1) < value]


def kill():
    count = int(os.environ.get("CM_KILLS", "40"))
    path, app = make("killed")
    rng = random.Random(seed)
    stop = threading.Event()

    def write():
        mine = App(connect(path), random.Random(5), "w")
        while not stop.is_set():
            mine.write()
        mine.db.close()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    killed = 0
    read = counters(path)
    check("there are counters", any("calls" in name for name in read), read)
    for number in range(count):
        victim = subprocess.Popen([os.path.join(build, "jobs", "follow"), path] if number % 2 else [os.path.join(build, "cgi-bin", "dashboard")],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "REQUEST_METHOD": "GET", "QUERY_STRING": "", "CALLMETRICS_DB": path})
        time.sleep(rng.random() * 0.03)
        if victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
            killed += 1
        victim.wait()
        if number % 4 == 0:
            former, read = read, counters(path)
            check("killed %d times: no counter fell" % killed, not fallen(former, read), fallen(former, read))
    stop.set()
    writer.join()
    check("some were killed", killed > 0)
    take_in(path, "killed %d times" % killed)
    check("no counter fell in the end", not fallen(read, counters(path)), fallen(read, counters(path)))
    print("killed %d of %d; %d counters, of which none fell" % (killed, count, len(read)))


# Detach, ended at any point: either all is as it was, or nothing is answered.

def answers(path):
    said = [ask("dashboard", path), ask("latency", path, "days=30"), ask("daily", path, "days=2")]
    return [body for _, body in said], all("Status: 200" in head for head, _ in said)


def detach_once(path, point):
    """Detach, ended by kill -9 before it writes to a file for the n-th time, or syncs or removes one: whether it came that far."""
    victim = subprocess.run([os.path.join(build, "jobs", "detach"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**os.environ, "LD_PRELOAD": os.environ["CM_UNWRITTEN"], "UNWRITTEN_AT": str(point), "UNWRITTEN_ERROR": "KILL"})
    check("detach, ended at point %d or not at all" % point, victim.returncode in (0, -signal.SIGKILL), victim.returncode)
    return victim.returncode == -signal.SIGKILL


def detach():
    points = sum(detach_at_each_point(mode) for mode in ("wal", "delete"))
    check("it was ended at fifty points and more", points >= 50, points)


def detach_at_each_point(mode):
    path, app = make("detached", mode=mode, rows=300)
    app.db.close()
    whole, fine = answers(path)
    check("it answers", fine, whole)
    files = ("", "-wal", ".callmetrics", ".callmetrics-wal")
    for suffix in files:
        if os.path.exists(path + suffix):
            shutil.copyfile(path + suffix, path + suffix + ".backup")
    seen, point, came = {}, 0, True
    while came:
        for suffix in files + ("-shm", "-journal", ".callmetrics-shm", ".callmetrics-journal"):
            if os.path.exists(path + suffix):
                os.remove(path + suffix)
            if os.path.exists(path + suffix + ".backup"):
                shutil.copyfile(path + suffix + ".backup", path + suffix)
        came = detach_once(path, point)
        got, fine = answers(path)
        told = any(words in " ".join(got) for words in ("being detached", "not attached", "no journal"))
        state = "whole" if got == whole and fine else "told" if told and not any('"total' in one for one in got) else "wrong"
        seen[state] = seen.get(state, 0) + 1
        check("detach ended at point %d: whole or told" % point, state != "wrong", got)
        done = job("detach", path)
        left = [name for name in os.listdir(folder) if name.startswith("detached.db.callmetrics") and not name.endswith(".backup")]
        objects = sqlite3.connect(path).execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'callmetrics%'").fetchone()[0]
        check("detach again ends it", objects == 0 and not left, done.stdout, objects, left)
        point += 1
    print("%s: ended at each of %d points, and run to its end: %r" % (mode, point - 1, seen))
    return point - 1


# The power goes.  What programs wrote was recorded (tests/written.c), and of what was not synced any part may be on the disk, of each file
# another one.

class Written:
    """A file, as the disk holds it for sure, and what was written to it since it was synced."""

    def __init__(self, content=b""):
        self.safe, self.since = bytearray(content), []

    def content(self, rng, how):
        kept = bytearray(self.safe)
        for kind, at, more in self.kept(rng, how):
            if kind == "t":
                del kept[at:]
            kept.extend(bytes(max(0, at + len(more) - len(kept))))
            kept[at:at + len(more)] = more
        return kept

    def kept(self, rng, how):
        if how in ("none", "all"):
            return self.since if how == "all" else []
        if how == "some":
            return [one for one in self.since if rng.random() < 0.7]
        first = self.since[:rng.randrange(len(self.since) + 1)]
        # The last one may be there in part, by sectors.
        return first and first[:-1] + [(first[-1][0], first[-1][1], first[-1][2][:512 * rng.randrange(9)] or first[-1][2])]


class Disk:
    def __init__(self, paths):
        self.names = {path: Written(open(path, "rb").read()) for path in paths}
        self.safe_names, self.renamed = dict(self.names), []

    def write(self, record):
        kind, path, at, content = record
        if kind in "wt":
            self.names[path].since.append((kind, at, content))
        elif kind == "s":
            self.names[path].safe, self.names[path].since = self.names[path].content(None, "all"), []
        elif kind == "f":
            self.safe_names, self.renamed = dict(self.names), []
        else:
            self.names.pop(path, None)
            if kind == "m":
                self.names[path] = Written()
            self.renamed.append((path, self.names.get(path)))

    def image(self, rng, where, how=None):
        """Makes the files that one disk may hold now, beside each other."""
        names = dict(self.safe_names)
        for path, file in self.renamed[:len(self.renamed) if how == "all" else rng.randrange(len(self.renamed) + 1)]:
            names[path] = file
        told = []
        for path, file in sorted((path, file) for path, file in names.items() if file):
            chosen = how or rng.choice(("none", "all", "some", "first"))
            told.append("%s: %s of %d" % (os.path.basename(path), chosen, len(file.since)))
            with open(where(path), "wb") as copy:
                copy.write(file.content(rng, chosen))
        return told


def records(log):
    """What was recorded, each with where it ends."""
    end = 0
    with open(log, "rb") as told:
        while head := told.read(24):
            kind, path_bytes, at, count = struct.unpack("=IIQQ", head)
            path = told.read(path_bytes).decode()
            end += 24 + path_bytes + (count if chr(kind) == "w" else 0)
            yield end, (chr(kind), path, at, told.read(count) if chr(kind) == "w" else b"")


def app_that_writes():
    """The app of `power`, until its input ends."""
    mine = App(connect(os.environ["CM_PATH"]), random.Random(5), "w")
    mine.db.execute("PRAGMA wal_autocheckpoint = 60")
    if os.environ["CM_MODE"] == "wal":
        mine.db.execute("PRAGMA synchronous = NORMAL")
    while not select.select([sys.stdin], [], [], 0.002)[0]:
        mine.write()
    mine.db.close()


def record(path, mode, count, rng, log):
    """An app writes, a follower and others read: where in the records what was told by counters."""
    os.environ.update(LD_PRELOAD=os.environ["CM_WRITTEN"], WRITTEN_OF=path, WRITTEN_TO=log, CM_PATH=path, CM_MODE=mode)
    writer = subprocess.Popen([sys.executable, os.path.abspath(__file__), build, folder, "app_that_writes"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL)
    follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    told = []
    for number in range(count):
        time.sleep(rng.random() * 0.1)
        if number % 3 == 0:
            done = job("follow", "--once", *(["--compare"] if number % 2 else []), path)
            check("power: follow --once meanwhile", done.returncode == 0, done.stdout)
        read = counters(path)
        told.append((os.path.getsize(log), read))
    follower.terminate()
    follower.wait()
    writer.communicate(b"")
    del os.environ["LD_PRELOAD"]
    return told


def cut(number, mode, disk, rng, read):
    """The power went: the app may write again before anybody looks."""
    image = os.path.join(folder, "image.db")
    remove(image)
    told = disk.image(rng, lambda path: image + path.partition("power.db")[2], "all" if read else None)
    what = "%s, power cut %d" % (mode, number)
    again = App(connect(image), random.Random(number), "z")
    for _ in range(number % 3 * 5):
        again.write()
    again.db.close()
    done = job("attach" if number % 3 == 0 else "follow", *([image] if number % 3 == 0 else ["--once", image]))
    found = [name for name in (image, image + ".callmetrics") if sqlite3.connect(name).execute("PRAGMA integrity_check").fetchone()[0] != "ok"]
    found = found or differences(image, number % 10 == 0)
    check(what, done.returncode == 0 and not found, done.stdout, found, told)
    if read:
        check(what + ": no counter fell", not fallen(read, counters(image)), fallen(read, counters(image)))


def power():
    count = int(os.environ.get("CM_CUTS", "40"))
    for mode in ("wal", "delete"):
        rng = random.Random(seed)
        path, app = make("power", mode=mode, rows=400)
        path = os.path.realpath(path)
        app.db.close()
        log = os.path.join(folder, "power.log")
        disk = Disk([path, path + ".callmetrics"])
        told = record(path, mode, 40, rng, log)
        take_in(path, mode + ", no power cut")
        number, synced, journal, least = 0, 0, 0, 2
        some = list(records(log))
        # Where counters were read, and anywhere, most of these near to where something is synced or removed.
        near = [at for at, (_, (kind, _, _, _)) in enumerate(some) if kind in "srf"]
        cuts = sorted({min(len(some) - 1, rng.choice(near) + rng.randrange(-2, 3)) for _ in range(count)})
        for at, (end, one) in enumerate(some):
            synced += one[0] == "s"
            if one[1] == path + "-journal":
                journal = journal + (one[0] == "s") if one[0] != "m" else 0
            elif one[:2] == ("w", path):
                least = min(least, journal)
            while told and told[0][0] < end:
                if len(told) % 4 == 0:
                    cut(number, mode, disk, rng, told[0][1])
                    number += 1
                told.pop(0)
            disk.write(one)
            if at in cuts:
                cut(number, mode, disk, rng, None)
                number += 1
        # What is in a journal is on the disk before it says how much that is, and both before the file is written to; in a log that is
        # nobody's concern.
        check("%s: our writes keep the app's file as safe as its own do" % mode, mode == "wal" or least == 2, least)
        check("%s: the power was cut" % mode, number > count // 2, number)
        print("%s: %d power cuts among %d records, %d of them syncs" % (mode, number, len(some), synced))
        os.remove(log)


# A question that is asked after a commit sees it, whatever others write.

WRITER = """
import select, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
db.execute("PRAGMA synchronous = NORMAL")
i, began = 0, time.monotonic()
while not select.select([sys.stdin], [], [], 0)[0]:
    db.execute("INSERT INTO calls (call_id, call_type, started_at, status) VALUES (?, 'inbound', '2026-02-06T09:00:00', 'active')", ("%s%d" % (sys.argv[2], i),))
    i += 1
    ahead = began + i / float(sys.argv[3]) - time.monotonic()
    if ahead > 0:
        time.sleep(ahead)
"""


class Worker:
    """A program on a FastCGI socket, as nginx asks it: FastCGI specification 1.0."""

    def __init__(self, question, path):
        self.socket = os.path.join(folder, question + ".sock")
        if os.path.exists(self.socket):
            os.remove(self.socket)
        self.process = subprocess.Popen(["spawn-fcgi", "-n", "-s", self.socket, "--", os.path.join(build, "cgi-bin", question)],
                                        env={**os.environ, "CALLMETRICS_DB": path, "CALLMETRICS_NOW": "2026-02-06T10:30:00Z"},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.listens():
            time.sleep(0.02)

    def listens(self):
        with socket.socket(socket.AF_UNIX) as connection:
            return connection.connect_ex(self.socket) == 0

    def ask(self, query):
        """Head and body, and how long that took."""
        def record(kind, content):
            return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content

        pairs = b"".join(struct.pack("!BB", len(name), len(value)) + name + value
                         for name, value in ((b"REQUEST_METHOD", b"GET"), (b"QUERY_STRING", query.encode())))
        request = record(1, struct.pack("!HB5x", 1, 0)) + record(4, pairs) + record(4, b"") + record(5, b"")
        began = time.monotonic()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.socket)
            connection.sendall(request)
            got = b"".join(iter(lambda: connection.recv(65536), b""))
        took = time.monotonic() - began
        said, at = b"", 0
        while at + 8 <= len(got):
            kind, length, padding = got[at + 1], *struct.unpack("!HB", got[at + 4:at + 7])
            said += got[at + 8:at + 8 + length] if kind == 6 else b""
            at += 8 + length + padding
        head, _, body = said.decode().partition("\r\n\r\n")
        return head, body, took

    def cpu(self):
        """Seconds of the processor that it has used."""
        with open("/proc/%d/stat" % self.process.pid) as stat:
            fields = stat.read().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.terminate()
        self.process.wait()


LAST_HOUR = "start_time=2026-02-06T09:30:00Z&end_time=2026-02-06T10:30:00Z"
FRESH = (("health", "", lambda said: said["indicators"]["calls_last_hour"]),
         ("dashboard", LAST_HOUR, lambda said: said["summary"]["total_calls"]))


def milliseconds(times):
    times = sorted(times)
    return "p50 %.1f, p99 %.1f, longest %.1f ms" % tuple(1e3 * times[at] for at in (len(times) // 2, len(times) * 99 // 100, -1))


def fresh_question(path, question, query, figure, count, wait, mine, names):
    """Asks after each commit of its own; the misses, and how many told to be behind."""
    worker = Worker(question, path)
    worker.ask(query)
    misses = behind = 0
    times = []
    cpu = worker.cpu()
    for _ in range(count):
        mine.execute("INSERT INTO calls (call_id, call_type, started_at, status) VALUES (?, 'inbound', '2026-02-06T10:29:00', 'active')",
                     (next(names),))
        committed = mine.execute("SELECT count(*) FROM calls WHERE started_at >= '2026-02-06T09:30:00'").fetchone()[0]
        head, body, took = worker.ask(query)
        times.append(took)
        try:
            got = figure(json.loads(body))
        except (ValueError, KeyError, TypeError):
            got = None
        behind += "X-Callmetrics-Behind" in head
        if got != committed:
            misses += 1
            if misses < 4:
                print("    %r of %d\n    %s" % (got, committed, head.replace("\n", "\n    ")))
        time.sleep(wait)
    cpu = worker.cpu() - cpu
    worker.end()
    print("  %-9s %4d asked, %d misses, %d told to be behind; %s; %.2f ms of the processor each" %
          (question, count, misses, behind, milliseconds(times), cpu / count * 1e3))
    return misses, behind


def fresh_under(followed, rate, count):
    path, _ = make("fresh")
    mine = connect(path)
    mine.execute("PRAGMA synchronous = NORMAL")
    names = ("mine%d" % number for number in itertools.count())
    follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) if followed else None
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, name, str(rate)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
               for name in ("x", "y")] if rate else []
    time.sleep(0.5)
    began = time.monotonic()
    before = mine.execute("SELECT max(rowid) FROM calls").fetchone()[0]
    found = [fresh_question(path, question, query, figure, count // len(FRESH), float(os.environ.get("CM_WAIT", "0.01")), mine, names)
             for question, query, figure in FRESH]
    written = mine.execute("SELECT max(rowid) FROM calls").fetchone()[0] - before - count
    print("%s, %.0f writes a second by others" % ("beside a follower" if followed else "no follower", written / (time.monotonic() - began)))
    for writer in writers:
        writer.communicate("")
    if follower:
        follower.terminate()
        follower.wait()
    take_in(path, "fresh")
    check("every question saw what was committed before", not any(misses for misses, _ in found), found)
    check("none had to say that it is behind", not any(behind for _, behind in found), found)


def fresh():
    count = int(os.environ.get("CM_QUESTIONS", "200"))
    rate = float(os.environ.get("CM_RATE", "1000"))
    fresh_under(False, 0, count)
    for followed in (False, True):
        fresh_under(followed, rate, count)


# Who cannot take in what was written, since somebody else holds our database for long, answers and says how far it is.

def held():
    path, app = make("held")
    ask("health", path)
    before = app.db.execute("SELECT coalesce(max(journal_id), 0) FROM callmetrics_journal").fetchone()[0]
    for _ in range(20):
        app.write()
    own = sqlite3.connect(path + ".callmetrics", isolation_level=None, check_same_thread=False)
    own.execute("BEGIN IMMEDIATE")
    head, body = ask("health", path)
    last = app.db.execute("SELECT max(journal_id) FROM callmetrics_journal").fetchone()[0]
    check("held for long: answered", "Status: 200" in head and "indicators" in body, head, body)
    check("held for long: and says how far it is", "X-Callmetrics-Behind: %d" % (last - before) in head, head)
    later = threading.Timer(0.3, own.execute, ("ROLLBACK",))
    later.start()
    head, _ = ask("health", path)
    later.join()
    check("held for less: it waits", "Status: 200" in head and "Behind" not in head, head)
    own.close()
    take_in(path, "held")


# A journal that was left alone for long.

MANY = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {rows} / 5 - 1)
INSERT INTO calls (call_id, call_type, caller_number, callee_number, started_at, ended_at, duration_seconds, status, has_audio,
    has_transcript, metadata)
SELECT printf('call-%08d', i), 'inbound', '+4930123', '+4930456', strftime('%Y-%m-%dT%H:%M:%S', '2026-02-06 09:00:00', printf('%d seconds', i - {rows} / 5)),
    strftime('%Y-%m-%dT%H:%M:%S', '2026-02-06 09:05:00', printf('%d seconds', i - {rows} / 5)), i * 7907 % 600000 / 1e3,
    CASE WHEN i % 17 = 0 THEN 'failed' ELSE 'completed' END, 0, 0,
    printf('{{"tenant_id":"tenant-%d","agent":"agent-%d","provider":"provider-%d"}}', i % 23, i % 7, i % 3) FROM n;
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {rows} / 5 * 4 - 1)
INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp)
SELECT printf('call-%08d', i / 4), CASE i % 4 WHEN 0 THEN 'stt' WHEN 1 THEN 'llm' ELSE 'speech_end_to_first_audio' END,
    200 + i * 7907 % 1500000 / 1e3, strftime('%Y-%m-%dT%H:%M:%S', '2026-02-06 09:00:00', printf('%d seconds', i / 4 - {rows} / 5)) FROM n;
"""


def backlog():
    rows = int(os.environ.get("CM_ROWS", "50000")) // 5 * 5
    path, app = make("backlog", rows=0)
    # Spread over the transactions of an app, as far as the journal is concerned, which has a row for each.
    app.db.executescript("BEGIN;" + MANY.format(rows=rows) + "COMMIT;")
    follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    began = time.monotonic()
    told, took, refused = [], [], 0
    while not told or told[-1]:
        asked = time.monotonic()
        head, _ = ask("health", path)
        took.append(time.monotonic() - asked)
        behind = [line for line in head.splitlines() if line.startswith("X-Callmetrics-Behind")]
        told.append(int(behind[0].split()[1]) if behind else 0)
        refused += "Status: 200" not in head
        time.sleep(0.1)
    wall = time.monotonic() - began
    with open("/proc/%d/stat" % follower.pid) as stat:
        fields = stat.read().rpartition(") ")[2].split()
    follower.terminate()
    follower.wait()
    print("%d rows taken in within %.1f s, the follower %.1f s of the processor; %d questions meanwhile, the longest %.0f ms; behind %r" %
          (rows, wall, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), len(told), max(took) * 1e3, told[::len(told) // 8 + 1]))
    check("backlog: questions are answered meanwhile", refused == 0, refused)
    check("backlog: and tell how far they are", len(told) > 1 and told == sorted(told, reverse=True), told)
    take_in(path, "backlog", law=False)


# The app's writes that fail, by the journal mode of its file, without patience.

def commits(log, path):
    """How often those that were recorded committed to a write-ahead log: by the frames that end a transaction."""
    return sum(kind == "w" and name == path + "-wal" and len(content) == 24 and content[4:8] != bytes(4)
               for _, (kind, name, _, content) in records(log))


def ask_until(path, stop):
    while not stop.is_set():
        ask("health", path)


def write_beside(path, name, patience, seconds, ask_too):
    """An app writes, and where a write fails does it again until it is done: how many were to wait, how often, of how many."""
    app = App(connect(path, patience), random.Random(9), name)
    stop = threading.Event()
    asking = threading.Thread(target=ask_until, args=(path, stop), daemon=True)
    # Its file is in use before others look at it, so none of them has to recover it.
    app.db.execute("SELECT count(*) FROM calls").fetchone()
    if ask_too:
        asking.start()
    waited = failed = writes = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        writes += 1
        state, serial, tries = app.rng.getstate(), app.serial, 0
        while True:
            try:
                app.write()
                break
            except sqlite3.OperationalError as problem:
                if "locked" not in str(problem):
                    raise
                tries += 1
                app.rng.setstate(state)
                app.serial = serial
                time.sleep(0.001)
        waited += tries > 0
        failed += tries
        time.sleep(0.001)
    stop.set()
    if ask_too:
        asking.join()
    app.db.close()
    return waited, failed, writes


def modes():
    seconds = float(os.environ.get("CM_SECONDS", "2"))
    log = os.path.join(folder, "modes.log")
    for mode in ("wal", "delete"):
        for patience in (0, 1):
            what = "%s, busy_timeout %d s" % (mode, patience)
            path, app = make("modes", mode=mode)
            path = os.path.realpath(path)
            app.db.close()
            # Nothing of ours runs.  Who asks, and who takes in, but what they note in the app's own file, only reads.
            alone = write_beside(path, "alone", patience, seconds, False)
            asked = write_beside(path, "asked", patience, seconds, True)
            follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "LD_PRELOAD": os.environ["CM_WRITTEN"], "WRITTEN_OF": path, "WRITTEN_TO": log})
            followed = write_beside(path, "followed", patience, seconds, True)
            follower.terminate()
            follower.wait()
            take_in(path, what)
            ours = commits(log, path)
            os.remove(log)
            print("%s: of %%d writes %%d had to wait alone, of %%d %%d beside questions, of %%d %%d beside a follower (%%d tries), which wrote %%d times" % what
                  % (alone[2], alone[0], asked[2], asked[0], followed[2], followed[0], followed[1], ours))
            check(what + ": no write fails for the triggers", alone[0] == 0, alone)
            if patience:
                check(what + ": no write fails for us", asked[0] + followed[0] == 0, asked, followed)
            elif mode == "wal":
                # An app that does not wait at all meets only who writes to its file: the shortening of the journal, which ends with a try
                # that may find nothing.
                check(what + ": no write fails for questions", asked[0] == 0, asked)
                check(what + ": no write fails but for what we write", followed[0] <= 2 * ours + 1, followed, ours)
            # With a rollback journal, where who writes waits for who reads, it meets our reads as well, and how often only the machine
            # says, which may stop us in the midst of one: attach tells so, and what is tried again is done.


for part in sys.argv[3:]:
    began = time.monotonic()
    globals()[part]()
    print("%s: %.1f s" % (part, time.monotonic() - began))
sys.exit(1 if wrong else 0)
