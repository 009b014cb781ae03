"""Postfix from Debian, beside the system: own folder, port and process tree.

Nothing is installed. The package is unpacked below a folder, unless the
system has Postfix, whose programs then serve with our own configuration.
"""
import os
import socket
import subprocess
import time

from debian import Unavailable, free_port, idle_account, install

MAIN_CF = """\
compatibility_level = 3.6
config_directory = {conf}
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {conf}
sendmail_path = {root}/usr/sbin/sendmail
mailq_path = {root}/usr/bin/mailq
newaliases_path = {root}/usr/bin/newaliases
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LD_LIBRARY_PATH
export_environment = TZ LD_LIBRARY_PATH
maillog_file_prefixes = {dir}
maillog_file = {dir}/mail.log
mail_owner = {owner}
setgid_group = {group}

myhostname = {name}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
{tls}
smtp_tls_security_level = none
smtpd_relay_restrictions =
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_reject_unlisted_recipient = yes
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
# The default of 1s holds senders back as soon as the queue grows: with 50
# sessions it costs two thirds of the rate.
in_flow_delay = 0

{delivery}
{relay}
{more}
"""

# As Debian's package has it, with our certificate; nothing else is set.
TLS_CF = """\
smtpd_tls_security_level = may
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {cert}"""

# Users of the system, by local(8), as Debian's package does it.
LOCAL_CF = """\
mydestination = {domain}
local_recipient_maps = unix:passwd.byname
home_mailbox = Maildir.postfix/
mailbox_size_limit = 0"""

# Virtual users, by virtual(8).
VIRTUAL_CF = """\
mydestination =
local_recipient_maps =
virtual_transport = virtual
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {dir}
virtual_mailbox_maps = hash:{conf}/mailboxes
virtual_uid_maps = hash:{conf}/uids
virtual_gid_maps = hash:{conf}/gids
virtual_mailbox_limit = 0"""

# Mail for other hosts, which are ports of this machine.
RELAY_CF = """\
relay_domains = hash:{conf}/relays
transport_maps = hash:{conf}/relays"""

# The services of Debian's master.cf that take part, without chroot.
MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

# source: conf/postfix-files of Postfix, its folders below the queue
QUEUE_FOLDERS = {"active": 0o700, "bounce": 0o700, "corrupt": 0o700,
                 "defer": 0o700, "deferred": 0o700, "flush": 0o700,
                 "hold": 0o700, "incoming": 0o700, "private": 0o700,
                 "saved": 0o700, "trace": 0o700, "maildrop": 0o730,
                 "public": 0o710}
WAITING = ("maildrop", "incoming", "active", "deferred")
READY_S = 20
STOP_S = 10


class Server:
    name = "Postfix"

    def __init__(self, tree, folder, packages, accounts, domain, mailboxes,
                 more, cert):
        """accounts: users of the system, or None: then mailboxes is
        (address, uid, gid) of each virtual one; more: lines of main.cf;
        cert: (its certificate with the key, the CA's), or None: no TLS."""
        if os.geteuid() != 0:
            raise Unavailable("Postfix's master must be started by root")
        self.tree, self.dir = tree, folder
        self.root = install("postfix", ["postfix"], packages)
        self.owner, self.group = idle_account()
        self.domain, self.mailboxes, self.more = domain, mailboxes, more
        self.addresses = [m[0] for m in mailboxes]
        self.maildirs = ["%s/mail/%s/Maildir" % (folder, m[0].split("@")[0])
                         for m in mailboxes]
        self.accounts = accounts
        if accounts:
            self.addresses = accounts.addresses(domain)
            self.maildirs = accounts.maildirs("Maildir.postfix")
        self.queues = [folder + "/queue/" + name for name in WAITING]
        self.host, port = "127.0.0.1", free_port()
        self.smtp = {"none": port, "starttls": port, "implicit": free_port()}
        self.cert, self.ca = cert or (None, None)
        self.relays = {}
        self.process = None
        self.version = "?"
        self.env = dict(os.environ)
        if self.root:
            self.env["LD_LIBRARY_PATH"] = ":".join(
                self.root + p for p in
                ("/usr/lib/postfix", "/usr/lib/x86_64-linux-gnu",
                 "/usr/lib/aarch64-linux-gnu", "/usr/lib"))

    def _lay_out(self):
        conf = self.dir + "/conf"
        os.makedirs(conf)
        words = {"conf": conf, "dir": self.dir, "root": self.root,
                 "owner": self.owner.pw_name, "group": self.group.gr_name,
                 "name": "mail." + self.domain, "domain": self.domain,
                 "port": self.smtp["none"], "smtps": self.smtp["implicit"],
                 "cert": self.cert, "more": "\n".join(self.more)}
        words["delivery"] = (LOCAL_CF if self.accounts else
                             VIRTUAL_CF).format(**words)
        words["tls"] = (TLS_CF if self.cert else
                        "smtpd_tls_security_level = none").format(**words)
        words["relay"] = RELAY_CF.format(**words) if self.relays else ""
        with open(conf + "/main.cf", "w") as f:
            f.write(MAIN_CF.format(**words))
        with open(conf + "/master.cf", "w") as f:
            f.write(MASTER_CF.format(**words))
        open(conf + "/dynamicmaps.cf", "w").close()
        for name, mode in QUEUE_FOLDERS.items():
            path = "%s/queue/%s" % (self.dir, name)
            os.makedirs(path)
            os.chown(path, self.owner.pw_uid, self.group.gr_gid
                     if name in ("maildrop", "public") else 0)
            os.chmod(path, mode)
        os.mkdir(self.dir + "/queue/pid")
        os.mkdir(self.dir + "/data")
        os.chown(self.dir + "/data", self.owner.pw_uid, 0)
        if self.relays:
            self._table("relays", ((domain, "relay:[127.0.0.1]:%d" % port)
                                   for domain, port in self.relays.items()))
        if self.accounts:
            return
        for maildir, (_, uid, gid) in zip(self.maildirs, self.mailboxes):
            for name in ("cur", "new", "tmp"):
                os.makedirs("%s/%s" % (maildir, name))
            for path in (os.path.dirname(maildir), maildir, maildir + "/cur",
                         maildir + "/new", maildir + "/tmp"):
                os.chown(path, uid, gid)
                os.chmod(path, 0o700)
        self._table("mailboxes", ((a, "mail/%s/Maildir/" % a.split("@")[0])
                                  for a in self.addresses))
        self._table("uids", ((m[0], m[1]) for m in self.mailboxes))
        self._table("gids", ((m[0], m[2]) for m in self.mailboxes))

    def _table(self, name, rows):
        path = "%s/conf/%s" % (self.dir, name)
        with open(path, "w") as f:
            f.writelines("%s %s\n" % row for row in rows)
        self._run("postmap", "hash:" + path)

    def _run(self, command, *args):
        result = subprocess.run(
            [self.root + "/usr/sbin/" + command, "-c", self.dir + "/conf"] +
            list(args), env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60)
        if result.returncode != 0:
            raise Unavailable("%s: %s" % (command, result.stdout.strip()))
        return result.stdout.strip()

    def start(self):
        self._lay_out()
        self.version = self._run("postconf", "-dh", "mail_version")
        master = self.root + "/usr/lib/postfix/sbin/master"
        self.process = subprocess.Popen(
            [master, "-c", self.dir + "/conf"], env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=self.tree.enter)
        self.tree.roots = [self.process.pid]
        limit = time.monotonic() + READY_S
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                with socket.create_connection((self.host, self.smtp["none"]),
                                              5) as s:
                    if s.recv(512).startswith(b"220"):
                        s.sendall(b"QUIT\r\n")
                        s.recv(512)
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise Unavailable("Postfix did not start; its log's end:\n" +
                          self.log_end())

    def resting(self):
        """Messages that wait for another try."""
        return sum(len(names) for _, _, names in
                   os.walk(self.dir + "/queue/deferred"))

    def flush(self):
        self._run("postqueue", "-f")

    def log_end(self):
        try:
            with open(self.dir + "/mail.log") as f:
                return "".join(f.readlines()[-10:])
        except OSError:
            return "(no log)\n"

    def stop(self):
        """master ends its process group itself; it is the leader."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
