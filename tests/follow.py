"""
follow: what happens to a voice app's file while it is followed.

	follow.py BUILD FOLDER restore | vacuum | dropped | renamed | kill | power | fresh | held | backlog | modes ...

Each part makes a database of its own, lets an app write to it, does what its name says, and compares our facts with what Python makes of
the app's rows.  Prints what is wrong, and what it measured; the exit status tells whether all was right.
"""

import itertools
import json
import os
import random
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
    path, app = make("restored")
    for _ in range(40):
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
    take_in(path, "ours restored, of a journal that was shortened since")
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


# The power goes: files as they are at one moment, each for itself.

def power():
    count = int(os.environ.get("CM_CUTS", "40"))
    rng = random.Random(seed)
    path, app = make("power", mode=os.environ.get("CM_MODE", "wal"), rows=400)
    stop = threading.Event()

    def write():
        mine = App(connect(path), random.Random(5), "w")
        mine.db.execute("PRAGMA synchronous = NORMAL")
        while not stop.is_set():
            mine.write()
            time.sleep(0.002)
        mine.db.close()

    follower = subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    image = os.path.join(folder, "image.db")
    lost = 0
    for number in range(count):
        time.sleep(rng.random() * 0.05)
        read = counters(path)
        remove(image)
        # The app's files first or ours: either may be the older.
        names = ["", "-wal", ".callmetrics", ".callmetrics-wal"]
        for suffix in names if number % 2 else names[2:] + names[:2]:
            if os.path.exists(path + suffix):
                shutil.copyfile(path + suffix, image + suffix)
        try:
            sound = sqlite3.connect(image).execute("PRAGMA quick_check").fetchone()[0] == "ok"
            sound = sound and sqlite3.connect(image + ".callmetrics").execute("PRAGMA quick_check").fetchone()[0] == "ok"
        except sqlite3.Error:
            sound = False
        if not sound:
            lost += 1       # a copy that no disk would give: a checkpoint ran between two reads
            continue
        done = job("attach" if number % 3 == 0 else "follow", *([image] if number % 3 == 0 else ["--once", image]))
        found = differences(image, number % 10 == 0)
        check("power cut %d" % number, done.returncode == 0 and not found, done.stdout, found)
        check("power cut %d: no counter fell" % number, not fallen(read, counters(image)), fallen(read, counters(image)))
    stop.set()
    writer.join()
    follower.terminate()
    follower.wait()
    take_in(path, "no power cut")
    print("%d images, %d of them no moment of a disk" % (count, lost))


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

def modes():
    seconds = float(os.environ.get("CM_SECONDS", "2"))
    for mode in ("wal", "delete"):
        for patience in (0, 1):
            failed = {}
            for followed in (False, True):
                path, app = make("modes", mode=mode)
                if not followed:
                    job("detach", path)
                    workers = []
                else:
                    workers = [subprocess.Popen([os.path.join(build, "jobs", "follow"), path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
                db = connect(path, patience)
                writes = fails = 0
                until = time.monotonic() + seconds
                mine = App(db, random.Random(9), "m")
                while time.monotonic() < until:
                    writes += 1
                    try:
                        mine.write()
                    except sqlite3.OperationalError as problem:
                        fails += "locked" in str(problem)
                    if followed and writes % 20 == 0:
                        ask("health", path)
                    time.sleep(0.001)
                failed[followed] = (fails, writes)
                for worker in workers:
                    worker.terminate()
                    worker.wait()
                db.close()
                if followed:
                    take_in(path, "%s, patience %d s" % (mode, patience))
            print("%s, busy_timeout %d s: %d of %d writes failed alone, %d of %d followed" % ((mode, patience) + failed[False] + failed[True]))
            # An app that does not wait at all may meet our trim; of a file with a rollback journal, where who writes waits for who reads, our
            # reads as well: attach tells so.
            most = failed[False][0] + (0 if patience else writes // 50 + 1 if mode == "wal" else writes // 5)
            check("%s, busy_timeout %d s: no write fails for us" % (mode, patience), failed[True][0] <= most)


for part in sys.argv[3:]:
    began = time.monotonic()
    globals()[part]()
    print("%s: %.1f s" % (part, time.monotonic() - began))
sys.exit(1 if wrong else 0)
