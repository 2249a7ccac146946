"""
events-hostile: what nobody should send, sent to POST /events of a site that scripts/run serves.

	events-hostile.py cases --port N --key K --socket PATH     a line for each case: what it was answered
	events-hostile.py slow --port N --key K                    fast senders among many slow ones
	events-hostile.py load --port N --key K                    as much at once as is allowed, and what costs most memory

`cases` writes what a golden file holds: name, status, and what was taken or the fault in the server's words.
"""
import argparse
import gzip
import http.client
import json
import os
import socket
import struct
import sys
import threading
import time

AT = "2026-02-06T10:00:00Z"
MIB = 1 << 20
PACE = max(1.0, int(os.environ.get("CM_PACE", 100)) / 100)	# limits of time are longer on a slow machine


def event(name, kind="stt_transcript_final", **more):
	made = {"event_id": name, "event_type": kind, "call_id": "hostile", "timestamp": AT, "data": {"latency_ms": 1}}
	made.update(more)
	return made


def text(*args, **more):
	return json.dumps(event(*args, **more)).encode()


def told(status, body):
	"""What an answer comes to in a line."""
	try:
		document = json.loads(body)
	except ValueError:
		return "%s, no JSON: %r" % (status, body[:60])
	if status != 200:
		return "%s %s" % (status, document.get("detail", document.get("title")))
	rejected = document["rejected"]
	return "200 accepted %d, duplicates %d, unknown %d, rejected %d%s" % (document["accepted"], document["duplicates"],
		document["unknown"], len(rejected), ": %d %s" % (rejected[0]["index"], rejected[0]["detail"]) if rejected else "")


class Site:
	def __init__(self, options):
		self.port, self.key, self.socket = options.port, options.key, options.socket

	def connect(self):
		return socket.create_connection(("127.0.0.1", self.port), timeout=40 * PACE)

	def head(self, length=None, kind="application/json", *more):
		lines = ["POST /events HTTP/1.1", "Host: localhost", "Connection: close", "Authorization: Bearer " + self.key,
			"Content-Type: " + kind, *more]
		if length is not None:
			lines.append("Content-Length: %d" % length)
		return ("\r\n".join(lines) + "\r\n\r\n").encode()

	def raw(self, *pieces, half_close=False):
		"""Sends pieces of bytes (a number is a pause) and reads to the end; the answer's status and body, of the first one."""
		with self.connect() as connection:
			try:
				for piece in pieces:
					if isinstance(piece, bytes):
						connection.sendall(piece)
					else:
						time.sleep(piece)
				if half_close:
					connection.shutdown(socket.SHUT_WR)
			except OSError:
				pass	# refused before all was sent: the answer says why
			answer = http.client.HTTPResponse(connection)
			try:
				answer.begin()
				body = answer.read()
			except (OSError, http.client.HTTPException):
				return 0, b'{"title":"no answer"}'
			return answer.status, body

	def post(self, body, kind="application/json", *more):
		return self.raw(self.head(len(body), kind, *more), body)

	def lines(self, *lines, packed=False):
		body = b"\n".join(lines)
		if packed:
			return self.packed(gzip.compress(body), "application/x-ndjson")
		return self.post(body, "application/x-ndjson")

	def packed(self, body, kind="application/json"):
		return self.post(body, kind, "Content-Encoding: gzip")


def record(kind, content):
	return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def fastcgi(path, content_length, body, ends=True, params=()):
	"""Speaks to the program itself, past nginx."""
	begin, param, stdin = 1, 4, 5
	variables = dict(REQUEST_METHOD="POST", QUERY_STRING="", SCRIPT_NAME="/events", CONTENT_TYPE="application/json", **dict(params))
	if content_length is not None:
		variables["CONTENT_LENGTH"] = str(content_length)
	packed = b"".join(struct.pack(">BI", len(name), len(value) | 1 << 31) + name.encode() + value.encode()
		for name, value in variables.items())
	with socket.socket(socket.AF_UNIX) as connection:
		connection.settimeout(20 * PACE)
		connection.connect(path)
		connection.sendall(record(begin, struct.pack(">HB5x", 1, 0)))
		for at in range(0, len(packed), 60000):
			connection.sendall(record(param, packed[at:at + 60000]))
		connection.sendall(record(param, b""))
		for at in range(0, len(body), 60000):
			connection.sendall(record(stdin, body[at:at + 60000]))
		if not ends:
			return 0, b'{"title":"hung up"}'
		answer = b""
		try:
			connection.sendall(record(stdin, b""))
			while True:
				part = connection.recv(65536)
				if not part:
					break
				answer += part
		except OSError:
			pass
	out = b""
	while len(answer) >= 8:
		_, kind, _, length, padding, _ = struct.unpack(">BBHHBB", answer[:8])
		if kind == 6:
			out += answer[8:8 + length]
		answer = answer[8 + length + padding:]
	head, _, body = out.partition(b"\r\n\r\n")
	return int(head.split()[1]) if head.startswith(b"Status: ") else 0, body


def nested(depth, opening, closing):
	return opening * depth + b"1" + closing * depth


def many(count, **more):
	return [text("many-%d" % n, **more) for n in range(count)]


def cases(site):
	good, better = text("good"), text("better")
	bad = lambda data: b'{"event_type":"x","timestamp":1770372000,"data":%s}' % data
	chunked = lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
	start = lambda name, **more: text(name, "call_started", **more)

	yield "nothing unusual", site.post(good)
	yield "again", site.post(good)

	yield "100 000 arrays in each other", site.post(nested(100000, b"[", b"]"))
	yield "100 000 objects in each other", site.post(nested(100000, b'{"a":', b"}"))
	yield "the same in an event, between others", site.lines(good, bad(nested(50000, b'{"a":[', b"]}")), better)
	yield "33 deep", site.lines(good, bad(nested(31, b"[", b"]")))
	yield "1 000 000 brackets", site.post(b"[" * 1000000)
	yield "1 000 000 commas", site.post(b"[" + b"," * 1000000 + b"]")
	yield "quotes that do not end", site.post(b'[{"event_type":"' + b"\\" * 1000001)
	yield "80 000 objects in one event", site.lines(good, bad(b"[" + b"{}," * 80000 + b"{}]"))
	yield "20 000 keys in one event", site.lines(good, bad(b"{" + b",".join(b'"%d":0' % n for n in range(20000)) + b"}"))

	for name, number in (("1e999", b"1e999"), ("of 400 digits", b"9" * 400), ("of 200 000 digits", b"9" * 200000),
			("-1e-400", b"-1e-400"), ("negative", b"-5"), ("0x10", b"0x10"), ("NaN", b"NaN"), ("1e5", b"1e5")):
		yield "a number " + name, site.lines(b'{"event_id":"n%s","event_type":"probe","call_id":"h","timestamp":1770372000,"data":{"latency_ms":%s}}'
			% (name.encode(), number))
	yield "a time of 1e308", site.post(b'{"event_type":"x","timestamp":1e308}')
	yield "a time of 1e999", site.post(b'{"event_type":"x","timestamp":1e999}')

	yield "a bomb, 16 MiB in 16 KiB", site.packed(gzip.compress(b" " * (16 * MIB)))
	yield "a bomb of 10 000 empty objects", site.packed(gzip.compress(b"{}\n" * 10000), "application/x-ndjson")
	yield "a bomb in a bomb", site.packed(gzip.compress(gzip.compress(b" " * (64 * MIB))))
	yield "64 bombs, one after the other", site.packed(gzip.compress(b" " * MIB) * 64)
	yield "two files of gzip in one", site.packed(gzip.compress(text("p1") + b"\n") + gzip.compress(text("p2")), "application/x-ndjson")
	yield "gzip and something after it", site.packed(gzip.compress(text("p3")) + b"tail")
	yield "gzip that is cut off", site.packed(gzip.compress(text("p4"))[:-9])
	yield "gzip without its last byte", site.packed(gzip.compress(text("p4"))[:-1])
	yield "gzip with a wrong sum", site.packed(gzip.compress(text("p4"))[:-8] + b"12345678")
	yield "what is said to be gzip and is not", site.packed(good)
	yield "gzip that nobody speaks of", site.post(gzip.compress(good))

	yield "broken UTF-8 between others", site.lines(good, text("x").replace(b"hostile", b"\xc3\x28\xff"), better)
	yield "half a pair of surrogates", site.lines(text("s1", call_id="X").replace(b"X", b"\\ud800"))
	yield "NUL", site.lines(good, text("x").replace(b"hostile", b"host\0ile"))
	yield "NUL, escaped, in an id", site.lines(good, text("x", call_id="host\0ile"))
	yield "NUL, escaped, in metadata", site.lines(start("m1", call_id="nul", metadata={"a": "\0b"}))
	yield "a control character in a string", site.lines(good, text("x").replace(b"hostile", b"host\x01ile"))
	yield "keys that stand twice", site.lines(b'{"event_id":"d1","event_id":"d2","event_type":"x","event_type":"call_started","call_id":"first",'
		b'"call_id":"last","timestamp":1,"timestamp":1770372000}')

	yield "a string of 10 MB", site.post(text("long", call_id="x" * 10000000))
	yield "a string of 7 MB", site.post(text("long", call_id="x" * 7000000))
	yield "an event of 300 KiB between others", site.lines(good, text("x", data={"latency_ms": 1, "note": "x" * 300 * 1024}), better)
	yield "an id of 129 bytes", site.lines(good, text("x" * 129))
	yield "10 000 events", site.lines(*many(10000), packed=True)
	yield "10 001 events", site.lines(*many(10001), packed=True)
	yield "10 000 types that nobody knows", site.lines(*(text("u%d" % n, "type-%d" % n, data={"n": n}) for n in range(10000)))

	yield "a body that ends too early", site.raw(site.head(5000), good, half_close=True)
	yield "a body that goes on", site.raw(site.head(len(good)), good + better)
	yield "a length that is none", site.raw(site.head(None, "application/json", "Content-Length: -5"), good)
	yield "two lengths", site.raw(site.head(len(good), "application/json", "Content-Length: 3"), good)
	yield "a length and chunks", site.raw(site.head(len(good), "application/json", "Transfer-Encoding: chunked"), chunked(good))
	yield "chunks", site.raw(site.head(None, "application/json", "Transfer-Encoding: chunked"), chunked(good))
	yield "chunks of gzip, slowly", site.raw(site.head(None, "application/json", "Transfer-Encoding: chunked", "Content-Encoding: gzip"),
		0.2, chunked(gzip.compress(good)))
	yield "a chunk that is broken", site.raw(site.head(None, "application/json", "Transfer-Encoding: chunked"), b"zz\r\n" + good + b"\r\n0\r\n\r\n")
	yield "Expect: 100-continue", expect_continue(site, good)
	yield "no body", site.raw(site.head())

	yield "past nginx: ends too early", fastcgi(site.socket, 5000, good)
	yield "past nginx: goes on", fastcgi(site.socket, len(good), good + b"x" * 200000)
	yield "past nginx: no length", fastcgi(site.socket, None, good)
	yield "past nginx: an absurd length", fastcgi(site.socket, "99999999999999999999", good)
	yield "past nginx: 200 KB of variables", fastcgi(site.socket, len(good), good, params={"HTTP_X": "x" * 200000}.items())
	for _ in range(40):	# more than there are threads
		answer = fastcgi(site.socket, 5000, good, ends=False)
	yield "past nginx: hangs up, 40 times", answer
	yield "past nginx: no FastCGI", garbage(site)
	yield "nothing unusual, at the end", site.post(good)


def expect_continue(site, body):
	with site.connect() as connection:
		connection.sendall(site.head(len(body), "application/json", "Expect: 100-continue"))
		first = connection.recv(1000)
		if not first.startswith(b"HTTP/1.1 100"):
			return 0, b'{"title":"not told to go on"}'
		connection.sendall(body)
		answer = http.client.HTTPResponse(connection)
		answer.begin()
		return answer.status, answer.read()


def garbage(site):
	for bytes_ in (b"GET / HTTP/1.0\r\n\r\n", b"\0" * 4096, b"\1\1\0\1\xff\xff\0\0", b"\1\4\0\1\0\4\0\0\xff\xff\xff\xff", b"\xff" * 100):
		with socket.socket(socket.AF_UNIX) as connection:
			connection.settimeout(5 * PACE)
			connection.connect(site.socket)
			try:
				connection.sendall(bytes_)
				connection.shutdown(socket.SHUT_WR)
				connection.recv(1000)
			except OSError:
				pass
	return site.post(text("good"))


def trickle(site, ended):
	"""A body of which a byte comes now and then."""
	try:
		with site.connect() as connection:
			connection.sendall(site.head(100000))
			while not ended.wait(0.3):
				connection.sendall(b" ")
	except OSError:
		pass


def slow(site):
	ended = threading.Event()
	senders = [threading.Thread(target=trickle, args=(site, ended)) for _ in range(100)]
	for sender in senders:
		sender.start()
	time.sleep(1)
	worst = 0
	for n in range(20):
		began = time.monotonic()
		status, _ = site.post(text("fast-%d" % n))
		worst = max(worst, time.monotonic() - began)
		if status != 200:
			print("a fast sender was answered", status)
	ended.set()
	for sender in senders:
		sender.join()
	print("%d" % (worst * 1000))


def at_once(site, count, make):
	"""Sends `count` bodies at once; how often each status came."""
	answers = []

	def send(n):
		answers.append(site.post(*make(n))[0])

	senders = [threading.Thread(target=send, args=(n,)) for n in range(count)]
	for sender in senders:
		sender.start()
	for sender in senders:
		sender.join()
	return " ".join("%d:%d" % (status, answers.count(status)) for status in sorted(set(answers)))


def load(site):
	ndjson = "application/x-ndjson"
	gz = "Content-Encoding: gzip"
	line = json.dumps(event("full-%02d-%04d", data={"latency_ms": 1, "note": "x" * 640}))
	full = lambda n: ("\n".join(line % (n, i) for i in range(10000)).encode(), ndjson)
	empty = gzip.compress(b"{}\n" * 9999 + text("e"), 9)
	types = "\n".join(json.dumps(event("k%d", "k", data={"note": "x" * 640})) for i in range(10000)).encode()
	objects = b"[" + b",".join([b'{"event_type":"k","timestamp":1770372000,"data":{"a":[' + b",".join([b"{}"] * 1000) + b"]}}"] * 400) + b"]"
	meta = [text("meta-0", "call_started", call_id="meta", metadata={"note": "x" * 250000})]
	meta += [text("meta-%d" % n, "call_ended", call_id="meta", data={}) for n in range(1, 10000)]
	for name, count, make in (
			("16 full bodies", 16, full),
			("16 full bodies, packed", 16, lambda n: (gzip.compress(types, 1), ndjson, gz)),
			("32 bombs of empty objects", 32, lambda n: (empty, ndjson, gz)),
			("32 bodies of many values", 32, lambda n: (objects, "application/json")),
			("32 bombs", 32, lambda n: (gzip.compress(b" " * (9 * MIB)), ndjson, gz)),
			("a call of much metadata, told 10 000 times", 1, lambda n: (b"\n".join(meta), ndjson))):
		began = time.monotonic()
		statuses = at_once(site, count, make)
		print("%s\t%s\t%d" % (name, statuses, (time.monotonic() - began) * 1000), flush=True)


def main():
	parser = argparse.ArgumentParser()
	parser.add_argument("command", choices=("cases", "slow", "load"))
	parser.add_argument("--port", type=int)
	parser.add_argument("--key")
	parser.add_argument("--socket")
	options = parser.parse_args()
	site = Site(options)
	if options.command == "cases":
		for name, (status, body) in cases(site):
			print("%s: %s" % (name, told(status, body)), flush=True)
	else:
		(slow if options.command == "slow" else load)(site)


if __name__ == "__main__":
	sys.exit(main())
