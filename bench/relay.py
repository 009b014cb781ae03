"""The section relay: mail for other hosts, and what waits for one that is down."""
import os
import statistics
import subprocess
import time

from mail import Lost, Load, OCTETS, POLL_S, STALL_S, send, settle, waiting
from table import Table

HOSTS = 50
DOMAIN = "d%d.example.net"
DEAD = "dead.example.net"
INJECT = Load(10, 100)
WAITING, WAITING_QUICK = 5000, 500
REST_S = 120            # until all of them wait


class Sinks:
    """Hosts of one smtp-sink, as servers of domains."""

    def __init__(self, args, hosts):
        self.process = subprocess.Popen(
            [args.load + "/smtp-sink", str(hosts), str(OCTETS)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1)
        self.ports = [int(p) for p in self.process.stdout.readline().split()]

    def __call__(self, command):
        """What came so far, after the command."""
        self.process.stdin.write(command + "\n")
        line = self.process.stdout.readline()
        if not line:
            raise Lost("smtp-sink has left")
        return {key: float(value) for key, value in
                (word.split("=") for word in line.split())}

    def wait(self, server, count):
        """Until count messages are there; what came."""
        last, limit = -1, time.monotonic() + STALL_S
        while True:
            came = self("count")
            if came["distinct"] >= count or time.monotonic() > limit:
                break
            if came["mails"] != last:
                last, limit = came["mails"], time.monotonic() + STALL_S
            time.sleep(POLL_S)
        if came["distinct"] < count or came["bad"] > 0:
            raise Lost("%s: %d of %d messages came, and %d bad ones" % (
                server.name, came["distinct"], count, came["bad"]))
        return came

    def wait_closed(self):
        """Until nobody keeps a session for the next mail."""
        limit = time.monotonic() + STALL_S
        while self("count")["open"] > 0 and time.monotonic() < limit:
            time.sleep(POLL_S)

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Cell:
    def __init__(self, count, seconds, cpu_s, flushes, came):
        self.rate = count / max(seconds, 1e-3)
        self.seconds, self.connections = seconds, came["connections"]
        self.cpu_ms = cpu_s * 1e3 / count
        self.flushes = None if flushes is None else flushes / count


class Watch:
    """The time, CPU and flushes from now on."""

    def __init__(self, bench, server):
        os.sync()
        self.device, self.server = bench.device, server
        self.flushes, self.cpu = self.device.flushes(), server.tree.cpu_s()
        self.start = time.time()

    def cell(self, count, unsure, sinks):
        """When the server has nothing left to do."""
        came = sinks.wait(self.server, count)
        settle(self.server)
        came["mails"] = sinks("count")["mails"]     # late doubles
        if waiting(self.server) > 0:
            raise Lost("%s keeps %d files in its queue" % (
                self.server.name, waiting(self.server)))
        if came["mails"] - came["distinct"] > unsure:
            raise Lost("%s: %d messages came twice" % (
                self.server.name, came["mails"] - came["distinct"]))
        flushes = self.device.flushes()
        return Cell(count, came["last"] - self.start,
                    self.server.tree.cpu_s() - self.cpu,
                    None if flushes is None else flushes - self.flushes, came)


def to(server, addresses):
    """The server with other recipients, for send()."""
    class Other:
        name, host, smtp = server.name, server.host, server.smtp
    Other.addresses = addresses
    return Other


def pass_on(bench, server, sinks, count):
    """From the first connection to smtpd to the last arrival elsewhere."""
    sinks.wait_closed()
    sinks("clear")
    watch = Watch(bench, server)
    said = send(bench.args, to(server, ["x@" + DOMAIN % i for i in
                                        range(HOSTS)]), INJECT, count)
    watch.start = said["start"]
    return watch.cell(count, said["unsure"], sinks)


def rest(server, count):
    """Until all are in the queue and nothing is done about them."""
    limit = time.monotonic() + REST_S
    while server.resting() < count or waiting(server) > server.resting():
        if time.monotonic() > limit:
            raise Lost("%s: %d of %d messages wait" % (
                server.name, server.resting(), count))
        time.sleep(0.1)
    before = server.tree.cpu_s()
    while time.monotonic() < limit:
        time.sleep(0.5)
        now = server.tree.cpu_s()
        if now - before < 0.01:
            return
        before = now


def drain(bench, server, sinks, count):
    """From the order to flush, when the host is up again, to the last."""
    said = send(bench.args, to(server, ["x@" + DEAD]), INJECT, count)
    rest(server, count)
    sinks("clear")
    sinks("up")
    watch = Watch(bench, server)
    server.flush()
    cell = watch.cell(count, said["unsure"], sinks)
    sinks("down")
    return cell


def calibrate(bench, servers, sinks):
    """The messages that keep the faster server busy for args.seconds."""
    rate = max(pass_on(bench, server, sinks, 1000).rate for server in servers)
    return max(1000, round(rate * bench.args.seconds / 1000) * 1000)


def measure(bench, servers, many, dead):
    """{what: (messages, {server's name: its Cells})}"""
    count = calibrate(bench, servers, many)
    late = WAITING_QUICK if bench.args.quick else WAITING
    done = {"relay to %d hosts" % HOSTS: (count, {s.name: [] for s in servers}),
            "drain to one that was down": (late, {s.name: [] for s in servers})}
    (_, passed), (_, drained) = done.values()
    for _ in range(bench.args.rounds):
        for server in servers:
            passed[server.name].append(pass_on(bench, server, many, count))
            drained[server.name].append(drain(bench, server, dead, late))
    return done


MEASURES = [("mail/s", "rate", "%.0f"), ("CPU ms/mail", "cpu_ms", "%.2f"),
            ("flushes/mail", "flushes", "%.2f"),
            ("connections", "connections", "%.0f")]


def notes(bench, servers, done):
    for server in servers:
        if server.name == "Postfix":
            yield "Postfix %s" % server.version
        seconds = [c.seconds for c in list(done.values())[1][1][server.name]]
        yield "%s drained in %.2f s" % (server.name,
                                        statistics.median(seconds))
    yield "medians of %d rounds, messages of %d octets with one recipient, " \
        "CPU: %s" % (bench.args.rounds, OCTETS, servers[0].tree.how)


def section(bench):
    many, dead = Sinks(bench.args, HOSTS), Sinks(bench.args, 1)
    try:
        many("up")
        relays = {DOMAIN % i: port for i, port in enumerate(many.ports)}
        servers = bench.start("correo", "postfix",
                              relays={**relays, DEAD: dead.ports[0]})
        done = measure(bench, servers, many, dead)
    finally:
        many.end()
        dead.end()
    table = Table(["what", "mail"], MEASURES)
    for what, (count, cells) in done.items():
        table.add([what, count], cells.get("Correo", []),
                  cells.get("Postfix", []))
    return table, list(notes(bench, servers, done))
