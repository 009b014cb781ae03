"""The section pop3: logins, mailboxes that are read, and what they cost."""
import os
import pwd
import subprocess
import sys

from accounts import READ_LITTLE, READ_MUCH
from mail import OCTETS, Lost, padding, settle
from table import Table

LITTLE, MUCH = 20, 10000    # messages in a mailbox
RETRIEVED = 1000


class Load:
    """What pop3-load is to do; count: the times of its last step a session."""

    def __init__(self, what, tls, sessions, users, steps, count=1):
        self.what, self.tls, self.sessions = what, tls, sessions
        self.users, self.steps, self.count = users, steps, count
        self.messages = MUCH if users == [READ_MUCH] else LITTLE
        self.step = steps[-1].split(":")[0] if count > 1 else "login"
        self.is_login = users == READ_LITTLE

    def __str__(self):
        return "%s, %s, %d at a time" % (self.what, self.tls, self.sessions)


def login(tls, sessions):
    return Load("login", tls, sessions, READ_LITTLE, ["stat"])


LOADS = [
    login("none", 1), login("none", 10), login("starttls", 1),
    login("implicit", 1), login("implicit", 10),
    Load("login, STAT of 10,000", "none", 1, [READ_MUCH], ["stat"]),
    Load("LIST of 10,000", "none", 1, [READ_MUCH], ["stat", "list:50"], 50),
    Load("UIDL of 10,000", "none", 1, [READ_MUCH], ["stat", "uidl:50"], 50),
    Load("RETR of 1,000", "none", 1, [READ_MUCH],
         ["stat", "retr:%d" % RETRIEVED], RETRIEVED),
    Load("RETR of 1,000", "implicit", 1, [READ_MUCH],
         ["stat", "retr:%d" % RETRIEVED], RETRIEVED)]


class Read:
    """What one load did to one server, for each time of its last step."""

    def __init__(self, said, count, cpu_s):
        self.said = said
        self.rate = count / said["seconds"]
        self.cpu_ms = cpu_s * 1e3 / count
        self.ms = 0.0


def message(number):
    """As a file, and its octets on the wire."""
    head = "From: <sender@example.net>\nTo: <reader@example.org>\n" \
        "Subject: message %06d\nX-Bench-Number: %06d\n\n" % (number, number)
    octets = head.encode() + padding()[len(head):]
    return octets, len(octets) + octets.count(b"\n")


def fill(maildir, owner, messages):
    """Files as both servers' deliveries name them, sizes and all."""
    p = pwd.getpwnam(owner)
    for number in range(1, messages + 1):
        octets, wire = message(number)
        path = "%s/cur/1700000000.M%06dP1.bench,S=%d,W=%d:2,S" % (
            maildir, number, len(octets), wire)
        with open(path, "wb") as f:
            os.fchown(f.fileno(), p.pw_uid, p.pw_gid)
            os.fchmod(f.fileno(), 0o600)
            f.write(octets)


def lay_mail(users, owners, messages):
    for owner in owners:
        for name in ("Maildir", "Maildir.dovecot"):
            fill("%s/%s/%s" % (users.folder, owner, name), owner, messages)


def read(bench, server, load, sessions):
    """Let pop3-load do it; it dies of any reply that is not right."""
    tls = [] if load.tls == "none" else ["-T", load.tls, "-C", server.ca]
    cpu = server.tree.cpu_s()
    result = subprocess.run(
        [bench.args.load + "/pop3-load", *tls, "-s", str(load.sessions),
         "-n", str(sessions), "-m", str(load.messages), "-l",
         str(message(1)[1]), "-u", ",".join(load.users), server.host,
         str(server.pop3[load.tls]), *load.steps],
        stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE,
        env={**os.environ, "POP3_SECRET": bench.users.secret})
    if result.returncode != 0:
        raise Lost("%s: %s: %s" % (server.name, load, result.stderr[:500]))
    settle(server)
    said = dict(word.split("=") for word in result.stdout.split())
    for key, value in said.items():
        if key not in ("tls", "cipher"):
            said[key] = float(value)
    done = Read(said, sessions * load.count, server.tree.cpu_s() - cpu)
    done.ms = said[load.step + "_us"] / 1e3
    return done


def calibrate(bench, servers, load):
    """Sessions that keep the faster server busy for args.seconds."""
    rate = 0.0
    for server in servers:
        read(bench, server, load, load.sessions)    # builds its index
        done = read(bench, server, load, load.sessions)
        rate = max(rate, load.sessions / done.said["seconds"])
    rounds = round(rate * bench.args.seconds / load.sessions)
    return load.sessions * max(1, rounds)


def compare(bench, servers):
    results = []
    for load in LOADS:
        # Logins are what the mode of Dovecot's logins makes a difference for.
        some = [s for s in servers if load.is_login or
                s.name != "Dovecot, fast logins"]
        count = calibrate(bench, some, load)
        print("%s: %d sessions" % (load, count), file=sys.stderr)
        results.append((load, count, some, {s.name: [] for s in servers}))
    for turn in range(bench.args.rounds):
        print("round %d of %d" % (turn + 1, bench.args.rounds),
              file=sys.stderr)
        for load, count, some, done in results:
            for server in some:
                done[server.name].append(read(bench, server, load, count))
    return results


def tabled(results):
    table = Table(["what", "TLS", "sessions", "times"],
                  [("a second", "rate", "%.0f"), ("CPU ms", "cpu_ms", "%.3f"),
                   ("median ms", "ms", "%.3f")], ("Correo", "Dovecot"))
    for load, count, _, done in results:
        left = [load.tls, load.sessions, count * load.count]
        ours = done.get("Correo", [])
        table.add([load.what, *left], ours, done.get("Dovecot", []))
        if done.get("Dovecot, fast logins"):
            table.add([load.what + ", its fast mode", *left], ours,
                      done["Dovecot, fast logins"])
    return table


def notes(bench, servers, results):
    for server in servers:
        spoken = sorted({"%(tls)s %(cipher)s" % one.said
                         for _, _, _, done in results
                         for one in done[server.name] if "tls" in one.said})
        yield "%s spoke %s" % (server.name, ", ".join(spoken))
    for server in servers:
        if server.name == "Dovecot":
            yield "Dovecot %s: passwords from shadow, logins of a process " \
                "each (its default); fast mode: service_count = 0" % \
                server.version
    yield "medians of %d rounds, %d messages in a mailbox that is logged in " \
        "to, each of %d octets, CPU: %s" % (
            bench.args.rounds, LITTLE, OCTETS, servers[0].tree.how)


def section(bench):
    lay_mail(bench.users, READ_LITTLE, LITTLE)
    lay_mail(bench.users, [READ_MUCH], MUCH)
    servers = bench.start("correo", "dovecot", "dovecot-fast",
                          correo={"AUTH_CLEAR": "1"})
    results = compare(bench, servers)
    return tabled(results), list(notes(bench, servers, results))
