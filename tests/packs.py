#!/usr/bin/env python3
"""
packs: what cm_pack holds (shared/rollups/pack.h says how), read by code of its own.

    packs.py DATABASE         what the packs hold that the facts do not come to, and the other way round; nothing where they agree
    packs.py counts DATABASE  the calls that they count: series, kind, width, bucket, outcome, n, with transcript, timed, sum
    packs.py fill DATABASE    makes each sum of a histogram, and of timed calls, as large as it can be

With a database before whose horizon facts are pruned, what lies before that is only read, not compared.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import database

WIDTHS = (300, 3600, 86400)
STATUSES = ("active", "completed", "failed", "cancelled", "timeout")
DIRECTIONS = ("inbound", "outbound")
REASONS = ("timeout", "user_hangup", "network_error", "api_error", "unknown")
SINGLE = ("agent", "agent_version", "provider", "call_type")
GRID = {(scope, width) for scope in ("all", "tenant", "labels") + SINGLE for width in WIDTHS} | {("full", 86400)}
US = 1_000_000
FULL = 1 << 62


def numbers(blob):
    number, shift = 0, 0
    for byte in blob:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number, shift = 0, 0
    if shift:
        raise ValueError("a number has no end")


def floor_of(fine):
    shift = 0 if fine < 1024 else fine // 512 - 1
    return (fine - 512 * shift) << shift


def bin_of(value):
    shift = max(0, value.bit_length() - 10)
    return (value >> shift) + 512 * shift


def take(blob, per, counts, width):
    """Tuples of a bin and n and sum, and what stands behind it."""
    found, last, all_numbers = [], -1, list(numbers(blob))
    if len(all_numbers) % width:
        raise ValueError("a number is missing")
    for at in range(0, len(all_numbers), width):
        distance, n, rest, *more = all_numbers[at:at + width]
        last += 1 + distance
        found.append((last, n, rest, *more))
    return found


def read(counts, coarse, fine):
    """Two dicts of bins: coarse and fine ones, of pairs of n and sum."""
    coarses, fines, at = {}, {}, 0
    for place, n, rest, length in take(coarse, 32, counts, 4):
        total = (rest + (0 if counts else n * floor_of(place * 32))) % (1 << 64)
        part, at = fine[at:at + length], at + length
        inner = {}
        for inside, count, more in take(part, 1, counts, 3):
            if inside > 31:
                raise ValueError("a fine bin lies outside of its coarse one")
            number = place * 32 + inside
            inner[number] = count, (more + (0 if counts else count * floor_of(number))) % (1 << 64)
        if n != sum(one for one, _ in inner.values()) or (total != FULL and total != sum(one for _, one in inner.values())) or not n:
            raise ValueError("a coarse bin is not the sum of its fine ones")
        coarses[place] = n, total
        fines.update(inner)
    if at != len(fine):
        raise ValueError("fine bins are of no coarse one")
    return coarses, fines


def key_of(number):
    return number >> 38, number >> 32 & 63, WIDTHS[number >> 30 & 3], (number & (1 << 30) - 1) * 300


def word(names, place):
    return names[place - 1] if place else ""


def outcome_of(code):
    return "/".join((word(STATUSES, code // 18), word(DIRECTIONS, code // 6 % 3), word(REASONS, code % 6)))


def unpacked(connection):
    """Counts of calls and histograms as rows: (series, "call", width, bucket, outcome): [n, n_transcript, n_value, sum_us], and
    (series, kind, width, bucket, parent, bin): (n, sum_us), a coarse bin's parent being -1."""
    kinds = dict(connection.execute("SELECT kind_id, name FROM cm_kind").fetchall())
    counts, bins = {}, {}
    for number, coarse, fine in connection.execute("SELECT pack_id, coarse, fine FROM cm_pack").fetchall():
        series, what, width, bucket = key_of(number)
        coarses, fines = read(what == 0, bytes(coarse), bytes(fine))
        for place, (n, total) in fines.items():
            if what == 0:
                row = counts.setdefault((series, "call", width, bucket, outcome_of(place // 3)), [0, 0, 0, 0])
                row[place % 3] = n
                if place % 3 == 2:
                    row[3] = total
                elif total:
                    raise ValueError("a count has a sum")
            else:
                bins[series, kinds[what - 1], width, bucket, place // 32, place] = n, total
        if what:
            bins.update(((series, kinds[what - 1], width, bucket, -1, place), sums) for place, sums in coarses.items())
    return counts, bins


def marginals(tenant, *labels):
    """The series that a fact of a combination of labels counts into: their scopes and labels."""
    yield "all", "", "", "", "", ""
    for place, scope in enumerate(SINGLE):
        if labels[place]:
            yield (scope, "", *(label if i == place else "" for i, label in enumerate(labels)))
    if sum(map(bool, labels)) > 1:
        yield ("labels", "", *labels)
    if tenant:
        yield "tenant", tenant, "", "", "", ""
        yield ("full", tenant, *labels)


def add(rows, key, numbers_of):
    row = rows.setdefault(key, [0] * len(numbers_of))
    for i, number in enumerate(numbers_of):
        row[i] += number


def due(connection):
    """The same of the facts, by sums of their own."""
    series = {number: tuple(labels) for number, *labels in connection.execute(
        "SELECT series_id, scope, tenant_id, agent, agent_version, provider, call_type FROM cm_series").fetchall()}
    numbers_of = {labels: number for number, labels in series.items()}
    counts, bins = {}, {}

    def places(number, at):
        for scope in marginals(*series[number][1:]):
            for width in WIDTHS:
                if (scope[0], width) in GRID:
                    yield numbers_of[scope], width, at // US // width * width

    def value(number, kind, at, duration):
        fine = bin_of(duration)
        for place, width, bucket in places(number, at):
            add(bins, (place, kind, width, bucket, fine // 32, fine), (1, duration))
            add(bins, (place, kind, width, bucket, -1, fine // 32), (1, duration))

    wrong = []
    for number, at, duration, fine, status, call_type, reason, transcript in connection.execute(
            "SELECT series_id, started_us, duration_us, bin, status, call_type, failure_reason, has_transcript FROM cm_call "
            "WHERE status IS NOT NULL").fetchall():
        timed = status == "completed" and duration is not None
        if (bin_of(duration) if timed else None) != fine:
            wrong.append(("bin", "call", duration, fine))
        known = "/".join(one if one in names else "" for one, names in
                         ((status, STATUSES), (call_type or "", DIRECTIONS), (reason, REASONS)))
        for place, width, bucket in places(number, at):
            add(counts, (place, "call", width, bucket, known), (1, transcript, int(timed), duration if timed else 0))
        if timed:
            value(number, "call", at, duration)
    for number, kind, at, duration, fine in connection.execute(
            "SELECT series_id, component, at_us, duration_us, bin FROM cm_latency").fetchall():
        if bin_of(duration) != fine:
            wrong.append(("bin", kind, duration, fine))
        value(number, kind, at, duration)
    return counts, bins, wrong


def differences(connection):
    horizon = connection.execute("SELECT pruned_before_us FROM cm_state").fetchone()[0] // US
    held, given = unpacked(connection), due(connection)
    lines = [" ".join(map(str, row)) for row in given[2]]
    for name, one, other in (("counts", held[0], given[0]), ("bins", held[1], given[1])):
        one = {key: tuple(row) for key, row in one.items() if key[3] >= horizon}
        other = {key: tuple(row) for key, row in other.items() if key[3] >= horizon}
        for key in sorted({*one, *other}):
            if one.get(key) != other.get(key):
                lines.append(f"{name} {key}: held {one.get(key)}, due {other.get(key)}")
    return lines


def written(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def fill(connection):
    for number, coarse, fine in connection.execute("SELECT pack_id, coarse, fine FROM cm_pack").fetchall():
        counts = key_of(number)[1] == 0
        coarses, fines = read(counts, bytes(coarse), bytes(fine))
        parts, heads, before = [], [], -1
        for place in sorted(coarses):
            part, last = b"", -1
            for one in sorted(bin for bin in fines if bin // 32 == place):
                full = FULL if not counts or one % 3 == 2 else 0
                part += written(one % 32 - last - 1) + written(fines[one][0])
                part += written((full - (0 if counts else fines[one][0] * floor_of(one))) % (1 << 64))
                last = one % 32
            timed = not counts or any(bin // 32 == place and bin % 3 == 2 for bin in fines)
            heads.append(written(place - before - 1) + written(coarses[place][0]) + written(
                ((FULL if timed else 0) - (0 if counts else coarses[place][0] * floor_of(place * 32))) % (1 << 64)) + written(len(part)))
            parts.append(part)
            before = place
        connection.execute("UPDATE cm_pack SET coarse = ?, fine = ? WHERE pack_id = ?", (b"".join(heads), b"".join(parts), number))


if __name__ == "__main__":
    opened = database.connect(sys.argv[-1])
    if sys.argv[1] == "fill":
        fill(opened)
        sys.exit()
    if sys.argv[1] == "counts":
        for key, sums in sorted(unpacked(opened)[0].items()):
            print("|".join(map(str, (*key, *sums))))
        sys.exit()
    found = differences(opened)
    opened.close()
    print("\n".join(found[:10] + ([f"and {len(found) - 10} more"] if len(found) > 10 else [])), end="\n" if found else "")
