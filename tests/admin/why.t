#!/usr/bin/env python3
"""correo why: where mail for an address goes, and what became of a message. Faults
are prepared one by one, and each must be said in words."""

import contextlib
import os
import ssl
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from admin import Instance, LETTER, OTHER, ROOT, Skip, TOP, Tap, bring_back, \
    correo, folder, put_away, read, routes, wait_for, waiting_message
import generate
from remote import Sink, hosts

DNS = '''
dead.example      mx 10 mx1.dead.example
dead.example      mx 20 mx2.dead.example
mx1.dead.example  a  127.0.0.1
mx2.dead.example  aaaa ::1
null.example      mx 0 .
bare.example      a  127.0.0.1
empty.example     mx 10 nobody.empty.example
other.example     a  127.0.0.1
later.example     later
'''


def why(i, what, **more):
    done = correo(i, 'why', what, **more)
    done.text = ' '.join(done.out.split())
    return done


def says(t, i, what, code, name, *words):
    """The tool says all the words, and exits so; the log may be a moment late."""
    def said():
        done = why(i, what)
        return all(word in done.text for word in words) and done
    done = wait_for(said, 10, 0.1) or why(i, what)
    missing = [word for word in words if word not in done.text]
    return t.ok(not missing and done.returncode == code, name,
        'missing: %r' % missing, 'exit %d' % done.returncode, done.out,
        done.err)


def clean(i):
    if i.waiting():
        correo(i, 'queue', 'remove', '--all')
    if not i.idle(10):
        print('# it still waits: ' + correo(i, 'queue', 'list').out.replace(
            '\n', '\n# '))
    i.empty()


# Addresses.

def here(t, i):
    says(t, i, 'bob', 0, 'a virtual user', 'bob@example.org is a virtual user',
        i.users['bob'], 'it is there', 'is taken')
    says(t, i, 'Staff@Example.org', 0, 'an alias', 'The alias staff leads to '
        'alice, bob, carol.', 'carol@example.org is a virtual user')
    says(t, i, 'nobody@example.org', 100, 'nobody', 'is refused: 5.1.1 no such '
        'user', 'no alias, no virtual user, no user of the system')
    i.add_lines('aliases', 'ring: ring2', 'ring2: ring, bob', 'leads: gone')
    says(t, i, 'ring', 0, 'a circle', 'The alias ring leads to ring2.',
        'The alias ring leads back to itself', 'in a circle',
        'bob@example.org is a virtual user')
    says(t, i, 'leads', 100, 'an alias to nobody', 'The alias leads leads to '
        'gone.', 'gone@example.org gets no mail')
    put_away(i, 'carol')
    says(t, i, 'carol', 0, 'a mailbox that is missing', 'it is missing, so mail '
        'waits')
    bring_back(i, 'carol')
    home = os.path.dirname(i.users['carol'])
    os.rename(home, home + '.away')
    says(t, i, 'carol', 0, 'a home that is missing', 'its home is missing')
    os.rename(home + '.away', home)
    if ROOT:
        new = i.users['carol'] + '/new'
        st = os.stat(new)
        os.chown(new, 1, 1)
        says(t, i, 'carol', 0, "somebody else's mailbox", 'belongs to uid 1')
        os.chown(new, st.st_uid, st.st_gid)
        done = why(i, 'bob', uid=OTHER)
        t.eq(done.returncode, 100, 'another user may not ask')
    i.service('-d', 'who-is')
    done = why(i, 'bob')
    t.ok(done.returncode == 111 and 'who-is' in done.err, 'without who-is',
        done.returncode, done.err)
    i.service('-u', 'who-is')
    i.service('-d', 'qrunner')
    done = why(i, 'bob')
    t.ok(done.returncode == 0 and 'is taken' in done.text, 'without qrunner',
        done.out, done.err)
    i.service('-u', 'qrunner')


def elsewhere(t, i):
    routes(i, 'chosen.example [127.0.0.1]:2525 tls=verify', 'lmtp.example '
        'lmtp:/run/x', 'two.example other.example:26 tls=none', 'no.example '
        'bounce it has moved', 'not.example hold until Monday', '* mx')
    says(t, i, 'x@chosen.example', 0, 'a route', 'is on another host',
        'The table of routes sends mail for chosen.example to 127.0.0.1, port '
        '2525, with TLS only, and a certificate that is good')
    says(t, i, 'x@lmtp.example', 0, 'LMTP', 'sends mail for lmtp.example to '
        '/run/x by LMTP')
    says(t, i, 'x@two.example', 0, 'a route by name', 'to the mail hosts of '
        'other.example, port 26, in the clear', 'other.example names no mail '
        'host', 'other.example is 127.0.0.1')
    says(t, i, 'x@dead.example', 0, 'by MX', 'the mail hosts that the DNS '
        'names', 'The mail hosts of dead.example: mx1.dead.example (10), '
        'mx2.dead.example (20).', 'mx1.dead.example is 127.0.0.1',
        'mx2.dead.example is ::1')
    says(t, i, 'x@null.example', 0, 'a null MX', 'takes no mail')
    says(t, i, 'x@none.example', 0, 'no such domain', 'knows no name '
        'none.example')
    says(t, i, 'x@empty.example', 0, 'an MX without address', 'knows no name '
        'nobody.empty.example')
    says(t, i, 'x@later.example', 0, 'no answer', 'does not answer about '
        'later.example now')
    says(t, i, 'x@no.example', 100, 'bounce', '5.1.2 it has moved', 'The table '
        'of routes bounces mail for that domain')
    says(t, i, 'x@not.example', 0, 'hold', '4.3.2 until Monday', 'The table of '
        'routes holds mail')
    i.service('-d', 'dnsq')
    says(t, i, 'x@dead.example', 0, 'without dnsq', 'The DNS is not asked '
        'about dead.example')
    i.service('-u', 'dnsq')


# Faults.

def wrong_route(t, i):
    routes(i, 'wrong.example nohost.example:25', '* bounce')
    id = waiting_message(i, 'x@wrong.example')
    says(t, i, id, 0, 'a wrong route', 'x@wrong.example does not have it yet',
        '4.3.5', 'there is no domain nohost.example', 'The table of routes '
        'names a way that cannot be gone', 'Mend its line', 'knows no name '
        'nohost.example')


def dead_mx(t, i):
    with hosts(('127.0.0.1', None)) as (port, _):
        routes(i, 'far.example dead.example:%d tls=none' % port, '* bounce')
        id = waiting_message(i, 'x@far.example')
        says(t, i, id, 0, 'a dead MX', 'does not have it yet', 'Connection '
            'refused', 'That host cannot be reached', 'mx1.dead.example (10)',
            'That way is dead since', 'correo queue flush --site '
            "'smtp:dead.example:%d tls=none'" % port, 'It was tried 1 time. '
            'The next try is at')


def refused_there(t, i):
    plan = {'rcpt': '550 5.7.1 go away, dear friend'}
    with Sink(plan) as sink:
        routes(i, 'far.example [127.0.0.1]:%d' % sink.port, '* bounce')
        put_away(i, 'carol')
        id = waiting_message(i, 'x@far.example', i.address('carol'))
        says(t, i, id, 0, 'refused by the far host', 'x@far.example will not '
            'get it', 'said after RCPT: 550 5.7.1 go away, dear friend', 'That '
            'host refuses it. Behind the colon are its own words',
            'alice@example.org was told that it failed: message')
        report = i.logged('report=', 'id=' + id)[0].split('report=')[1][:38]
        report = report.split()[0]
        says(t, i, report, 0, 'and the report about it', 'it is the report '
            'about message ' + id)
        sink.plan = {'rcpt': '450 4.2.1 too busy'}
        id = waiting_message(i, 'y@far.example')
        says(t, i, id, 0, 'put off by the far host', '450 4.2.1 too busy',
            'does not take it now')
        sink.plan = {}
        sink_id = waiting_message(i, 'z@far.example', i.address('carol'))
        says(t, i, sink_id, 0, 'taken by the far host', 'z@far.example: it '
            'went to 127.0.0.1[127.0.0.1]:%d, who is responsible now' %
            sink.port, 'carol@example.org does not have it yet', 'The mailbox '
            'is not there')
        bring_back(i, 'carol')


@contextlib.contextmanager
def small_disk(at):
    if not ROOT:
        raise Skip('only root can mount a small disk')
    st = os.stat(at)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o',
        'size=64k,mode=700,uid=%d,gid=%d' % (st.st_uid, st.st_gid), 'tmpfs',
        at], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Skip('mount: ' + done.stderr.strip())
    try:
        yield st
    finally:
        wait_for(lambda: subprocess.run(['umount', at],
            stderr=subprocess.DEVNULL).returncode == 0, 10)


def full_disk(t, i):
    with small_disk(os.path.dirname(i.users['bob'])) as st:
        for part in '', '/new', '/cur', '/tmp':
            os.mkdir(i.users['bob'] + part, 0o700)
            os.chown(i.users['bob'] + part, st.st_uid, st.st_gid)
        id = waiting_message(i, i.address('bob'), octets=LETTER + (b'x' * 998 +
            b'\n') * 200)
        says(t, i, id, 0, 'a full disk', 'bob@example.org does not have it '
            'yet', 'No space left on device', 'The disk is full: make room')
        with contextlib.suppress(OSError), open(os.path.dirname(
                i.users['bob']) + '/fill', 'wb', buffering=0) as f:
            while True:
                f.write(b'x' * 512)
        says(t, i, i.address('bob'), 0, 'its mailbox', 'its disk is full, so '
            'mail waits')
        correo(i, 'queue', 'remove', id)
        wait_for(lambda: not i.deliverers('bob'))


def bad_alias(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, 'leads@example.org', i.address('carol'))
    says(t, i, id, 0, 'an alias to nobody', 'gone@example.org will not get it',
        '5.1.1 no such user', 'Nobody here has this address', 'Nobody wrote '
        'to this address by name: an alias leads there',
        'The alias leads leads to gone.')
    bring_back(i, 'carol')


def loop(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('bob'), i.address('carol'),
        octets=b'Delivered-To: %s\n' % i.address('bob').encode() + LETTER)
    says(t, i, id, 0, 'a loop', 'bob@example.org will not get it', '5.4.6',
        'The message goes in a circle')
    bring_back(i, 'carol')


def tls_not_met(t, i):
    with Sink() as sink:		# which has no TLS
        routes(i, 'far.example [127.0.0.1]:%d tls=must' % sink.port,
            '* bounce')
        id = waiting_message(i, 'x@far.example')
        says(t, i, id, 0, 'TLS that is not there', '4.7.5', 'TLS with that '
            'host is not what its way demands', 'port %d, with TLS only' %
            sink.port)


def strangers_certificate(t, i):
    """A host that has TLS, by a certificate that nobody here trusts."""
    at = os.path.join(i.root, 'stranger')
    subprocess.run([os.path.join(TOP, 'tls', 'make-cert'), at, 'x.example'],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(at + '/server.pem')
    with Sink(tls=tls) as sink:
        routes(i, 'far.example [127.0.0.1]:%d tls=verify' % sink.port,
            '* bounce')
        id = waiting_message(i, 'x@far.example')
        says(t, i, id, 0, 'a certificate that is not trusted', '4.7.5',
            'certificate', 'TLS with that host is not what its way demands',
            'with TLS only, and a certificate that is good')
        t.eq(sink.mail, [], 'nothing went there')


def expired(t, i):
    put_away(i, 'carol')
    i.service('-d', 'qrunner')
    id, = generate.fill(i.queue, 1, next_s=-5, age_s=2000000, to=[
        i.address('carol')])
    i.service('-u', 'qrunner')
    t.ok(i.logged('id=' + id, 'stat=Failed'), 'it is given up')
    wait_for(lambda: id not in i.waiting())
    says(t, i, id, 0, 'expired', 'carol@example.org will not get it',
        '4.4.7 given up after 20000', 'mailbox: No such file or directory',
        'It was tried for as long as GIVEUP_S says', 'It is not in the queue '
        'any more')
    bring_back(i, 'carol')


def held(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    correo(i, 'queue', 'hold', id)
    says(t, i, id, 0, 'held', 'uid %d ordered: hold' % os.getuid(), 'is held: '
        'nothing is done with it until', 'correo queue release ' + id)
    bring_back(i, 'carol')


def unknown_user(t, i):
    i.inject('alice@example.org', [i.address('gone')], LETTER)
    line = i.logged('to=<%s>' % i.address('gone'), 'stat=Failed')[-1]
    id = line.split('id=')[1].split()[0]
    wait_for(lambda: id not in i.waiting())
    says(t, i, id, 0, 'an unknown user', 'gone@example.org will not get it: '
        '5.1.1 no such user', 'Nobody here has this address', 'was told that '
        'it failed', 'It is not in the queue any more')


# A message's life.

def a_life(t, i):
    """In the order of time, each event once; log and journal know of it."""
    put_away(i, 'carol')
    id = i.send([i.address('bob'), i.address('carol')],
        sender='alice@example.org')
    wait_for(lambda: b'\nnext ' in read(os.path.join(i.queue, 'msg', id)))
    correo(i, 'queue', 'flush', id)
    wait_for(lambda: read(os.path.join(i.queue, 'msg',
        id)).count(b'\nnext ') == 2)
    i.logged('id=' + id, 'stat=Deferred', n=2)
    i.logged('id=' + id, 'nrcpt=2')
    done = why(i, id)
    lines = [line.strip() for line in done.out.splitlines() if
        line.startswith('  2')]
    stamps = [line[:19] for line in lines]
    t.eq(stamps, sorted(stamps), 'in the order of time')
    t.ok('by SMTP from 127.0.0.1' in lines[0] and 'for 2 recipients' in
        lines[0] and lines[0].endswith('it was queued'), 'how it came', lines)
    t.eq([sum(text in line for line in lines) for text in ('bob@example.org '
        'has it, in the mailbox here', 'carol@example.org does not have it '
        'yet', 'ordered: flush')], [1, 2, 1], 'each event once')
    # Without the log, the journal still knows.
    setting = os.path.join(i.etc, 'env', 'LOG')
    with open(setting, 'w') as f:
        f.write('/nonexistent\n')
    says(t, i, id, 0, 'without the log', 'bob@example.org has it', 'carol@'
        'example.org does not have it yet', 'tried 2 times')
    t.ok('log in' in why(i, id).err, 'which it says')
    with open(setting, 'w') as f:
        f.write(i.env['LOG'] + '\n')
    bring_back(i, 'carol')
    correo(i, 'queue', 'flush', id)
    i.idle()
    says(t, i, id, 0, 'and when it is gone', 'carol@example.org has it',
        'It is not in the queue any more')
    # Old files of the log are read, the oldest first.
    old = os.path.join(i.env['LOG'], '@400000006f0000000000000a.s')
    with open(old, 'w') as f:
        f.write('2001-02-03 04:05:06.000000007  qrunner: id=%s to=<%s> '
            'relay=local delay=0.1 dsn=4.2.0 stat=Deferred why=long ago\n' %
            (id, i.address('bob')))
    done = why(i, id)
    t.ok(done.out.splitlines()[1].startswith('  2001-02-03 04:05:06  bob'),
        'an old file', done.out)
    os.unlink(old)


FAULTS = wrong_route, dead_mx, refused_there, full_disk, bad_alias, loop, \
    tls_not_met, strangers_certificate, expired, held, unknown_user


def main():
    t = Tap()
    with folder() as top:
        table = os.path.join(top, 'dns')
        with open(table, 'w') as f:
            f.write(DNS)
        with Instance(top, RETRY_FIRST_S=3600, RETRY_MAX_S=3600,
                GIVEUP_S=1000000, DELAY_REPORT_S=0, DNS_TABLE=table) as i:
            for case in (here, elsewhere, *FAULTS, a_life):
                t.run(case, i)
                clean(i)
    t.done()


main()
