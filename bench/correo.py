"""A Correo instance of our own, by service/instance."""
import os
import re
import subprocess
import time

from debian import Unavailable

START_S = 120
STOP_S = 60


class Server:
    name = "Correo"

    def __init__(self, tree, folder, project, accounts, settings):
        """accounts: users of the system that get the mail, None: virtual;
        settings: for service/instance."""
        self.settings = settings
        self.tree, self.dir, self.accounts = tree, folder, accounts
        self.command = project + "/service/instance"
        self.env = {}
        self.started = False
        self.relays = {}

    def _instance(self, verb, limit, **more):
        return subprocess.run(
            [self.command, verb, self.dir], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=limit, **more)

    def start(self):
        if not os.access(self.command, os.X_OK):
            raise Unavailable("%s: not there" % self.command)
        self.started = True
        # A file, not a pipe: services may keep it open behind start's end.
        with open(self.dir + ".start.log", "w+") as log:
            code = subprocess.run(
                [self.command, "start", self.dir], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, timeout=START_S,
                env={**os.environ, **self.settings},
                preexec_fn=self.tree.enter).returncode
            log.seek(0)
            said = log.read()
        if code != 0:
            raise Unavailable("service/instance start: exit %d\n%s" % (
                code, said))
        self._read_env()
        self.tree.roots = [int(self.env["SUPERVISOR_PID"])]
        self.addresses = [self.env["ADDR%d" % i] for i in (1, 2, 3)]
        self.maildirs = [self.env["MAILDIR%d" % i] for i in (1, 2, 3)]
        self.queues = [self.env["QUEUE"] + "/msg"]
        self.domain, self.ca = self.env["DOMAIN"], self.env["CAFILE"]
        if self.accounts:
            self.addresses = self.accounts.addresses(self.domain)
            self.maildirs = self.accounts.maildirs("Maildir")
        if self.relays:
            self._lay_routes()

    def _read_env(self):
        with open(self.dir + "/instance.env") as f:
            self.env = dict(line.rstrip("\n").split("=", 1)
                            for line in f if "=" in line)
        self.host = self.env["HOST"]
        port = {k: int(v) for k, v in self.env.items()
                if k in ("SMTP", "SMTPS", "POP3", "POP3S")}
        self.smtp = {"none": port["SMTP"], "starttls": port["SMTP"],
                     "implicit": port["SMTPS"]}
        self.pop3 = {"none": port["POP3"], "starttls": port["POP3"],
                     "implicit": port["POP3S"]}

    def cert(self):
        """(certificate with its key, the CA's), for the peer to use too."""
        return self.dir + "/tls/server.pem", self.ca

    def open_smtps(self):
        """No login on smtps, as the peer has it."""
        path = self.env["ETC"] + "/listeners"
        with open(path) as f:
            lines = f.read()
        with open(path, "w") as f:
            f.write(re.sub(r"(?m)^(smtps .*) required ", r"\1 off ", lines))
        new = self.dir + "/ports/smtps.new"
        if os.path.exists(new):
            os.unlink(new)
        subprocess.run(["s6-svc", "-r", self.dir + "/service/smtps"],
                       check=True)
        limit = time.monotonic() + START_S
        while not os.path.exists(new) or os.path.getsize(new) == 0:
            if time.monotonic() > limit:
                raise Unavailable("smtps does not start again")
            time.sleep(0.05)

    def _lay_routes(self):
        """Each domain's mail goes to a port of this machine."""
        etc = self.env["ETC"]
        with open(etc + "/routes", "w") as f:
            f.writelines("%s smtp:[127.0.0.1]:%d tls=none\n" % one
                         for one in self.relays.items())
        subprocess.run([self.dir + "/libexec/compile-routes", etc],
                       check=True, stderr=subprocess.DEVNULL)

    def resting(self):
        """Messages that wait in the queue."""
        return len(os.listdir(self.queues[0]))

    def flush(self):
        subprocess.run([self.env["CORREO"], "queue", "flush", "--all"],
                       check=True, stdout=subprocess.DEVNULL)

    def mailboxes(self):
        """(address, uid, gid) of each, for the peer to serve the same."""
        owners = map(os.stat, self.maildirs)
        return [(address, st.st_uid, st.st_gid)
                for address, st in zip(self.addresses, owners)]

    def log_end(self):
        text = []
        for folder, _, names in os.walk(self.env.get("LOG", self.dir)):
            if "current" in names:
                with open(folder + "/current", errors="replace") as f:
                    text += f.readlines()[-10:]
        return "".join(text) or "(no log)\n"

    def stop(self):
        if not self.started:
            return
        result = self._instance("stop", STOP_S)
        if result.returncode != 0:
            print("service/instance stop: exit %d\n%s" % (
                result.returncode, result.stdout))
