"""Debian's Postfix, OpenSMTPD, Exim and Dovecot's LMTP as hosts that Correo
sends to. Their packages conflict with each other, so none is installed: each is
unpacked, and runs on loopback ports of its own in a root of its own, which is an
overlay over the system's and gone with its last process."""

import contextlib
import os
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.append(os.path.join(TOP, 'bench'))
for beside in 'chain', 'remote':
    sys.path.insert(0, os.path.join(TOP, 'tests', beside))
import postfix as bench_postfix	# noqa
from correo import LONG, ROOT, Instance, Skip, Tap, WAIT_S, folder, read, \
    skip_all, wait_for, walkable	# noqa: passed on
from debian import Unavailable, free_port, install	# noqa

DOMAIN = 'peer.example'
NAME = 'mail.' + DOMAIN
PEOPLE = {'xavier': 60701, 'yvonne': 60702, 'zoe': 60703}
SIZE_MAX = 3000000

# $1 the packages, $2 files that lie over them, $3 a folder that stays the same
# inside; then the command. Where /lib is a link the package's /lib goes behind
# it. The layers stand on a tmpfs, for none may be within another.
IN_ROOT = r'''set -e
new=$3/root
mkdir -p "$new"
mount -t tmpfs -o mode=755 peer "$new"
mkdir "$new/up" "$new/work" "$new/all"
cp -a "$1/." "$new/up"
for d in bin sbin lib lib64; do
	if [ -L "/$d" ] && [ -d "$new/up/$d" ]; then
		mkdir -p "$new/up/usr/$d"
		cp -a "$new/up/$d/." "$new/up/usr/$d"
		rm -rf "$new/up/$d"
	fi
done
cp -a "$2/." "$new/up"
mount -t overlay -o "lowerdir=/,upperdir=$new/up,workdir=$new/work" peer \
	"$new/all"
mount --rbind /proc "$new/all/proc"
mount --rbind /dev "$new/all/dev"
mkdir -p "$new/all$3"
mount --bind "$3" "$new/all$3"
all=$new/all
shift 3
exec chroot "$all" "$@"
'''


def packages():
    """Where packages are unpacked, once; bench/ has the same place."""
    path = TOP + '/build/bench'
    if not walkable(TOP):
        path = '/var/tmp/correo-bench'
    os.makedirs(path, exist_ok=True)
    if os.stat(path).st_uid != os.geteuid():	# programs of root's own only
        raise Skip('%s is somebody else\'s' % path)
    return path


def fetch(name, *wanted):
    """The folder with these packages' files; Skip where they cannot be had."""
    path = packages() + '/' + name
    done = subprocess.run(['apt-cache', 'show', wanted[0]],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode != 0 and not os.path.exists(path + '-root/complete'):
        raise Skip('no package %s is known here: apt-get update' % wanted[0])
    try:
        return install(name, list(wanted), packages()) or '/usr/share/empty'
    except (Unavailable, subprocess.SubprocessError) as why:
        raise Skip('%s: %s' % (name, str(why).splitlines()[0]))


class Peer:
    """A mail server in a root of its own. A subclass says which packages, files
    and command; ports are in port."""

    name = command = None
    packages = ()
    users = ()		# of its own: (name, uid, home)
    folders = ()	# (path, mode, user) inside
    key_owner = False	# the first of users reads the key, else root

    def __init__(self, top, tls):
        """tls: the folder of tls/make-cert, or None for a server without."""
        if not ROOT:
            raise Skip('only root can give %s a root of its own' % self.name)
        self.root = fetch(self.name, *self.packages)
        self.tls, self.port = tls, free_port()
        self.dir = os.path.join(top, self.name + ('-tls' if tls else ''))
        self.lay = self.dir + '.lay'
        os.mkdir(self.dir, 0o755)
        self.maildirs = {user: '%s/mail/%s/Maildir' % (self.dir, user)
            for user in PEOPLE}
        self.process = None

    def file(self, path, text, mode=0o644):
        path = self.lay + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, mode)

    def lay_out(self):
        os.mkdir(self.lay, 0o755)
        people = [(user, uid, '%s/mail/%s' % (self.dir, user))
            for user, uid in PEOPLE.items()]
        passwd, group = read('/etc/passwd').decode(), read(
            '/etc/group').decode()
        for user, uid, home in people + list(self.users):
            passwd += '%s:x:%d:%d::%s:/bin/sh\n' % (user, uid, uid, home)
            group += '%s:x:%d:\n' % (user, uid)
        self.file('/etc/passwd', passwd)
        self.file('/etc/group', group)
        os.mkdir(self.dir + '/mail', 0o755)
        for _, uid, home in people:
            for at in ('', '/Maildir', '/Maildir/new', '/Maildir/cur',
                    '/Maildir/tmp'):
                os.mkdir(home + at, 0o700)
                os.chown(home + at, uid, uid)
        ids = {user: uid for user, uid, _ in self.users}
        for path, mode, user in self.folders:
            os.makedirs(self.lay + path, exist_ok=True)
            os.chmod(self.lay + path, mode)
            os.chown(self.lay + path, ids.get(user, 0), ids.get(user, 0))
        if self.tls:
            shutil.copy(self.tls + '/server.pem', self.dir + '/peer.pem')
            os.chmod(self.dir + '/peer.pem', 0o400)
            owner = self.users[0][1] if self.users else 0
            os.chown(self.dir + '/peer.pem', *[self.key_owner and owner] * 2)
        self.configure()



    def __enter__(self):
        self.lay_out()
        with open(self.dir + '/said', 'w') as said:
            self.process = subprocess.Popen(['unshare', '--mount',
                '--propagation', 'private', 'sh', '-c', IN_ROOT, 'root',
                self.root, self.lay, self.dir, *self.command],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd='/')
        if not wait_for(lambda: self.greets() or self.process.poll() is not
                None, 20, 0.1) or self.process.poll() is not None:
            words = self.said()
            self.__exit__()
            raise Skip('%s does not start: %s' % (self.name, words[-300:]))
        return self

    def greets(self):
        try:
            with socket.create_connection(('127.0.0.1', self.port), 5) as s:
                return s.recv(512).startswith(b'220')
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self):
        return read(self.dir + '/said').decode(errors='replace')

    def mail(self, user):
        """The octets of each of the user's messages."""
        new = self.maildirs[user] + '/new'
        return [read(os.path.join(new, one)) for one in os.listdir(new)]


    def shakes_hands(self):
        """Can it do the TLS that it offers?"""
        try:
            with smtplib.SMTP('127.0.0.1', self.port, timeout=10) as c:
                c.starttls(context=ssl._create_unverified_context())
                return c.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False


class OpenSMTPD(Peer):
    name, packages = 'opensmtpd', ('opensmtpd',)
    users = (('opensmtpd', 60711, '/var/lib/opensmtpd/empty'),
        ('opensmtpq', 60712, '/var/lib/opensmtpd/empty'))
    folders = (('/var/lib/opensmtpd/empty', 0o755, None),
        ('/var/spool/smtpd', 0o711, None))
    command = ['/usr/sbin/smtpd', '-d', '-f', '/etc/smtpd.conf']

    def configure(self):
        at = self.dir + '/peer.pem'
        lines = ['smtp max-message-size %d' % SIZE_MAX]
        if self.tls:
            lines += ['pki peer cert "%s"' % at, 'pki peer key "%s"' % at]
        lines += ['listen on 127.0.0.1 port %d hostname %s%s' % (self.port,
            NAME, ' tls pki peer' if self.tls else ''),
            'action "here" maildir', 'match from any for domain "%s" action '
            '"here"' % DOMAIN]
        self.file('/etc/smtpd.conf', '\n'.join(lines) + '\n')
        self.file('/etc/mailname', NAME + '\n')


class Exim(Peer):
    name, packages = 'exim', ('exim4-daemon-light',)
    users = (('Debian-exim', 60713, '/var/spool/exim4'),)
    folders = (('/var/spool/exim4', 0o750, 'Debian-exim'),
        ('/var/log/exim4', 0o750, 'Debian-exim'))
    command = ['/usr/sbin/exim4', '-bdf', '-q30m']
    key_owner = True

    def configure(self):
        tls = 'tls_advertise_hosts ='
        if self.tls:
            tls = 'tls_advertise_hosts = *\ntls_certificate = %s/peer.pem' % \
                self.dir
        self.file('/var/lib/exim4/config.autogenerated', EXIM % (NAME,
            self.port, DOMAIN, SIZE_MAX, tls))


EXIM = '''primary_hostname = %s
local_interfaces = 127.0.0.1
daemon_smtp_ports = %d
domainlist local_domains = %s
message_size_limit = %d
smtp_accept_max = 100
smtp_accept_queue_per_connection = 0
rfc1413_query_timeout = 0s
disable_ipv6 = true
host_lookup =
acl_smtp_rcpt = check_rcpt
%s
begin acl
check_rcpt:
  require verify = recipient
  accept domains = +local_domains
  deny message = relaying is not allowed
begin routers
here:
  driver = accept
  domains = +local_domains
  check_local_user
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = $home/Maildir
  create_directory = false
  maildir_format
  envelope_to_add
  return_path_add
begin retry
* * F,2h,15m
'''


class Dovecot(Peer):
    """Its LMTP, on a port and on a UNIX socket."""
    name, packages = 'dovecot-lmtp', ('dovecot-core', 'dovecot-lmtpd')
    users = (('dovecot', 60714, '/usr/lib/dovecot'), ('dovenull', 60715,
        '/nonexistent'))
    command = ['/usr/sbin/dovecot', '-F', '-c', '/etc/dovecot/peer.conf']

    def configure(self):
        self.path = self.dir + '/lmtp'
        tls = 'ssl = no'
        if self.tls:
            tls = 'ssl = yes\nssl_cert = <%s/peer.pem\nssl_key = ' \
                '<%s/peer.pem' % (self.dir, self.dir)
        self.file('/etc/dovecot/peer.conf', DOVECOT % (self.dir, NAME, tls,
            self.port, self.path))
        self.file('/etc/dovecot/people', ''.join('%s@%s::%d:%d::%s/mail/%s\n' %
            (user, DOMAIN, uid, uid, self.dir, user) for user, uid in
            PEOPLE.items()))


DOVECOT = '''base_dir = /run/dovecot
state_dir = /var/lib/dovecot
log_path = %s/log
protocols = lmtp
listen = 127.0.0.1
hostname = %s
postmaster_address = postmaster@peer.example
first_valid_uid = 1000
mail_location = maildir:~/Maildir
%s
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = passwd-file
  args = /etc/dovecot/people
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = %d
  }
  unix_listener %s {
    mode = 0666
  }
}
'''


class Nobody:
    """What bench/postfix.py wants of whoever starts processes."""

    def enter(self):
        pass


class Postfix:
    """Started as bench/postfix.py does."""
    name = 'postfix'

    def __init__(self, top, tls):
        self.dir = os.path.join(top, 'postfix-tls' if tls else 'postfix')
        os.mkdir(self.dir, 0o755)
        pem = tls and (tls + '/server.pem', tls + '/ca.pem')
        self.tls = tls
        if not ROOT:
            raise Skip("Postfix's master must be started by root")
        fetch('postfix', 'postfix')
        try:
            self.server = bench_postfix.Server(Nobody(), self.dir, packages(),
                None, DOMAIN, [('%s@%s' % (user, DOMAIN), uid, uid) for user,
                uid in PEOPLE.items()], ['message_size_limit = %d' % SIZE_MAX],
                pem)
        except Unavailable as why:
            raise Skip(str(why).splitlines()[0])
        self.port = self.server.smtp['none']
        self.maildirs = dict(zip(PEOPLE, self.server.maildirs))

    def __enter__(self):
        try:
            self.server.start()
        except Unavailable as why:
            self.server.stop()
            raise Skip(' '.join(str(why).split())[:300])
        return self

    def __exit__(self, *_):
        self.server.stop()

    def said(self):
        return self.server.log_end()

    mail = Peer.mail


class Wire:
    """A port that leads to another one, and remembers each octet: sessions is a
    list of lists of (from us?, octets) as they came."""

    def __init__(self, port):
        self.to, self.sessions = port, []
        self.listen = socket.create_server(('127.0.0.1', 0), backlog=50)
        self.port = self.listen.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listen.shutdown(socket.SHUT_RDWR)
        self.listen.close()

    def accept(self):
        while True:
            try:
                ours, _ = self.listen.accept()
            except OSError:
                return
            theirs = socket.create_connection(('127.0.0.1', self.to))
            said = []
            self.sessions.append(said)
            for way in (True, ours, theirs), (False, theirs, ours):
                threading.Thread(target=self.copy, args=(said, *way),
                    daemon=True).start()

    @staticmethod
    def copy(said, from_us, a, b):
        with contextlib.suppress(OSError):
            a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                octets = a.recv(65536)
                if not octets:
                    break
                said.append((from_us, octets))
                b.sendall(octets)
        with contextlib.suppress(OSError):
            b.shutdown(socket.SHUT_WR)

    def said(self, from_us):
        """What was said by one side, a string of octets a session."""
        return [b''.join(octets for us, octets in one if us == from_us)
            for one in list(self.sessions)]

    def offers(self):
        """The keywords of EHLO or LHLO, from the first session with them."""
        for text in self.said(False):
            found = re.findall(rb'^250[- ]([A-Z0-9]+)(?: .*)?\r$', text, re.M)
            if found:
                return {one.decode() for one in found}
        return set()


def letter(mark, body, eight=False):
    """With all that a server might else add."""
    return (b'X-Mark: %s\nFrom: Sender <sender@example.org>\nTo: a friend '
        b'<friend@%s>\nSubject: a letter\nDate: Tue, 24 Nov 2026 10:00:00 '
        b'+0000\nMessage-ID: <%s@example.org>\n%s\n%s' % (mark.encode(),
        DOMAIN.encode(), mark.encode(), b'MIME-Version: 1.0\nContent-Type: '
        b'text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n' if
        eight else b'', body))


BODIES = {'short': b'A short letter.\n', 'empty': b'',
    'dots': b'.\n..\n.x\nfrom\nFrom here\n.\n', 'long-lines': (b'x' * 990 + b'\n') * 20,
    'eight': b'Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln\n' * 300,
    'big': b''.join(b'%d\n.%d\n' % (n, n) for n in range(60000))}


def letters(count=0):
    """{mark: octets}: one of each sort, and count short ones more."""
    made = {mark: letter(mark, body, mark == 'eight') for mark, body in
        BODIES.items()}
    made.update(('n%03d' % n, letter('n%03d' % n, b'Letter %d.\n' % n))
        for n in range(count))
    return made


def marked(octets):
    """(mark, the message from it on): what is before was added on the way."""
    at = octets.find(b'X-Mark: ')
    return octets[at + 8:].split(b'\n', 1)[0].decode(), octets[at:]
