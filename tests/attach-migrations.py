"""
attach-migrations: what migration tools do to a voice app's tables while they are followed.

	attach-migrations.py BUILD URL autogenerate    of a database on PostgreSQL
	attach-migrations.py BUILD FOLDER TOOL ...     TOOL: alembic, django, sqlite-utils, knex (with NODE_PATH, where its packages are)

Each tool rebuilds each of the three tables as it does it itself (a new table, a copy, the old one dropped, which takes our triggers along,
and a rename), and meanwhile rows go and come that nobody sees.  Health must tell at the next question, `follow` and attach must mend it,
and our facts must be what the rows give, without ghosts.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys

build, folder = sys.argv[1], sys.argv[2]
here = os.path.dirname(os.path.abspath(__file__))
wrong = []
TABLES = ("calls", "transcripts", "latency_events")
CHANGED = {"calls": "callee_number", "transcripts": "speaker", "latency_events": "metadata"}


def check(what, good, *more):
    if not good:
        wrong.append(what)
        print("FAILED: %s: %s" % (what, " ".join(str(one)[:800] for one in more)))


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def job(name, *arguments):
    return run([os.path.join(build, "jobs", name)] + list(arguments))


def health(path):
    said = subprocess.run([os.path.join(build, "cgi-bin", "health")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env={**os.environ, "REQUEST_METHOD": "GET", "QUERY_STRING": "", "CALLMETRICS_DB": path,
                               "CALLMETRICS_NOW": "2026-02-06T10:30:00Z"}).stdout
    return json.loads(said.partition("\n\n")[2]).get("warnings")


def facts(path):
    own = sqlite3.connect(path + ".callmetrics")
    found = (own.execute("SELECT call_id FROM cm_call WHERE status IS NOT NULL ORDER BY 1").fetchall(),
             own.execute("SELECT call_id, cm_latency.duration_us FROM cm_latency JOIN cm_call USING (call_no) ORDER BY 1, 2").fetchall(),
             own.execute("SELECT call_id, content FROM cm_transcript JOIN cm_call USING (call_no) ORDER BY 1, 2").fetchall())
    own.close()
    return found


def rows(path):
    app = sqlite3.connect(path)
    found = (app.execute("SELECT call_id FROM calls ORDER BY 1").fetchall(),
             app.execute("SELECT call_id, CAST(duration_ms * 1000 AS INTEGER) FROM latency_events ORDER BY 1, 2").fetchall(),
             app.execute("SELECT call_id, content FROM transcripts ORDER BY 1, 2").fetchall())
    app.close()
    return found


def make(path):
    for suffix in ("", "-wal", "-shm", "-journal"):
        for name in (path + suffix, path + ".callmetrics" + suffix):
            if os.path.exists(name):
                os.remove(name)
    db = sqlite3.connect(path)
    db.executescript(open(os.path.join(here, "data", "app-schema.sql")).read())
    for i in range(30):
        add(db, i)
    db.commit()
    db.close()
    attached = job("attach", path)
    check("attach", attached.returncode == 0, attached.stdout)


def add(db, i):
    at = "2026-02-06T10:%02d:00" % (i % 60)
    db.execute("INSERT INTO calls (call_id, call_type, started_at, status) VALUES (?, 'inbound', ?, 'completed')", ("c%d" % i, at))
    db.execute("INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp) VALUES (?, 'llm_ttft', ?, ?)", ("c%d" % i, i + 1, at))
    db.execute("INSERT INTO transcripts (call_id, timestamp, speaker, content, event_type) VALUES (?, ?, 'user', ?, 'x')", ("c%d" % i, at, "line %d" % i))


def unseen(path):
    """Rows that come, change and go between the migration and its being noticed."""
    db = sqlite3.connect(path)
    for i in range(5):
        db.execute("DELETE FROM latency_events WHERE call_id = ?", ("c%d" % i,))
        db.execute("DELETE FROM transcripts WHERE call_id = ?", ("c%d" % i,))
        db.execute("DELETE FROM calls WHERE call_id = ?", ("c%d" % i,))
    db.execute("UPDATE latency_events SET duration_ms = duration_ms + 500 WHERE call_id = 'c7'")
    db.execute("UPDATE transcripts SET content = 'another line' WHERE call_id = 'c8'")
    for i in range(40, 45):
        add(db, i)
    db.commit()
    db.close()


# The tools.

def alembic(path, table):
    import sqlalchemy
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    engine = sqlalchemy.create_engine("sqlite:///" + path)
    with engine.begin() as connection:
        with Operations(MigrationContext.configure(connection)).batch_alter_table(table, recreate="always") as batch:
            batch.alter_column(CHANGED[table], existing_type=sqlalchemy.Text(), type_=sqlalchemy.String(99))
    engine.dispose()


DJANGO = """
import sys
import django
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}}, INSTALLED_APPS=[], USE_TZ=False)
django.setup()
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

columns = {
    "calls": [("call_id", models.TextField(primary_key=True)), ("call_type", models.TextField()), ("caller_number", models.TextField(null=True)),
              ("callee_number", models.TextField(null=True)), ("started_at", models.TextField()), ("ended_at", models.TextField(null=True)),
              ("duration_seconds", models.FloatField(null=True)), ("status", models.TextField()), ("recording_path", models.TextField(null=True)),
              ("transcript_path", models.TextField(null=True)), ("has_audio", models.BooleanField(null=True)),
              ("has_transcript", models.BooleanField(null=True)), ("metadata", models.TextField(null=True))],
    "transcripts": [("id", models.AutoField(primary_key=True)), ("call_id", models.TextField()), ("timestamp", models.TextField()),
                    ("speaker", models.TextField()), ("content", models.TextField()), ("event_type", models.TextField()),
                    ("metadata", models.TextField(null=True))],
    "latency_events": [("id", models.AutoField(primary_key=True)), ("call_id", models.TextField()), ("event_type", models.TextField()),
                       ("duration_ms", models.FloatField()), ("timestamp", models.TextField()), ("metadata", models.TextField(null=True))],
}
table, column = sys.argv[2:4]
class There(migrations.CreateModel):
    def database_forwards(self, *arguments):
        pass
state = ProjectState()
There("It", columns[table], {"db_table": table}).state_forwards("app", state)
alter = migrations.AlterField("It", column, models.CharField(max_length=99, null=True))
after = state.clone()
alter.state_forwards("app", after)
with connection.schema_editor() as editor:
    alter.database_forwards("app", editor, state, after)
"""


def django(path, table):
    done = run([sys.executable, "-c", DJANGO, path, table, CHANGED[table]])
    check("django, %s" % table, done.returncode == 0, done.stdout)


def sqlite_utils(path, table):
    done = run(["sqlite-utils", "transform", path, table, "--type", "metadata", "text"])
    check("sqlite-utils, %s" % table, done.returncode == 0, done.stdout)


KNEX = """
const knex = require('knex')({client: 'sqlite3', connection: {filename: process.argv[1]}, useNullAsDefault: true});
const [table, column] = process.argv.slice(2);
knex.schema.alterTable(table, t => { t.string(column, 99).nullable().alter(); })
	.then(() => knex.destroy(), problem => { console.error(String(problem)); process.exit(1); });
"""


def knex(path, table):
    done = run(["node", "-e", KNEX, path, table, CHANGED[table]])
    check("knex, %s" % table, done.returncode == 0, done.stdout)


def autogenerate(url):
    """What Alembic would change in the app's schema, given a model of the app's tables: nothing, and after it went through all is followed."""
    import psycopg2
    import sqlalchemy
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    engine = sqlalchemy.create_engine("postgresql://", creator=lambda: psycopg2.connect(url))
    model = sqlalchemy.MetaData()
    with engine.begin() as connection:
        for table in TABLES:
            sqlalchemy.Table(table, model, autoload_with=connection)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, model)
        check("alembic finds nothing to change", found == [], found)
        connection.execute(sqlalchemy.text("ALTER TABLE calls ALTER callee_number TYPE varchar(99)"))
        found = compare_metadata(context, model)
        check("alembic finds what was changed", "modify_type" in str(found) and "cm_" not in str(found), found)
    engine.dispose()
    check("health is content", not any("table" in one for one in health(url)), health(url))


def migrate(tool, table, mend):
    what = "%s, %s, mended by %s" % (tool, table, mend)
    path = os.path.join(folder, "migrated.db")
    make(path)
    health(path)
    {"alembic": alembic, "django": django, "sqlite-utils": sqlite_utils, "knex": knex}[tool](path, table)
    check(what + ": the table is there", rows(path)[0] and rows(path)[1] and rows(path)[2], rows(path))
    unseen(path)
    told = health(path)
    check(what + ": health tells by name", any("table %s " % table in one for one in told), told)
    done = job("follow", "--once", path) if mend == "follow" else job("attach", path)
    check(what, done.returncode == 0, done.stdout)
    check(what + ": facts are what the rows give", facts(path) == rows(path), facts(path), rows(path))
    check(what + ": health is content", not any("table" in one for one in health(path)), health(path))
    db = sqlite3.connect(path)
    add(db, 90)
    db.execute("DELETE FROM latency_events WHERE call_id = 'c20'")
    db.commit()
    db.close()
    health(path)
    check(what + ": and follows on", facts(path) == rows(path), facts(path), rows(path))


if sys.argv[3:] == ["autogenerate"]:
    autogenerate(folder)
    sys.exit(1 if wrong else 0)
for tool in sys.argv[3:]:
    for number, table in enumerate(TABLES):
        migrate(tool, table, "follow" if number % 2 == 0 else "attach")
    print("%s: three tables" % tool)
sys.exit(1 if wrong else 0)
