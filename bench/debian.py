"""Debian's packages beside the system: unpacked below a folder, not installed.

Where the system has the package, its programs serve with a configuration of our
own.
"""
import grp
import os
import pwd
import re
import shutil
import socket
import subprocess


class Unavailable(Exception):
    """A server cannot be had or started here; the text says why."""


def installed(package):
    status = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", package],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return status.stdout == "install ok installed"


def _apt_download(package, folder, apt):
    """Fetch a package; the lists, if the system has none, go into apt."""
    own = ["-o", "Dir::State::lists=%s/lists" % apt,
           "-o", "Dir::Cache=%s/cache" % apt]
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User="]

    def call(*args):
        return subprocess.run(command + list(args), cwd=folder,
                              stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=300)

    result = call("download", package)
    if result.returncode != 0:
        for name in ("lists/partial", "cache/archives/partial"):
            os.makedirs(apt + "/" + name, exist_ok=True)
        call(*own, "update")
        result = call(*own, "download", package)
    if result.returncode != 0:
        raise Unavailable("apt-get download %s: %s" % (
            package, result.stdout.strip().splitlines()[-1:]))


def install(name, packages, folder):
    """Unpack packages, with those they depend on and the system lacks, in
    folder/NAME-root; its path, or "" if the system has all of them."""
    if all(map(installed, packages)):
        return ""
    root = "%s/%s-root" % (folder, name)
    if os.path.exists(root + "/complete"):
        return root
    debs = "%s/%s-debs" % (folder, name)
    shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(debs, ignore_errors=True)
    os.makedirs(debs)
    todo, done = list(packages), set(packages)
    while todo:
        before = set(os.listdir(debs))
        _apt_download(todo.pop(), debs, folder + "/apt")
        for deb in set(os.listdir(debs)) - before:
            deb = debs + "/" + deb
            subprocess.run(["dpkg", "-x", deb, root], check=True)
            depends = subprocess.run(
                ["dpkg-deb", "-f", deb, "Depends"], check=True,
                stdout=subprocess.PIPE, text=True).stdout
            new = set(re.findall(r"(?:^|, )(lib[^ ,|:]+)", depends)) - done
            todo += [one for one in new if not installed(one)]
            done |= new
    open(root + "/complete", "w").close()
    return root


def idle_account(but=()):
    """An account that no process has now and that is none of but, and a group.

    Postfix wants a user of its own and refuses root, nobody and shared uids;
    Dovecot wants two.
    """
    used = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            used.add(os.stat("/proc/" + pid).st_uid)
        except OSError:
            pass
    users = {p.pw_name: p for p in pwd.getpwall()}
    groups = {g.gr_name: g for g in grp.getgrall()}
    for owner in ("postfix", "uucp", "news", "games", "irc", "list", "lp"):
        if owner not in users or owner in but or users[owner].pw_uid in used:
            continue
        for group in ("postdrop", "news", "games", "fax", "voice", "uucp"):
            if group in groups and \
                    groups[group].gr_gid != users[owner].pw_gid:
                return users[owner], groups[group]
    raise Unavailable("no idle system account that could own its queue")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
