"""
ledger: senders that keep a ledger of what they sent, troubles that befall the server meanwhile, and the comparison at the end.

	ledger.py run --port N --keys FILE --site DIR --db FILE (--fill DIR | --flag FILE) --seconds S --ledger OUT
	ledger.py run --port N [--port M] --keys FILE [--site DIR] --db URL --server COMMAND --seconds S --ledger OUT
	ledger.py check --db FILE|URL --ledger FILE

`run` sends from eight threads and makes trouble from others: it kills -9 what the site's file `children` names and their children,
fills a disk, holds the write lock, and throws answers away.  Where the database is on a server, that is ended instead, in order and
as in a crash, and started again: by COMMAND stop, COMMAND crash and COMMAND start.  Senders send the same events with the same ids until they are answered
2xx.  It writes the ledger, JSON: what was answered, and the facts that must follow.  `check` prints a line for each difference
between those facts and the database, and nothing where there is none.
"""
import argparse
import collections
import gzip
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import database

SENDERS = 8
BASE_S = 1770373800 - 7200	# two hours before the clock of the tests
BUSY_TIMEOUT_S = 5
PACE = max(1.0, int(os.environ.get("CM_PACE", 100)) / 100)	# limits of time are longer on a slow machine
PATIENCE_S = 60 * PACE		# how long after the last trouble a sender may need


class Facts:
	"""What a sender's events must have become, each once."""

	def __init__(self):
		self.kinds = collections.defaultdict(collections.Counter)

	def add(self, kind, *fact):
		self.kinds[kind][fact] += 1


def iso(us):
	seconds, rest = divmod(us, 1000000)
	return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%06dZ" % rest


class Caller:
	"""Makes the events of one call after the other, with all that follows from them."""

	def __init__(self, number, tenant, bound, facts):
		self.number, self.tenant, self.bound, self.facts = number, tenant, bound, facts
		self.random = random.Random(number)
		self.calls = self.events = 0

	def event(self, kind, call, at, **data):
		self.events += 1
		event = {"event_id": "s%d-e%d" % (self.number, self.events), "event_type": kind, "call_id": call, "timestamp": iso(at),
			"data": data}
		if self.tenant and not self.bound:
			event["tenant_id"] = self.tenant
		self.facts.add("event")
		return event

	def turn(self, call, n, at):
		add, turn = self.facts.add, "t%d" % n
		ms = self.random.randrange(1, 4000)
		kind = self.random.randrange(7)
		if kind == 0:
			yield self.event("user_speech_ended", call, at, turn_id=turn)
			yield self.event("agent_speech_started", call, at + ms * 1000, turn_id=turn)
			add("latency", call, turn, "turn_e2e", at + ms * 1000, ms * 1000, self.tenant)
		elif kind == 1:
			yield self.event("stt_transcript_final", call, at, turn_id=turn, latency_ms=ms, duration_seconds=ms / 8,
				provider="nobody", cost_usd=ms / 1000000)
			add("latency", call, turn, "stt", at, ms * 1000, self.tenant)
			add("cost", call, turn, self.tenant, "stt", "seconds", ms * 125000, ms * 1000, at)
		elif kind == 2:
			yield self.event("llm_first_token", call, at, turn_id=turn, ttft_ms=ms, model="m")
			add("latency", call, turn, "llm_ttft", at, ms * 1000, self.tenant)
			yield self.event("llm_completion", call, at, turn_id=turn, prompt_tokens=ms, completion_tokens=7, provider="nobody")
			add("cost", call, turn, self.tenant, "llm", "input_tokens", ms * 1000000, None, at)
			add("cost", call, turn, self.tenant, "llm", "output_tokens", 7000000, None, at)
		elif kind == 3:
			yield self.event("tts_first_byte", call, at, turn_id=turn, ttfb_ms=ms)
			add("latency", call, turn, "tts_ttfb", at, ms * 1000, self.tenant)
			yield self.event("tts_synthesis_complete", call, at, turn_id=turn, character_count=ms, provider="nobody")
			add("cost", call, turn, self.tenant, "tts", "characters", ms * 1000000, None, at)
		elif kind == 4:
			event = self.event("user_spoke", call, at, turn_id=turn)
			event["data"]["text"] = event["event_id"]
			add("line", call, at, "user", event["event_id"])
			yield event
		elif kind == 5:
			event = self.event("objective_captured", call, at, turn_id=turn, value=ms)
			add("kept", self.tenant, call, event["event_id"], at)
			yield event
			event = self.event("worker_health", call, at, status="healthy")
			event["data"]["worker_id"] = event["event_id"]
			add("health", self.tenant, "worker", event["event_id"], at)
			yield event
		else:
			yield self.event("turn_latency", call, at, turn_id=turn, latency_ms=ms)
			add("latency", call, turn, "turn_e2e", at, ms * 1000, self.tenant)

	def call(self):
		self.calls += 1
		call = "s%d-c%d" % (self.number, self.calls)
		start = (BASE_S + self.number * 300 + self.calls * 7) * 1000000 + self.random.randrange(1000000)
		length = self.random.randrange(30, 600) * 1000000
		ends = self.random.randrange(5) > 0
		events = [self.event("call_started", call, start, direction="outbound", agent="a%d" % (self.calls % 3))]
		for n in range(self.random.randrange(4, 40)):
			events.extend(self.turn(call, n, start + n * 10000000))
		if ends:
			events.append(self.event("call_ended", call, start + length))
		self.facts.add("call", call, start, start + length if ends else None, length if ends else None,
			"completed" if ends else "active", "outbound", "a%d" % (self.calls % 3), self.tenant)
		# In no order: what follows from them is the same.
		self.random.shuffle(events)
		return events




class Sender(threading.Thread):
	def __init__(self, number, run):
		super().__init__(name="sender-%d" % number)
		self.run_ = run
		key, tenant = run.keys[number % len(run.keys)]
		self.key, self.facts = key, Facts()
		self.port = run.port[number % len(run.port)]
		self.random = random.Random(1000 + number)
		if tenant == "-":
			self.caller = Caller(number, ("", "west", "east")[number % 3 if number % 2 else 0], False, self.facts)
		else:
			self.caller = Caller(number, tenant, True, self.facts)
		self.counts = collections.Counter()
		self.wrong = []
		self.connection = None

	def batches(self):
		"""Batches of 1 to 150 events, across calls."""
		pool = []
		while time.monotonic() < self.run_.until:
			size = self.random.choice((1, 1, 1, 5, 12, 20, 40, 100, 150))
			while len(pool) < size:
				pool.extend(self.caller.call())
			yield pool[:size]
			del pool[:size]
			time.sleep(self.random.uniform(0.02, 0.14))
		while pool:
			yield pool[:100]
			del pool[:100]

	def pad(self, batch):
		"""More than a megabyte: what nginx keeps in a file."""
		self.counts["padded"] += 1
		for event in batch:
			# What is kept as it came would fill the disk for good.
			if event["event_type"] != "objective_captured":
				event["data"]["note"] = "x" * min(200000, 7000000 // len(batch))

	def pack(self, batch):
		if len(batch) > 5 and self.random.randrange(30) == 0:
			self.pad(batch)
		headers = {"Authorization": "Bearer " + self.key, "Content-Type": "application/json"}
		if len(batch) == 1:
			form = "single"
			body = json.dumps(batch[0])
		elif self.random.randrange(2):
			form = "array"
			body = json.dumps(batch)
		else:
			form = "lines"
			headers["Content-Type"] = "application/x-ndjson"
			body = "".join(json.dumps(event) + "\n" for event in batch)
		body = body.encode()
		if self.random.randrange(4) == 0:
			self.counts["gzip"] += 1
			headers["Content-Encoding"] = "gzip"
			body = gzip.compress(body, 1)
		self.counts[form] += 1
		return body, headers

	def hang_up(self):
		if self.connection is not None:
			self.connection.close()
		self.connection = None

	def post(self, body, headers, throw_away):
		"""The answer: its status, header and document; a status of 0 where none came."""
		try:
			if self.connection is None:
				self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=45 * PACE)
			self.connection.request("POST", "/events", body, headers)
			if throw_away:
				# The server may or may not get to store it: nobody will know but by asking again.
				time.sleep(self.random.choice((0, 0.002, 0.05)))
				self.hang_up()
				return 0, None, None
			answer = self.connection.getresponse()
			text = answer.read()
			if answer.getheader("Connection") == "close":
				self.hang_up()
			return answer.status, answer.headers, json.loads(text)
		except (OSError, http.client.HTTPException, ValueError):
			self.hang_up()
			return 0, None, None

	def complain(self, *what):
		if len(self.wrong) < 5:
			self.wrong.append(" ".join(str(part) for part in what))

	def judge(self, status, headers, document, size, sent_before):
		self.counts["status %d" % status] += 1
		if status == 200:
			taken = document["accepted"] + document["duplicates"]
			if document["rejected"] or taken != size or (document["duplicates"] and not sent_before):
				self.complain("a batch of", size, "was answered", json.dumps(document)[:300])
			if document["duplicates"]:
				self.counts["answered as sent before"] += 1
			return True
		if status == 503:
			detail = document.get("detail", "")
			for word in ("locked", "full"):
				self.counts["503 for it is " + word] += word in detail
			if "locked" in detail:
				self.run_.told_of_lock.set()
			self.counts["503 with Retry-After"] += (headers.get("Retry-After") or "").isdigit()
		elif status not in (0, 502, 504):
			self.complain("status", status, json.dumps(document)[:300])
			return True
		return False

	def deliver(self, batch):
		body, headers = self.pack(batch)
		tries = 0
		while True:
			throw_away = not self.run_.hush.is_set() and time.monotonic() < self.run_.until and self.random.randrange(40) == 0
			self.counts["thrown away"] += throw_away
			answer = self.post(body, headers, throw_away)
			tries += 1
			if self.judge(*answer, len(batch), tries > 1):
				break
			if time.monotonic() > self.run_.until + PATIENCE_S:
				self.complain("a batch of", len(batch), "was never taken; the last answer was", answer[0])
				return
			time.sleep(self.random.uniform(0.02, 0.3))
		self.counts["answered events"] += len(batch)
		self.counts["batches tried again"] += tries > 1
		# Once in a while again, though it was answered.
		if self.random.randrange(20) == 0:
			self.counts["sent again"] += 1
			answer = self.post(body, headers, False)
			if answer[0] == 200 and answer[2]["duplicates"] != len(batch):
				self.complain("sent again, a batch of", len(batch), "was answered", json.dumps(answer[2])[:300])

	def run(self):
		try:
			for batch in self.batches():
				self.deliver(batch)
		except Exception as error:	# whatever it is, the test is to hear of it
			self.complain("the sender failed:", repr(error))
		self.hang_up()


def children_of(pid):
	try:
		with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
			return [int(word) for word in file.read().split()]
	except OSError:
		return []


class Troubles(threading.Thread):
	"""One kind of trouble, again and again until the run says that it is enough."""

	def __init__(self, run, seed):
		super().__init__(name=type(self).__name__)
		self.run_, self.random, self.counts = run, random.Random(seed), collections.Counter()

	def pause(self, least, most):
		"""Whether to go on."""
		until = time.monotonic() + self.random.uniform(least, most)
		while time.monotonic() < min(until, self.run_.until):
			time.sleep(0.02)
		return time.monotonic() < self.run_.until


class Kills(Troubles):
	def head(self, name):
		"""The process that scripts/run started last under a name."""
		with open(os.path.join(self.run_.site, "children"), encoding="utf-8") as file:
			lines = [line.split() for line in file]
		heads = [int(line[0]) for line in lines if line[2] == name]
		return heads[-1] if heads else 0

	def kill(self, what, pids):
		for pid in pids:
			try:
				os.kill(pid, signal.SIGKILL)
				self.counts[what] += 1
			except OSError:
				pass

	def run(self):
		n = 0
		while self.pause(0.3, 1.1):
			if self.run_.hush.is_set():
				continue
			n += 1
			self.kill("events killed", children_of(self.head("events")))
			if n % 4 == 2:
				self.kill("nginx workers killed", children_of(self.head("nginx"))[:1])
			elif n % 8 == 4:
				# Its workers go with it: scripts/run sees to what is left of its group.
				self.kill("nginx killed", [self.head("nginx")])


class FullDisks(Troubles):
	def fill(self):
		if self.run_.flag:
			with open(self.run_.flag, "wb"):
				pass
			return
		with open(os.path.join(self.run_.fill, "filler"), "wb", buffering=0) as file:
			for size in (1 << 20, 4096):
				try:
					while True:
						file.write(b"x" * size)
				except OSError:
					pass

	def free(self):
		try:
			os.unlink(self.run_.flag or os.path.join(self.run_.fill, "filler"))
		except OSError:
			pass

	def run(self):
		while self.pause(1.5, 3.5):
			if self.run_.hush.is_set():
				continue
			self.fill()
			self.counts["disk filled"] += 1
			# What a program frees meanwhile is filled as well.
			for _ in range(self.random.randrange(2, 6)):
				self.pause(0.3, 0.3)
				if not self.run_.flag:
					self.fill()
			self.free()


class Locks(Troubles):
	def hold(self, seconds, till=None):
		try:
			db = sqlite3.connect(self.run_.db, timeout=2, isolation_level=None)
			db.execute("BEGIN IMMEDIATE")
			self.counts["locked"] += 1
			until = time.monotonic() + seconds
			while time.monotonic() < until or (till and not till.is_set() and time.monotonic() < until + 3 * BUSY_TIMEOUT_S):
				time.sleep(0.02)
			db.execute("ROLLBACK")
			db.close()
			return True
		except sqlite3.Error:
			return False	# the disk is full, or somebody else is faster

	def run(self):
		long_at = self.run_.began + self.run_.seconds * 0.4
		held = False
		while self.pause(0.5, 2):
			if time.monotonic() < long_at or held:
				self.hold(self.random.uniform(0.05, 0.8))
				continue
			# Longer than a program waits.  Nobody is killed meanwhile, else none would have waited so long.
			self.run_.hush.set()
			self.pause(2, 2)	# a disk that is full is freed by then
			held = self.hold(BUSY_TIMEOUT_S + 1.5, self.run_.told_of_lock)
			self.counts["locked for long"] += held
			self.run_.hush.clear()


class Restarts(Troubles):
	"""A database server that ends, mostly as in a crash, and is away for a while."""

	def order(self, what):
		subprocess.run([self.run_.server, what], check=True, stdout=subprocess.DEVNULL)

	def run(self):
		n = 0
		while self.pause(1.5, 3):
			if self.run_.hush.is_set():
				continue
			n += 1
			how = "stop" if n % 3 == 0 else "crash"
			self.order(how)
			self.counts["server " + how] += 1
			# Once so long that every program is asked meanwhile, and nobody is killed who would tell of it.
			if n == 2:
				self.run_.hush.set()
				time.sleep(3)
				self.run_.hush.clear()
			else:
				time.sleep(self.random.uniform(0, 0.4))
			self.order("start")


def run(options):
	with open(options.keys, encoding="ascii") as file:
		options.keys = [line.split() for line in file]
	options.hush, options.told_of_lock = threading.Event(), threading.Event()
	options.began = time.monotonic()
	options.until = options.began + options.seconds
	senders = [Sender(number, options) for number in range(SENDERS)]
	troubles = ([Kills(options, 1)] if options.site else []) + ([Restarts(options, 2)] if options.server else [FullDisks(options, 2), Locks(options, 3)])
	for thread in senders + troubles:
		thread.start()
	for thread in troubles + senders:
		thread.join()
	counts, facts, wrong = collections.Counter(), collections.defaultdict(list), []
	for thread in senders + troubles:
		counts.update(thread.counts)
	for sender in senders:
		wrong += ["%s: %s" % (sender.name, what) for what in sender.wrong]
		for kind, counter in sender.facts.kinds.items():
			facts[kind] += [list(fact) for fact in counter.elements()]
	with open(options.ledger, "w", encoding="utf-8") as file:
		json.dump({"counts": counts, "wrong": wrong, "facts": facts}, file)


STORED = {
	"event": """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 128)
		SELECT NULL FROM cm_call_event JOIN n ON i <= length(keys) / 8 UNION ALL SELECT NULL FROM cm_event""",
	"call": """SELECT c.call_id, started_us, ended_us, duration_us, status, c.call_type, s.agent, s.tenant_id
		FROM cm_call c JOIN cm_series s USING (series_id) WHERE status IS NOT NULL""",
	"latency": """SELECT call_id, turn_id, component, at_us, l.duration_us, s.tenant_id
		FROM cm_latency l JOIN cm_call USING (call_no) JOIN cm_series s ON s.series_id = l.series_id""",
	"cost": "SELECT call_id, turn_id, tenant_id, service, usage_unit, usage_micro, cost_nusd, at_us FROM cm_cost JOIN cm_call USING (call_no)",
	"line": "SELECT call_id, at_us, speaker, content FROM cm_transcript JOIN cm_call USING (call_no)",
	"kept": """SELECT s.tenant_id, call_id, event_id, at_us FROM cm_event_kept k JOIN cm_series s USING (series_id)
		LEFT JOIN cm_call USING (call_no)""",
	"health": "SELECT tenant_id, component, component_id, at_us FROM cm_health JOIN cm_series USING (series_id)",
}


def check(options):
	with open(options.ledger, encoding="utf-8") as file:
		ledger = json.load(file)
	db = database.connect(options.db)
	for kind, statement in STORED.items():
		due = collections.Counter(tuple(fact) or (None,) for fact in ledger["facts"].get(kind, []))
		stored = collections.Counter(db.execute(statement))
		for what, facts in (("missing", due - stored), ("too many", stored - due)):
			if facts:
				print("%s: %d %s of %d, such as %s" % (kind, sum(facts.values()), what, sum(due.values()), list(facts.items())[:3]))
		if not due:
			print("%s: nothing of it was sent" % kind)


def main():
	parser = argparse.ArgumentParser()
	parser.add_argument("command", choices=("run", "check"))
	for name in ("keys", "site", "db", "fill", "flag", "server", "ledger"):
		parser.add_argument("--" + name)
	parser.add_argument("--port", type=int, action="append")
	parser.add_argument("--seconds", type=float)
	options = parser.parse_args()
	(run if options.command == "run" else check)(options)


if __name__ == "__main__":
	sys.exit(main())
