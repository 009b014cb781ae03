"""The sections smtp and tls: mail sent to both, and what it costs them."""
import functools
import os
import re
import resource
import statistics
import subprocess
import sys
import time

from table import Table

SENDER = "sender@example.net"
OCTETS = 4096
LINE_OCTETS = 74            # as in load.c
STALL_S = 30                # without one more message: lost
SETTLE_S = 20               # for the queue to empty, after the last arrived
POLL_S = 0.01


class Lost(Exception):
    """A message that was acknowledged is not there, or is there twice."""


class Load:
    """What smtp-load is to do."""

    def __init__(self, sessions, per_session, tls="none", resume=False):
        self.sessions, self.per_session = sessions, per_session
        self.tls, self.resume = tls, resume

    def __str__(self):
        return "%s%d x %d%s" % (
            "" if self.tls == "none" else self.tls + " ", self.sessions,
            self.per_session, ", resumed" if self.resume else "")

    def options(self, server):
        words = ["-s", str(self.sessions), "-p", str(self.per_session)]
        if self.tls != "none":
            words += ["-T", self.tls, "-C", server.ca]
        return words + ["-R"] * self.resume


CLEAR = [Load(1, 1), Load(10, 1), Load(50, 1), Load(1, 100), Load(10, 100)]
TLS = [Load(1, 1, "starttls"), Load(10, 1, "starttls"),
       Load(1, 1, "implicit"), Load(10, 1, "implicit"),
       Load(10, 1, "starttls", True), Load(10, 1, "implicit", True)]


class Cell:
    """What one load did to one server."""

    def __init__(self, said, rate, cpu_ms, flushes):
        self.said, self.rate, self.cpu_ms = said, rate, cpu_ms
        self.flushes = flushes


def arrived(server):
    return sum(len(os.listdir(m + "/new")) for m in server.maildirs)


def waiting(server):
    """Files that the server still keeps in its queue."""
    return sum(len(names) for queue in server.queues
               for _, _, names in os.walk(queue))


def wait_arrival(server, count):
    """Until count files are in the new/ folders, or none comes any more."""
    last, limit = -1, time.monotonic() + STALL_S
    while True:
        now = arrived(server)
        if now >= count:
            return
        if now != last:
            last, limit = now, time.monotonic() + STALL_S
        elif time.monotonic() > limit:
            return
        time.sleep(POLL_S)


def settle(server):
    """Until the work behind the last message is done too."""
    limit = time.monotonic() + SETTLE_S
    while waiting(server) > 0 and time.monotonic() < limit:
        time.sleep(POLL_S)
    before = server.tree.cpu_s()
    while time.monotonic() < limit:
        time.sleep(0.1)
        now = server.tree.cpu_s()
        if now - before < 0.002:
            return
        before = now


@functools.cache
def padding():
    """The body as smtp-load makes it, with LF line ends."""
    octets = bytearray()
    for i in range(OCTETS):
        left = (OCTETS - 1 - i) % LINE_OCTETS
        octets += b"\n" if left == 0 else b"" if left == 1 else \
            bytes([ord("a") + i % 26])
    return bytes(octets)


def check_mail(server, count, unsure):
    """Every number once, in its mailbox, with its body; the last ctime."""
    full = padding()
    seen = {}
    last = 0.0
    for turn, maildir in enumerate(server.maildirs):
        with os.scandir(maildir + "/new") as names:
            for entry in names:
                last = max(last, entry.stat().st_ctime)
                with open(entry.path, "rb") as f:
                    head, _, body = f.read().partition(b"\n\n")
                number = re.search(rb"^X-Bench-Number: (\d+)$", head, re.M)
                if number is None:
                    raise Lost("%s: no number in it" % entry.path)
                number = int(number[1])
                if len(body) < OCTETS * 0.8 or not full.endswith(body):
                    raise Lost("%s: not the body that was sent" % entry.path)
                if number % len(server.maildirs) != turn:
                    raise Lost("%s: the wrong mailbox" % entry.path)
                seen[number] = seen.get(number, 0) + 1
    missing = [n for n in range(1, count + 1) if n not in seen]
    doubles = sum(times - 1 for times in seen.values())
    if missing or len(seen) > count:
        raise Lost("%d of %d messages missing, the first number %s" % (
            len(missing), count, missing[:1]))
    if doubles > unsure:
        raise Lost("%d messages came twice" % doubles)
    return last


def clear(server):
    for maildir in server.maildirs:
        for name in os.listdir(maildir + "/new"):
            os.unlink("%s/new/%s" % (maildir, name))


def send(args, server, load, count):
    """smtp-load's account of itself, and its CPU in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [args.load + "/smtp-load", *load.options(server), "-m", str(count),
         "-l", str(OCTETS), "-f", SENDER, "-t", ",".join(server.addresses),
         *["-P"] * args.pipelining, server.host, str(server.smtp[load.tls])],
        stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = dict(word.split("=") for word in result.stdout.split())
    for key, value in said.items():
        if key not in ("tls", "cipher"):
            said[key] = float(value)
    if not said or said["acknowledged"] < count:
        raise Lost("%s took %d of %d messages; smtp-load's first words:\n%s" % (
            server.name, said.get("acknowledged", 0), count,
            result.stderr[:500]))
    if said["refused"] + said["broken"] > 0:
        print("%s: %d refused, %d broken, %d unsure at %s: %s" % (
            server.name, said["refused"], said["broken"], said["unsure"],
            load, result.stderr[:200].strip()), file=sys.stderr)
    said["cpu"] = after.ru_utime + after.ru_stime - \
        before.ru_utime - before.ru_stime
    return said


def measure(bench, server, load, count):
    """One load, from the first connection to the last file in new/."""
    os.sync()       # what others wrote is not ours to wait for
    flushes, cpu = bench.device.flushes(), server.tree.cpu_s()
    said = send(bench.args, server, load, count)
    wait_arrival(server, count)
    settle(server)
    cpu = server.tree.cpu_s() - cpu
    if flushes is not None:
        flushes = (bench.device.flushes() - flushes) / count
    last = check_mail(server, count, said["unsure"])
    clear(server)
    said["client_ms"] = said["cpu"] * 1e3 / count
    return Cell(said, count / max(last - said["start"], 1e-3),
                cpu * 1e3 / count, flushes)


def calibrate(bench, servers, load):
    """The messages that keep the faster server busy for args.seconds."""
    least = load.sessions * load.per_session
    count = max(least, load.sessions * 4, 50)
    rate = 0.0
    for server in servers:
        measure(bench, server, load, least)     # starts what it will use
        rate = max(rate, measure(bench, server, load, count).rate)
    return max(least, round(rate * bench.args.seconds / least) * least)


def compare(bench, servers, loads):
    """(load, messages, {server's name: its Cells}) of each load."""
    results = []
    for load in loads:
        count = calibrate(bench, servers, load)
        results.append((load, count, {s.name: [] for s in servers}))
        print("%s: %d messages" % (load, count), file=sys.stderr)
    for turn in range(bench.args.rounds):
        print("round %d of %d" % (turn + 1, bench.args.rounds),
              file=sys.stderr)
        for load, count, done in results:
            for server in servers:
                done[server.name].append(measure(bench, server, load, count))
    return results


MEASURES = [("mail/s", "rate", "%.0f"), ("CPU ms/mail", "cpu_ms", "%.2f"),
            ("flushes/mail", "flushes", "%.2f")]


def tabled(results, left):
    table = Table([word for word, _ in left] + ["mail"], MEASURES)
    for load, count, done in results:
        table.add([say(load) for _, say in left] + [count],
                  done.get("Correo", []), done.get("Postfix", []))
    return table


def size_of(load):
    return "%d x %d" % (load.sessions, load.per_session)


def notes(bench, servers, results):
    cells = [c for _, _, done in results for one in done.values() for c in one]
    lines = ["Postfix %s from %s, %s(8)%s" % (
        s.version, "Debian's package, unpacked beside" if s.root else
        "the system's package", "local" if s.accounts else "virtual",
        "".join(", " + line for line in s.more))
        for s in servers if s.name == "Postfix"]
    lines.append("medians of %d rounds, %s, messages of %d octets, CPU: %s" % (
        bench.args.rounds, "interleaved" if len(servers) > 1 else "alone",
        OCTETS, servers[0].tree.how))
    lines.append("smtp-load itself used %.2f ms of CPU a mail, not counted" %
                 statistics.median(c.said["client_ms"] for c in cells))
    lines.append("flushes of the whole device%s" % (
        ": it counts none" if bench.device.stat is None else
        "; %.1f a second while idle" % bench.idle))
    return lines


def clear_section(bench):
    servers = bench.start("correo", "postfix")
    results = compare(bench, servers, CLEAR)
    return tabled(results, [("sessions x mails", size_of)]), \
        notes(bench, servers, results)


def tls_notes(servers, results):
    """What was spoken, and how many handshakes were short."""
    for server in servers:
        cells = [(load, c) for load, _, done in results
                 for c in done[server.name]]
        spoken = sorted({"%(tls)s %(cipher)s" % c.said for _, c in cells})
        short = sum(c.said["resumed"] for load, c in cells if load.resume)
        all_of = sum(c.said["handshakes"] for load, c in cells if load.resume)
        yield "%s spoke %s; where the client offered to resume it did in %d " \
            "of %d handshakes" % (server.name, ", ".join(spoken), short, all_of)


def tls_section(bench):
    servers = bench.start("correo", "postfix", tls=True)
    results = compare(bench, servers, TLS)
    left = [("TLS", lambda load: load.tls),
            ("resumption", lambda load: "offered" if load.resume else "no"),
            ("sessions x mails", size_of)]
    return tabled(results, left), [*tls_notes(servers, results),
                                   *notes(bench, servers, results)]
