#!/usr/bin/env python3
"""deliver-remote sends to a whole instance: octets, verdicts, TLS, a login; with
CORREO_LONG=1 to Postfix too."""

import sys

sys.dont_write_bytecode = True
from remote import *
from secure import Service
from correo import Delivered, Instance, LONG, TOP, read

LETTERS = [b'Subject: one\n\nText.\n', b'.\n..\n.x\n', b'\xc3\xa4\n' * 3000, b'\n',
    b''.join(b'%d\n.%d\n' % (n, n) for n in range(100000))]


def instance(t, top):
    with Instance(top) as i, Service(top, 'tls-one', TLS_CA_FILE=i.env[
            'CAFILE']) as service:
        people = [i.address(user) for user in i.users]
        for words, tls in ('tls=none', ''), ('tls=verify', 'S'):
            # The certificate names the host, not its address: a table.
            with table(top, '%s a %s\n' % (i.name, i.host)) as dnsq, \
                    Remote(top, 'smtp:[%s]:%d %s' % (i.name, i.port, words),
                        dnsq, TLS_CLIENT_SOCKET=service.path) as r:
                for letter in LETTERS:
                    answers = r.deliver(*people, octets=letter)
                    t.eq({(a.verdict, a.dsn) for a in answers}, {('done',
                        '2.0.0')}, '%s: %d octets to %d people' % (words,
                        len(letter), len(people)))
                t.ok(re.search(r'said: 250 2\.0\.0 ok, (queued|delivered) as [-0-9a-f]+$',
                    answers[0].why), '... the id is in the answer', answers[0])
                a = r.deliver('nobody@' + i.domain, people[0],
                    'x@elsewhere.example')
                t.eq([x.verdict + x.dsn for x in a], ['never5.1.1',
                    'done2.0.0', 'never5.7.1'], '%s: verdicts' % words)
            for user in i.users:
                i.arrived(user, len(LETTERS))
                got = [Delivered(one) for one in i.mail(user)]
                t.ok({x.message for x in got} >= set(LETTERS), '%s: '
                    '%s has them, octet for octet' % (words, user))
                t.ok(all('with ESMTP%s ' % tls in x.received for x in got),
                    '... by %s' % ('TLS' if tls else 'clear SMTP'))
            i.empty()
        secrets = os.path.join(top, 'secrets')
        with open(secrets, 'w') as f:
            f.write('isp %s %s\n' % (i.env['USER1'], i.env['PASS1']))
        if ROOT:
            os.chown(secrets, UID, UID)
        os.chmod(secrets, 0o400)
        for port, words in (i.env['SUBMISSION'], ''), (i.env['SMTPS'],
                ' tls=implicit'):
            with table(top, '%s a %s\n' % (i.name, i.host)) as dnsq, \
                    Remote(top, 'smtp:[%s]:%s tls=verify login=isp%s' % (
                        i.name, port, words), dnsq, RELAY_SECRETS=secrets,
                        TLS_CLIENT_SOCKET=service.path) as r:
                a = r.deliver(people[1], octets=LETTERS[0])[0]
                t.ok(a.verdict == 'done', 'a login%s' % words, a, r.log())
        t.ok(len(i.arrived(list(i.users)[1], 2)) == 2 and all(
            'with ESMTPSA ' in Delivered(one).received for one in
            i.mail(list(i.users)[1])), '... came so')


class Tree:
    """What bench/postfix.py wants of whoever starts processes: nothing."""

    def enter(self):
        pass


def postfix(t, top):
    if not LONG:
        raise Skip('CORREO_LONG=1 is not set')
    sys.path.append(os.path.join(TOP, 'bench'))
    import postfix as peer
    at = os.path.join(top, 'postfix')
    os.mkdir(at)
    os.chmod(at, 0o755)
    try:
        server = peer.Server(Tree(), at, top, None, 'relay.example', [
            ('%s@relay.example' % one, os.getuid() or 60699, os.getgid() or
            60699) for one in 'xyz'], [], None)
        server.start()
    except peer.Unavailable as why:
        raise Skip(str(why).splitlines()[0])
    try:
        with Remote(top, 'smtp:[%s]:%d' % (server.host, server.smtp[
                'none'])) as r:
            for letter in LETTERS:
                a = r.deliver('x@relay.example', 'y@relay.example',
                    'nobody@relay.example', octets=letter)
                t.eq([x.verdict for x in a], ['done', 'done', 'never'],
                    'Postfix: %d octets' % len(letter))
            t.eq(a[2].dsn, '5.1.1', "... its verdict's code")
        for maildir in server.maildirs[:2]:
            new = os.path.join(maildir, 'new')
            wait_for(lambda: len(os.listdir(new)) == len(LETTERS))
            got = [read(os.path.join(new, one)) for one in os.listdir(new)]
            # It adds a From to a header that has none.
            t.ok(all(any(one.endswith(b'\n' + letter.split(b'\n\n')[-1])
                for one in got) for letter in LETTERS), 'Postfix: they came')
    finally:
        server.stop()


def main():
    t = Tap()
    with folder() as top:
        for case in instance, postfix:
            t.run(case, top)
    t.done()


main()
