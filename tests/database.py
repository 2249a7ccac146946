"""
database: a call database for tests in Python, a SQLite file or a PostgreSQL URL; one place for what differs.

	connection = database.connect(path_or_url)
	connection.execute("SELECT call_id FROM cm_call WHERE started_us > ?", (0,)).fetchall()

Every statement is a transaction of its own unless the text says BEGIN.  On PostgreSQL whole numbers come back as int, whatever
type they have there, and booleans as 0 and 1; a statement that fails within a transaction leaves the transaction as it was.

	database.py copy SQLITE-FILE URL     the rows of the voice app's tables, into such tables that are empty
"""

import io
import sqlite3
import sys

TABLES = ("calls", "transcripts", "latency_events")

try:
    import psycopg2
    import psycopg2.extensions
    Error = (sqlite3.Error, psycopg2.Error)
except ImportError:
    psycopg2 = None
    Error = (sqlite3.Error,)


def is_postgres(path):
    return path.startswith(("postgresql://", "postgres://"))


class Postgres:
    """What a connection of sqlite3 has, as far as tests use it."""

    def __init__(self, url, path="public,callmetrics"):
        self.connection = psycopg2.connect(url, options="-c search_path=" + path)
        self.connection.autocommit = True
        whole = psycopg2.extensions.new_type((1700,), "WHOLE", number_of)
        flag = psycopg2.extensions.new_type((16,), "FLAG", lambda text, _: None if text is None else int(text == "t"))
        for kind in (whole, flag):
            psycopg2.extensions.register_type(kind, self.connection)

    @property
    def in_transaction(self):
        return self.connection.info.transaction_status != psycopg2.extensions.TRANSACTION_STATUS_IDLE

    def execute(self, text, values=()):
        cursor = self.connection.cursor()
        saved = self.in_transaction and text.split(None, 1)[0].upper() not in ("COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
        if saved:
            cursor.execute("SAVEPOINT before_statement")
        try:
            # Without values nothing is replaced, so that a % or ? in a text stays.
            cursor.execute(text.replace("%", "%%").replace("?", "%s"), values) if values else cursor.execute(text)
        except psycopg2.Error:
            if saved:
                self.connection.cursor().execute("ROLLBACK TO before_statement")
            raise
        if saved:
            self.connection.cursor().execute("RELEASE before_statement")
        return Rows(cursor)

    def executescript(self, text):
        self.connection.cursor().execute(text)

    def close(self):
        self.connection.close()


class Rows:
    """A cursor of psycopg2 that can be read where there is nothing to read."""

    def __init__(self, cursor):
        self.cursor, self.rowcount, self.lastrowid = cursor, cursor.rowcount, None

    def __iter__(self):
        return iter(self.fetchall())

    def fetchall(self):
        return self.cursor.fetchall() if self.cursor.description else []

    def fetchone(self):
        return self.cursor.fetchone() if self.cursor.description else None


def number_of(text, _):
    if text is None:
        return None
    return int(text) if text.lstrip("-").isdigit() else float(text)


def connect(path, timeout=5):
    """A connection to a file or a URL that finds the app's tables and ours; ":memory:" is a database of SQLite that nobody else sees."""
    if is_postgres(path):
        return Postgres(path)
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)


def connect_app(path, timeout=5):
    """The same as the app has it."""
    return Postgres(path, "public") if is_postgres(path) else connect(path, timeout)


def read_only(path):
    """The same for one who only reads."""
    if is_postgres(path):
        return Postgres(path)
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def sibling(url, name):
    """The URL of another database of the same server."""
    return url.rsplit("/", 1)[0] + "/" + name


def make(url, name, template="template0"):
    """A database of that name beside another, new, with what the template has; its URL."""
    server = Postgres(url)
    drop(server, name)
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    server.close()
    return sibling(url, name)


def drop(server, name):
    server.execute(f"DROP DATABASE IF EXISTS {name}")


def ours(connection):
    """The names of everything of ours that is in a database."""
    if isinstance(connection, Postgres):
        return [row[0] for row in connection.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'cm!_%' ESCAPE '!' UNION ALL "
            "SELECT proname FROM pg_proc WHERE proname LIKE 'cm!_%' ESCAPE '!' UNION ALL "
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'cm!_%' ESCAPE '!' UNION ALL "
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cm!_%' ESCAPE '!' OR nspname = 'callmetrics' ORDER BY 1")]
    return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'cm!_%' ESCAPE '!'")]


def failure(error):
    """What an application sees of an error: its kind and its words."""
    if isinstance(error, sqlite3.Error):
        return type(error).__name__, str(error)
    return error.pgcode, str(error).split("\n", 1)[0]


# Copying.

def field(value):
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, float):
        return repr(value)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy(path, url):
    source, target = sqlite3.connect(path), psycopg2.connect(url)
    with target.cursor() as cursor:
        for table in TABLES:
            rows = source.execute(f"SELECT * FROM {table} ORDER BY rowid")
            names = ", ".join(column[0] for column in rows.description)
            text = "".join("\t".join(map(field, row)) + "\n" for row in rows)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO(text))
            if table != "calls":
                cursor.execute(f"SELECT setval('{table}_id_seq', max(id)) FROM {table} HAVING max(id) > 0")
    target.commit()
    target.close()


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "copy":
        sys.exit(__doc__)
    copy(*sys.argv[2:])
