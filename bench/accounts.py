"""Three users of the system, made for a bench and removed behind it."""
import os
import pwd
import subprocess

NAMES = ["correo-bench%d" % i for i in (1, 2, 3)]


class Accounts:
    """Each has a home below folder, with a Maildir for each server."""

    def __init__(self, folder):
        self.folder = folder
        self.made = []

    def make(self):
        self.remove()       # what a killed bench may have left
        for name in NAMES:
            home = "%s/%s" % (self.folder, name)
            os.makedirs(home, exist_ok=True)
            subprocess.run(
                ["useradd", "--no-create-home", "--no-log-init",
                 "--user-group", "--home-dir", home,
                 "--shell", "/usr/sbin/nologin", name], check=True)
            self.made.append(name)
            p = pwd.getpwnam(name)
            for server in ("Maildir", "Maildir.postfix"):
                for part in ("", "/cur", "/new", "/tmp"):
                    path = "%s/%s%s" % (home, server, part)
                    os.mkdir(path)
                    os.chown(path, p.pw_uid, p.pw_gid)
                    os.chmod(path, 0o700)
            os.chown(home, p.pw_uid, p.pw_gid)
            os.chmod(home, 0o700)

    def addresses(self, domain):
        return ["%s@%s" % (name, domain) for name in NAMES]

    def maildirs(self, server):
        return ["%s/%s/%s" % (self.folder, name, server) for name in NAMES]

    def remove(self):
        for name in NAMES:
            try:
                pwd.getpwnam(name)
            except KeyError:
                continue
            subprocess.run(["userdel", name], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        self.made = []
