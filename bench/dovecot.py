"""Dovecot from Debian, beside the system: own folder, ports and process tree.

Nothing is installed. The packages are unpacked below a folder; as Dovecot finds
its parts by fixed paths, it runs in a mount namespace of its own, in which /usr
has them too. Where the system has Dovecot, its programs serve.
"""
import os
import socket
import subprocess
import time

from debian import Unavailable, free_port, idle_account, install

CONF = """\
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {login}
protocols = pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{cert}
disable_plaintext_auth = no
mail_location = maildir:~/Maildir.dovecot
# Debian's package asks PAM, which does more for each login.
passdb {{
  driver = shadow
}}
userdb {{
  driver = passwd
}}
# Its defaults do for some hundred sessions of different users only.
mail_max_userip_connections = 10000
default_client_limit = 5000
service pop3 {{
  process_limit = 2000
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
  process_limit = {logins}
{mode}}}
"""
# Dovecot's "high-performance mode": source, its documentation, "Login processes".
FAST = """\
  service_count = 0
  process_min_avail = {cores}
"""
READY_S = 20
STOP_S = 10


class Server:
    def __init__(self, tree, folder, packages, accounts, cert, fast):
        """fast: its high-performance login mode instead of the default, in
        which each login has a process of its own, the high-security mode."""
        if os.geteuid() != 0:
            raise Unavailable("Dovecot's master must be started by root")
        self.name = "Dovecot, fast logins" if fast else "Dovecot"
        self.tree, self.dir, self.fast = tree, folder, fast
        self.root = install("dovecot", ["dovecot-core", "dovecot-pop3d"],
                            packages)
        self.owner, self.group = idle_account()
        self.login, _ = idle_account({self.owner.pw_name})
        self.maildirs = accounts.maildirs("Maildir.dovecot")
        self.cert, self.ca = cert
        self.host, port = "127.0.0.1", free_port()
        self.pop3 = {"none": port, "starttls": port, "implicit": free_port()}
        self.queues = []
        self.process = None
        self.version = "?"

    def _inside(self, *command):
        """The command where Dovecot's files are."""
        if not self.root:
            return list(command)
        mount = 'mount -t overlay -o "lowerdir=$0/usr:/usr" correo-bench ' \
            '/usr && exec "$@"'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                mount, self.root, *command]

    def _lay_out(self):
        os.makedirs(self.dir + "/state")
        os.chmod(self.dir, 0o755)
        logins = FAST.format(cores=os.cpu_count()) if self.fast else ""
        with open(self.dir + "/dovecot.conf", "w") as f:
            f.write(CONF.format(
                dir=self.dir, owner=self.owner.pw_name,
                group=self.group.gr_name, login=self.login.pw_name,
                cert=self.cert, pop3=self.pop3["none"],
                pop3s=self.pop3["implicit"], mode=logins,
                logins=os.cpu_count() if self.fast else 2000))

    def start(self):
        self._lay_out()
        self.version = subprocess.run(
            self._inside("dovecot", "--version"), stdout=subprocess.PIPE,
            text=True, check=True).stdout.split()[0]
        with open(self.dir + "/start.log", "w") as log:
            self.process = subprocess.Popen(
                self._inside("dovecot", "-F", "-c", self.dir + "/dovecot.conf"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=self.tree.enter)
        self.tree.roots = [self.process.pid]
        limit = time.monotonic() + READY_S
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                with socket.create_connection(
                        (self.host, self.pop3["none"]), 5) as s:
                    if s.recv(512).startswith(b"+OK"):
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise Unavailable("Dovecot did not start; its log's end:\n" +
                          self.log_end())

    def log_end(self):
        text = []
        for name in ("start.log", "dovecot.log"):
            try:
                with open("%s/%s" % (self.dir, name)) as f:
                    text += f.readlines()[-10:]
            except OSError:
                pass
        return "".join(text) or "(no log)\n"

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
