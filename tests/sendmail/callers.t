#!/usr/bin/env python3
"""Each program that calls sendmail, with its very command line, as root and as
another user; and those programs themselves where they are installed."""

import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sendmail import Instance, OTHER, POOR, ROOT, Skip, Tap, WAIT_S, as_uid, \
    body, folder, header, mails, run, whos

TO_BOB = b'To: bob\nSubject: a letter\n\nText.\n'
CRON = (b'From: root (Cron Daemon)\nTo: bob\nSubject: Cron <root@h> true\n'
    b'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
    b'X-Cron-Env: <SHELL=/bin/sh>\n\n.\nout\xc3\xa4put\n')

# name, arguments, what goes in, the recipients.
CALLERS = [
    ('PHP mail()', ['-t', '-i'], b'To: bob\r\nSubject: a letter\r\nX-PHP: 1\r\n'
        b'\r\nText.\n', 'bob'),
    ('PHP mail() with -f', ['-t', '-i', '-falice@example.org'], TO_BOB, 'bob'),
    ('cron', ['-i', '-FCronDaemon', '-B8BITMIME', '-oem', 'bob'], CRON, 'bob'),
    ('cronie', ['-FCronDaemon', '-i', '-odi', '-oem', '-oi', '-t', '-f', 'bob'],
        CRON, 'bob'),
    ('mutt', ['-oem', '-oi', '-f', 'alice@example.org', '-N',
        'success,failure', '-R', 'hdrs', '--', 'bob', 'carol@example.org'],
        TO_BOB, 'bob carol'),
    ('s-nail', ['-i', '-v', '-m', '--', 'bob'], TO_BOB, 'bob'),
    ('bsd-mailx', ['-i', '-t'], TO_BOB, 'bob'),
    ('git send-email', ['-i', 'bob@example.org', 'carol@example.org'], TO_BOB,
        'bob carol'),
    ('at', ['-i', 'bob'], b'Subject: Output from your job 1\nTo: bob\n\nx\n',
        'bob'),
    ('procmail', ['-oi', 'bob'], TO_BOB, 'bob'),
    ('formail', ['-oi', '-f', 'alice', 'bob'], b'From alice Tue Nov 24 2026\n' +
        TO_BOB, 'bob'),
    ('vacation', ['-f', '', '--', 'bob'], TO_BOB, 'bob'),
    ('PHPMailer', ['-oi', '-falice@example.org', '-t'], TO_BOB, 'bob'),
    ('RT', ['-oi', '-t', '-ODeliveryMode=b', '-OErrorMode=m'], TO_BOB, 'bob'),
    ('Majordomo', ['-oi', '-oee', '-f', 'alice@example.org', 'bob'], TO_BOB,
        'bob'),
    ('Bugzilla', ['-oi', '-t', '-f', 'alice@example.org'], TO_BOB, 'bob'),
    ('logwatch', ['-t'], TO_BOB, 'bob'),
    ('smartd', ['-t', '-oi', '-oem'], TO_BOB, 'bob'),
]


def command_lines(t, i):
    for uid, who in whos():
        for name, args, octets, to in CALLERS:
            done = run(i, args, octets, uid)
            t.ok(done.returncode == 0 and (done.err == '' or '-v' in args),
                '%s, as %s: exit 0' % (name, who), done.returncode, done.err)
            for user in to.split():
                got = mails(i, user)
                if not t.eq(len(got), 1, '%s: %s has one' % (name, user)):
                    continue
                m = got[0]
                t.eq([len(header(m, one)) for one in ('From', 'Date',
                    'Message-ID', 'Subject')], [1] * 4, '%s: it is whole' %
                    name)
                t.eq(body(m), octets.replace(b'\r', b'').split(b'\n\n', 1)[1],
                    '%s: with its text' % name)
                if '-falice@example.org' in args or 'alice@example.org' in \
                        args:
                    t.eq(m.sender, 'alice@example.org', '%s: its sender' %
                        name)
            if '-N' in args:
                t.eq(len(mails(i, 'alice')), 1, '%s: the receipt that it '
                    'asks for' % name)


def cron_letter(t, i):
    """8-bit text, a dot alone, and addresses that are completed."""
    run(i, CALLERS[2][1], CRON)
    m = mails(i, 'bob')[0]
    t.eq(header(m, 'From'), ['root@example.org (Cron Daemon)'],
        "cron's From gets a domain")
    t.eq(header(m, 'To'), ['bob@example.org'], 'and its To')
    t.eq(body(m), b'.\nout\xc3\xa4put\n', 'and the text is as it was')


def smtp_dialog(t, i):
    """Symfony with -bs: lines end in CRLF."""
    for uid, who in whos():
        said = run(i, ['-bs'], b'EHLO localhost\r\nMAIL FROM:<alice@example.org>'
            b'\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<nobody@example.org>\r\n'
            b'DATA\r\nSubject: x\r\n\r\n..\r\nText.\r\n.\r\nQUIT\r\n', uid)
        codes = [line[:3] for line in said.out.splitlines() if line[3:4] == ' ']
        t.eq(codes, ['220', '250', '250', '250', '550', '354', '250', '221'],
            '-bs as %s: the dialog' % who)
        t.ok(all(line.endswith('\r') for line in said.out.split('\n')[:-1]),
            'its replies end in CRLF')
        t.eq(said.returncode, 0, 'exit 0')
        m = mails(i, 'bob')[0]
        t.eq(body(m), b'.\nText.\n', 'the letter is there')
        t.ok('uid %d)' % (uid if uid is not None else os.getuid()) in
            m.received, 'and says who sent it', m.received)


# The programs themselves.

def program(i, args, octets=b'', uid=None, **env):
    if not shutil.which(args[0]):
        raise Skip('%s is not installed' % args[0])
    home = os.path.join(i.root, 'home')
    os.makedirs(home, exist_ok=True)
    os.chmod(home, 0o777)
    return subprocess.run(args, input=octets, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=WAIT_S, cwd=home, env=dict(POOR,
        HOME=home, LC_ALL='C.UTF-8', **env), **as_uid(uid))


def real(t, i, name, args, octets=b'', text=b'Text.\n', secret=None, **env):
    i.empty()		# reports of what came before
    for uid, who in whos():
        done = program(i, args, octets, uid, **env)
        t.eq(done.returncode, 0, '%s as %s: exit 0 %s' % (name, who,
            done.stdout.decode(errors='replace')))
        got = mails(i, 'bob')
        if t.eq(len(got), 1, '%s: bob has its letter' % name):
            t.ok(text in got[0].message, '%s: with the text' % name,
                got[0].message)
            t.eq(header(got[0], 'Bcc'), [], '%s: no Bcc' % name)
        if secret:
            t.eq(len(mails(i, secret)), 1, '%s: %s has one too' % (name,
                secret))


def mutt(t, i):
    real(t, i, 'mutt', ['mutt', '-n', '-F', '/dev/null', '-e', 'set sendmail='
        '"%s -oem -oi"; set copy=no' % i.env['SENDMAIL'], '-s', 'a letter',
        '-b', 'alice@example.org', '--', 'bob@example.org'], b'Text.\n',
        secret='alice')


def s_nail(t, i):
    real(t, i, 's-nail', ['s-nail', '-n', '-S', 'mta=file://' +
        i.env['SENDMAIL'], '-S', 'sendwait', '-s', 'a letter', '-b',
        'alice@example.org', 'bob@example.org'], b'Text.\n', secret='alice')


def php(t, i):
    real(t, i, 'PHP', ['php', '-n', '-d', 'sendmail_path=%s -t -i' %
        i.env['SENDMAIL'], '-r', 'exit(mail("bob@example.org", "a letter", '
        '"Text.\\n", "From: alice@example.org\\r\\nBcc: carol@example.org")'
        ' ? 0 : 1);'], secret='carol')


def php_mailer(t, i):
    at = '/usr/share/php/libphp-phpmailer/autoload.php'
    if not os.path.exists(at):
        raise Skip('libphp-phpmailer is not installed')
    real(t, i, 'PHPMailer', ['php', '-r', 'require "%s"; '
        '$m = new PHPMailer\\PHPMailer\\PHPMailer(true); '
        '$m->isSendmail(); $m->Sendmail = "%s"; '
        '$m->setFrom("alice@example.org"); $m->addAddress("bob@example.org"); '
        '$m->addBcc("carol@example.org"); $m->Subject = "a letter"; '
        '$m->Body = "Text.\\n"; exit($m->send() ? 0 : 1);' % (at,
        i.env['SENDMAIL'])], text=b'Text.', secret='carol')


def formail(t, i):
    real(t, i, 'formail', ['formail', '-s', i.env['SENDMAIL'], '-oi',
        'bob@example.org'], b'From a@b Tue Nov 24 12:00:00 2026\n' + TO_BOB)


def procmail(t, i):
    rc = os.path.join(i.root, 'procmailrc')
    with open(rc, 'w') as f:
        f.write('SENDMAIL=%s\nDEFAULT=/dev/null\n:0\n! bob@example.org\n' %
            i.env['SENDMAIL'])
    real(t, i, 'procmail', ['procmail', '-m', rc], TO_BOB)


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in command_lines, cron_letter, smtp_dialog, mutt, s_nail, php, \
                php_mailer, formail, procmail:
            t.run(case, i)
    t.done()


main()
