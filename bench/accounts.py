"""Users of the system, made for a bench and removed behind it."""
import os
import pwd
import secrets
import subprocess

NAMES = ["correo-bench%d" % i for i in range(1, 12)]
GET_MAIL = NAMES[:3]
READ_LITTLE, READ_MUCH = NAMES[:10], NAMES[10]
# Of crypt(3)'s good ones the cheapest. A default one takes a hundred times as
# long, for each server alike, and nothing else would be seen.
HASH = "$5$rounds=1000$"


class Accounts:
    """Each has a home below folder, with a Maildir for each server."""

    def __init__(self, folder):
        self.folder = folder
        self.made = []
        self.secret = secrets.token_hex(9)

    def make(self):
        self.remove()       # what a killed bench may have left
        secret = subprocess.run(
            ["perl", "-e", "print crypt($ENV{SECRET}, $ENV{HASH})"],
            env={**os.environ, "SECRET": self.secret,
                 "HASH": HASH + secrets.token_hex(8)},
            stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in NAMES:
            home = "%s/%s" % (self.folder, name)
            os.makedirs(home, exist_ok=True)
            subprocess.run(
                ["useradd", "--no-create-home", "--no-log-init",
                 "--user-group", "--home-dir", home,
                 "--password", secret,
                 "--shell", "/usr/sbin/nologin", name], check=True)
            self.made.append(name)
            p = pwd.getpwnam(name)
            for server in ("Maildir", "Maildir.postfix",
                           "Maildir.dovecot"):
                for part in ("", "/cur", "/new", "/tmp"):
                    path = "%s/%s%s" % (home, server, part)
                    os.mkdir(path)
                    os.chown(path, p.pw_uid, p.pw_gid)
                    os.chmod(path, 0o700)
            os.chown(home, p.pw_uid, p.pw_gid)
            os.chmod(home, 0o700)

    def addresses(self, domain):
        return ["%s@%s" % (name, domain) for name in GET_MAIL]

    def maildirs(self, server):
        return ["%s/%s/%s" % (self.folder, name, server)
                for name in GET_MAIL]

    def remove(self):
        for name in NAMES:
            try:
                pwd.getpwnam(name)
            except KeyError:
                continue
            subprocess.run(["userdel", name], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        self.made = []
