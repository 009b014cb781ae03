"""The section memory: what sessions over TLS cost that wait for a command."""
import os
import re
import resource
import socket
import ssl
import time

import reading
from accounts import READ_LITTLE
from mail import Lost
from table import Table

SESSIONS = 500
WAIT_S = 60
REST_S = 1.0        # for what a session still does behind its last reply


class Cost:
    def __init__(self, pss, kernel, base):
        self.pss, self.kernel, self.base = pss, kernel, base
        self.each = (pss - base + kernel) * 1024 / SESSIONS


def pss_mb(tree):
    """Of all processes together: a shared page counts once."""
    total = 0
    for pid in tree.pids():
        try:
            with open("/proc/%d/smaps_rollup" % pid) as f:
                total += int(re.search(r"(?m)^Pss: +(\d+)", f.read())[1])
        except (OSError, TypeError):
            pass        # it has left, or is a kernel's thread
    return total / 1024


def kernel_mb():
    """Memory that the kernel has for processes and sockets, not for caches."""
    with open("/proc/meminfo") as f:
        kb = dict(re.findall(r"(?m)^(\w+): +(\d+)", f.read()))
    return sum(int(kb.get(key, 0)) for key in
               ("SUnreclaim", "KernelStack", "PageTables", "Percpu")) / 1024


class Client:
    def __init__(self, server, port):
        context = ssl.create_default_context(cafile=server.ca)
        self.socket = context.wrap_socket(
            socket.create_connection((server.host, port), WAIT_S),
            server_hostname="localhost")
        self.file = self.socket.makefile("rb", 0)
        self.answer("the greeting")

    def answer(self, what):
        """A reply of one line or more; it must not be a refusal."""
        while True:
            line = self.file.readline(1000)
            if not re.match(rb"\+OK|2", line):
                raise Lost("%s: %r" % (what, line))
            if line[:1] == b"+" or line[3:4] != b"-":
                return

    def say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        self.answer(line)


def smtps(_bench, server, _number):
    client = Client(server, server.smtp["implicit"])
    client.say("EHLO localhost")
    return client


def pop3s(bench, server, number):
    client = Client(server, server.pop3["implicit"])
    client.say("USER " + READ_LITTLE[number % len(READ_LITTLE)])
    client.say("PASS " + bench.users.secret)
    return client


def cost_of(bench, server, begin):
    clients = []
    begin(bench, server, 0).socket.close()      # starts what is started once
    time.sleep(REST_S)
    base, kernel = pss_mb(server.tree), kernel_mb()
    try:
        for number in range(SESSIONS):
            clients.append(begin(bench, server, number))
        time.sleep(REST_S)
        kernel = kernel_mb() - kernel
        cost = Cost(pss_mb(server.tree), kernel, base)
        for client in clients:
            client.say("NOOP")
    finally:
        for client in clients:
            client.socket.close()
    return cost


ROWS = [("POP3S, logged in", pop3s, "dovecot", "Dovecot"),
        ("POP3S, logged in", pop3s, "dovecot-fast", "Dovecot, fast logins"),
        ("SMTPS, after EHLO", smtps, "postfix", "Postfix")]


def alone(bench, name, begin):
    """One server at a time: two of the same kind would share pages."""
    found = []
    for server in bench.start(
            name, tls=True, postfix=["default_process_limit = 1000"],
            correo={"POP3_CONNECTIONS": str(2 * SESSIONS),
                    "SUBMISSION_CONNECTIONS": str(2 * SESSIONS),
                    "QINJECT_WORKERS": "200"}):
        found.append(cost_of(bench, server, begin))
    bench.stop()
    return found


def section(bench):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    reading.lay_mail(bench.users, READ_LITTLE, reading.LITTLE)
    os.sync()
    table = Table(["%d idle sessions" % SESSIONS, "beside"],
                  [("PSS MB", "pss", "%.1f"), ("kernel MB", "kernel", "%.1f"),
                   ("kB a session", "each", "%.0f"),
                   ("PSS MB without", "base", "%.1f")], ("Correo", "other"))
    ours = {}
    for what, begin, peer, name in ROWS:
        if begin not in ours:
            ours[begin] = alone(bench, "correo", begin)
        table.add([what, name], ours[begin], alone(bench, peer, begin))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return table, [
        "PSS: of all processes of the server together; kernel: what "
        "SUnreclaim, KernelStack, PageTables and Percpu grew by, with the "
        "client's sockets; a session: both, less the server without any"]
