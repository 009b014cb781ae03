"""A Correo instance of our own, by service/instance."""
import os
import subprocess

START_S = 120
STOP_S = 60


class Unavailable(Exception):
    """The instance cannot be started; the text says why."""


class Server:
    name = "Correo"

    def __init__(self, tree, folder, project, accounts):
        """accounts: users of the system that get the mail; None: virtual."""
        self.tree, self.dir, self.accounts = tree, folder, accounts
        self.command = project + "/service/instance"
        self.env = {}
        self.started = False

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
                preexec_fn=self.tree.enter).returncode
            log.seek(0)
            said = log.read()
        if code != 0:
            raise Unavailable("service/instance start: exit %d\n%s" % (
                code, said))
        with open(self.dir + "/instance.env") as f:
            self.env = dict(line.rstrip("\n").split("=", 1)
                            for line in f if "=" in line)
        self.tree.roots = [int(self.env["SUPERVISOR_PID"])]
        self.host, self.port = self.env["HOST"], int(self.env["SMTP"])
        self.addresses = [self.env["ADDR%d" % i] for i in (1, 2, 3)]
        self.maildirs = [self.env["MAILDIR%d" % i] for i in (1, 2, 3)]
        self.queues = [self.env["QUEUE"] + "/msg"]
        self.domain = self.env["DOMAIN"]
        if self.accounts:
            self.addresses = self.accounts.addresses(self.domain)
            self.maildirs = self.accounts.maildirs("Maildir")

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
