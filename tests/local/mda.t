#!/usr/bin/env python3
"""The programs that people have in their .forward: procmail with the recipes of
a known handbook, maildrop, spamc. As the user of the system that they look up."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import local
from local import Deliverer, LETTER, LONG, ROOT, Skip, Tap, folder, read, \
    skip_all, verdict

FORWARD = '"| exec /usr/bin/procmail"\n'
RC = '''LINEBUF=4096
VERBOSE=on
PMDIR=%(home)s/
MAILDIR=$PMDIR/Maildir/
FORMAIL=/usr/bin/formail
SENDMAIL=/usr/sbin/sendmail
LOGFILE=$PMDIR/log

:0
* .*
%(home)s/Maildir/
'''
SPAM = '''PATH=%(home)s/bin:/usr/bin:/bin
MAILDIR=%(home)s/Maildir/

:0fw: spamassassin.lock
* < 512000
| spamc

:0:
* ^X-Spam-Level: \\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*
%(home)s/Maildir/.Spam/

:0:
* ^X-Spam-Status: Yes
%(home)s/Maildir/.PosibleSpam/

:0
* .*
%(home)s/Maildir/
'''
SPAM_MBOX = '''PATH=%(home)s/bin:/usr/bin:/bin
MAILDIR=%(home)s
DEFAULT=%(home)s/mbox

:0fw
* < 256000
| spamc

:0e
{
	EXITCODE=$?
}

:0:
* ^X-Spam-Status: Yes
spamagarrado
'''
# What spamc would say: a filter of the test's own.
SPAMC = '''#!/bin/sh
cat >%(home)s/in.$$
score=$(sed -n 's/^Score: //p' %(home)s/in.$$)
if [ "${score:-0}" -ge 5 ]; then
	printf 'X-Spam-Status: Yes\\nX-Spam-Level: '
	n=0
	while [ $n -lt $score ]; do printf '*'; n=$((n + 1)); done
	echo
fi
cat %(home)s/in.$$
rm %(home)s/in.$$
'''


@contextlib.contextmanager
def a_user(home):
    """A user of the system with that home; his name."""
    name = 'correo-m%d' % os.getpid()
    done = subprocess.run(['useradd', '-M', '-d', home, '-s', '/bin/sh',
        name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        skip_all('useradd: ' + done.stdout.strip())
    try:
        yield name
    finally:
        subprocess.run(['userdel', '-f', name], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)


def need(path):
    if not os.path.exists(path):
        raise Skip('%s is not installed' % path)


class Home:
    def __init__(self, top, name):
        self.name = name
        self.home = local.make_home(top)

    def put(self, name, text, mode=0o644):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text % dict(home=self.home) if '%(' in text else text)
        os.chmod(path, mode)
        os.chown(os.path.dirname(path), local.UID, -1)
        os.chown(path, local.UID, -1)

    def deliver(self, octets=LETTER):
        """What .forward says of the message, and then its command's end."""
        with Deliverer(self.home, 'deliver-local', '-m', self.home +
                '/Maildir') as d:
            a = d.deliver(octets, own=1)
        if a['verdict'] != 'forward':
            raise RuntimeError(a)
        command = a['targets'][0][1:]
        with Deliverer(self.home, 'deliver-program', command,
                USER=self.name) as d:
            return d.deliver(octets, to='bob@example.org|' + command)

    def mail(self, folder='Maildir'):
        at = os.path.join(self.home, folder, 'new')
        return [read(os.path.join(at, name)) for name in
            (os.listdir(at) if os.path.isdir(at) else [])]

    def make(self, folder):
        for part in 'new', 'cur', 'tmp':
            os.makedirs(os.path.join(self.home, folder, part))
        for at, _, _ in os.walk(os.path.join(self.home, folder)):
            os.chown(at, local.UID, -1)

    def empty(self):
        shutil.rmtree(self.home + '/Maildir', True)
        self.make('Maildir')


def procmail(t, h):
    need('/usr/bin/procmail')
    h.empty()
    h.put('.forward', FORWARD)
    h.put('.procmailrc', RC)
    t.eq(verdict(h.deliver()), ('done', '2.0.0'), 'procmail takes it')
    mail = h.mail()
    t.eq(len(mail), 1, 'and puts it into the Maildir')
    t.ok(mail and mail[0].endswith(LETTER) and
        b'\nDelivered-To: bob@example.org\n' in mail[0], 'whole', mail)
    t.ok(b'Assigning "LASTFOLDER=' in read(h.home + '/log') and
        'Assigning "PMDIR=' in read(h.home + '.log').decode(),
        'VERBOSE is heard, in LOGFILE and before it in ours')
    big = LETTER + b'x' * 79 + b'\n'
    big += (b'y' * 79 + b'\n') * 30000
    t.eq(verdict(h.deliver(big)), ('done', '2.0.0'), '2.4 MB')
    t.ok(any(one.endswith(big) for one in h.mail()), 'whole')
    if LONG:				# it tries for a minute
        h.put('.procmailrc', 'DEFAULT=/no/such/mbox\nORGMAIL=$DEFAULT\n')
        t.eq(verdict(h.deliver()), ('never', '5.2.0'), 'where it cannot, so')
        h.put('.forward', '"|exec /usr/bin/procmail -t"\n')
        t.eq(h.deliver()['verdict'], 'later', 'with -t mail waits')
    h.put('.procmailrc', ':0\n* .*\n{\n EXITCODE=67\n :0\n /dev/null\n}\n')
    t.eq(verdict(h.deliver()), ('never', '5.1.1'), 'EXITCODE is heard')


def procmail_spam(t, h):
    need('/usr/bin/procmail')
    h.empty()
    h.put('.forward', FORWARD)
    h.put('.procmailrc', SPAM)
    h.put('bin/spamc', SPAMC % dict(home=h.home), 0o755)
    for where in '.Spam', '.PosibleSpam':	# for procmail's lock there
        h.make('Maildir/' + where)
    for score, where in (0, ''), (5, '/.PosibleSpam'), (20, '/.Spam'):
        before = len(h.mail('Maildir' + where))
        a = h.deliver(b'Score: %d\n' % score + LETTER)
        t.eq((verdict(a), len(h.mail('Maildir' + where)) - before),
            (('done', '2.0.0'), 1), 'score %d: Maildir%s' % (score, where))
    t.eq([name for name in os.listdir(h.home + '/Maildir')
        if 'lock' in name], [], 'no lock file is left')
    h.put('.procmailrc', SPAM_MBOX)
    for score, name in (0, 'mbox'), (9, 'spamagarrado'):
        a = h.deliver(b'Score: %d\n' % score + LETTER)
        t.ok(verdict(a) == ('done', '2.0.0') and read(os.path.join(h.home,
            name)).count(b'\nSubject: a letter') == 1, 'score %d: %s' %
            (score, name), a)
    h.put('bin/spamc', '#!/bin/sh\nexit 75\n', 0o755)
    a = h.deliver(LETTER)
    t.eq(a['verdict'], 'later', 'a filter that fails: EXITCODE=$?')


def spamc(t, h):
    need('/usr/bin/spamc')
    need('/usr/bin/procmail')
    h.empty()
    h.put('.forward', FORWARD)
    shutil.rmtree(h.home + '/bin', True)
    h.put('.procmailrc', SPAM.replace('| spamc', '| spamc -p 1'))
    t.eq(verdict(h.deliver()), ('done', '2.0.0'), 'spamc without its spamd')
    t.ok([one for one in h.mail() if LETTER in one],
        'lets the message through')


def maildrop(t, h):
    need('/usr/bin/maildrop')
    h.empty()
    h.put('.forward', '"|exec /usr/bin/maildrop"\n')
    h.make('Maildir/.Lists')
    h.put('.mailfilter', 'if (/^Subject: list/)\n{\n to "Maildir/.Lists"\n}\n'
        'if (/^Subject: no/)\n{\n EXITCODE=77\n exit\n}\nto "Maildir"\n', 0o600)
    for subject, where, want in (b'list', '/.Lists', ('done', '2.0.0')), \
            (b'other', '', ('done', '2.0.0')), (b'no', '', ('never', '5.7.0')):
        before = len(h.mail('Maildir' + where))
        a = h.deliver(b'Subject: %s\n\nText.\n' % subject)
        t.eq((verdict(a), len(h.mail('Maildir' + where)) - before), (want,
            int(want[0] == 'done')), '%s: Maildir%s' % (subject, where))


def main():
    if not ROOT:
        skip_all('only root can make a user')
    if not shutil.which('useradd'):
        skip_all('useradd is not installed')
    t = Tap()
    with folder() as top, a_user(top + '/home') as name:
        local.UID = pwd.getpwnam(name).pw_uid
        h = Home(top, name)
        for case in procmail, procmail_spam, spamc, maildrop:
            t.run(case, h)
    t.done()


main()
