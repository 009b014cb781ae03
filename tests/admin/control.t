#!/usr/bin/env python3
"""qrunner's control socket: who may speak to it, what is an order, and that each
order is safe beside a running delivery and survives a restart."""

import os
import socket
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from admin import Control, Instance, LETTER, OTHER, ROOT, Skip, Tap, \
    bring_back, folder, journal, put_away, routes, under_way, wait_for, \
    waiting_message
import generate


def listen_nowhere():
    """A port on which nobody listens."""
    with socket.create_server(('127.0.0.1', 0)) as s:
        return s.getsockname()[1]


def empty_queue(i):
    """Remove all that waits."""
    with Control(i) as c:
        for id in i.waiting():
            c.ask('remove ' + id)
    i.idle()
    i.empty()


def words(t, i):
    """What is no question ends the connection, and nothing else."""
    for octets in (b'list', b'lists \n', b'list x\n', b'hold \n', b'hold all\n',
            b'remove ../x\n', b'\n', b'x' * 4096, b'y' * 5000, b'list \n\n',
            b'flush \n', b'status 1\n', b'\0'):
        with Control(i) as c:
            t.eq(c.say(octets), None, 'hung up on after %r' % octets[:20])
    with Control(i) as c:
        t.eq(c.ask('list '), ['end done'], 'an empty queue')
        t.eq(c.ask('sites ')[-1], 'end done', 'the same client may ask again')
        lines = c.ask('status ')
        t.eq(lines[:3], ['messages 0', 'tried 0', 'held 0'], 'its status')
        for verb in 'hold', 'release', 'remove', 'requeue', 'flush':
            t.eq(c.ask(verb + ' 661048b595041-14e2-b656c9aa'), ['end unknown'],
                '%s of a message that is not there' % verb)
        t.eq(c.ask('flush mx:nowhere.example'), ['end unknown'],
            'flush of a site that is not known')
        t.eq(c.ask('flush all'), ['end done'], 'flush of all of nothing')
    clients = [Control(i) for _ in range(16)]
    try:
        with Control(i) as more:
            t.eq(more.ask('list '), None, 'the 17th client is hung up on')
        t.eq(clients[7].ask('list '), ['end done'], 'the others are served')
    finally:
        for c in clients:
            c.socket.close()

    def has_room():
        with Control(i) as c:
            return c.ask('list ') == ['end done']
    t.ok(wait_for(has_room), 'who left makes room')


def others(t, i):
    """The folder keeps other users away; behind it, their uid does."""
    if not ROOT:
        raise Skip('without root there is one uid')
    path = i.setting('CONTROL_SOCKET')
    st = os.stat(os.path.dirname(path))
    t.eq((st.st_mode & 0o777, os.stat(path).st_mode & 0o777), (0o700, 0o600),
        'the folder and the socket are closed')

    def as_other(uid):
        """What a child with that uid hears."""
        out, into = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                with Control(i) as c:
                    said = c.ask('list ')
                os.write(into, repr(said).encode())
            except OSError as e:
                os.write(into, type(e).__name__.encode())
            finally:
                os._exit(0)
        os.close(into)
        with open(out) as f:
            said = f.read()
        os.waitpid(pid, 0)
        return said
    t.eq(as_other(OTHER), 'PermissionError', 'another user cannot connect')
    t.eq(as_other(st.st_uid), "['end done']", "the queue's user is served")
    os.chmod(os.path.dirname(path), 0o755)
    os.chmod(path, 0o666)
    t.eq(as_other(OTHER), 'None', 'with all doors open: hung up on by his uid')
    t.ok(i.logged('control: uid=%d is refused' % OTHER), 'with a log line')
    os.chmod(os.path.dirname(path), 0o700)
    os.chmod(path, 0o600)


def listing(t, i):
    """All messages come, in pieces."""
    i.service('-d', 'qrunner')
    made = generate.fill(i.queue, 3000)
    i.service('-u', 'qrunner')
    with Control(i) as c:
        seen, pieces, last = [], 0, ''
        while True:
            lines = c.ask('list ' + last)
            pieces += 1
            got = [line[3:] for line in lines if line.startswith('id ')]
            seen += got
            if lines[-1] == 'end done':
                break
            last = got[-1]
        t.eq((sorted(seen), pieces > 3), (made, True), 'each once, in pieces')
        t.ok(lines[1] == 'state waits' and lines[3].startswith('attempts '),
            'with state and attempts', lines[:4])
        t.eq(c.ask('status ')[0], 'messages 3000', 'the status counts them')
    empty_queue(i)


def held(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    with Control(i) as c:
        t.eq(c.end('hold ' + id), 'end done', 'hold')
        t.eq(c.end('hold ' + id), 'end done', 'twice')
        t.eq(journal(i, id)[-1:], ['held'], 'one line in the journal')
        t.ok('state held' in c.ask('list '), 'it is listed as held')
        t.eq(c.end('flush ' + id), 'end held', 'flush: not while it is held')
        t.eq(c.end('flush all'), 'end done', 'flush all passes it over')
        t.ok('held 1' in c.ask('status '), 'the status counts it')
    bring_back(i, 'carol')
    i.service('-r', 'qrunner')
    i.send(i.address('bob'))
    i.arrived('bob')
    with Control(i) as c:
        t.ok('state held' in c.ask('list '), 'a restart does not forget it')
        t.eq(len(i.mail('carol')), 0, 'and it was not tried')
        t.eq(c.end('requeue ' + id), 'end done', 'requeue')
        t.ok('state held' in c.ask('list '), 'does not release it')
        t.eq(c.end('release ' + id), 'end done', 'release')
        t.eq(len(i.arrived('carol')), 1, 'now it is delivered')
        t.ok(i.idle(), 'and gone')
        t.eq(c.end('release ' + id), 'end unknown', 'so it is unknown')
    i.empty()


def released(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    with Control(i) as c:
        due = [line for line in c.ask('list ') if line.startswith('due ')]
        c.ask('hold ' + id)
        t.eq(c.end('release ' + id), 'end done', 'release before its time')
        t.eq([line[:12] for line in c.ask('list ') if
            line.startswith('due ')], [due[0][:12]],
            'it waits for the time that it had')
    i.service('-r', 'qrunner')
    with Control(i) as c:
        t.ok('state waits' in c.ask('list '), 'after a restart too')
    t.eq(journal(i, id)[-2:], ['held', 'released'], 'the journal says so')
    bring_back(i, 'carol')
    empty_queue(i)


def torn(t, i):
    """Behind a torn line, an order's line counts."""
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    i.service('-d', 'qrunner')
    with open(os.path.join(i.queue, 'msg', id), 'ab') as f:
        f.write(b'next 179999')
    i.service('-u', 'qrunner')
    with Control(i) as c:
        t.eq(c.end('hold ' + id), 'end done', 'hold behind a torn line')
    t.eq(journal(i, id)[-2:], ['next 179999 !', 'held'], 'it was ended first')
    i.service('-r', 'qrunner')
    with Control(i) as c:
        t.ok('state held' in c.ask('list '), 'the order is read')
    bring_back(i, 'carol')
    empty_queue(i)


def removed(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('bob'), i.address('carol'))
    with Control(i) as c:
        t.eq(c.end('remove ' + id), 'end done', 'remove')
        t.eq(i.waiting(), [], 'it is gone')
        t.eq(c.ask('list '), ['end done'], 'and not listed')
    t.eq((len(i.mail('bob')), len(i.mail('alice'))), (1, 0),
        'what is delivered stays, the sender has no report')
    t.ok(i.logged('id=' + id, 'stat=Removed') and i.logged('id=' + id,
        'order=remove', 'uid=%d' % os.getuid()), 'the log says who and what')
    bring_back(i, 'carol')
    i.service('-r', 'qrunner')
    i.send(i.address('carol'))
    t.eq(len(i.arrived('carol')), 1, 'it does not come back')
    i.empty()


def removed_before_a_crash(t, i):
    """The journal says removed, and the file is still there."""
    put_away(i, 'carol')
    ids = [waiting_message(i, i.address('carol')) for _ in range(2)]
    i.service('-d', 'qrunner')
    for id, more in zip(ids, ('', 'held 1795522300.000000\n')):
        with open(os.path.join(i.queue, 'msg', id), 'a') as f:
            f.write(more + 'removed 1795522305.000000\n')
    bring_back(i, 'carol')
    i.service('-u', 'qrunner')
    t.ok(i.idle(), 'the next start removes it, held or not')
    t.eq((len(i.mail('carol')), len(i.mail('alice'))), (0, 0),
        'undelivered, and nobody is told')
    i.empty()


def busy(t, i):
    """Orders for a message that is being tried."""
    with under_way(i, i.address('bob')) as id, Control(i) as c:
        t.ok('state tried' in c.ask('list '), 'an attempt is under way')
        t.eq(c.end('flush ' + id), 'end active', 'flush')
        t.eq(c.end('hold ' + id), 'end active', 'hold')
        t.eq(c.end('release ' + id), 'end done', 'release')
        t.eq(c.end('remove ' + id), 'end active', 'remove')
        t.eq(i.waiting(), [id], 'its file is there')
        t.eq(journal(i, id)[-3:], ['held', 'released', 'removed'],
            'the orders stand in the journal')
    t.ok(i.idle(), 'the attempt ends, and it is gone')
    t.eq(len(i.mail('bob')), 1, 'bob got it: what was begun is not undone')
    t.eq(len(i.logged('id=' + id, 'stat=Removed')), 1, 'the log says removed')
    i.empty()
    put_away(i, 'carol')
    with under_way(i, i.address('bob'), i.address('carol')) as id, Control(i) as c:
        t.eq(c.end('hold ' + id), 'end active', 'hold, while one is deferred')
    with Control(i) as c:
        t.ok(wait_for(lambda: 'state held' in c.ask('list ')),
            'then it is held, not due again')
        t.ok(any(line.startswith('next') for line in journal(i, id)),
            'with the time of its next try')
    with under_way(i, i.address('bob'), i.address('carol'),
            i.address('gone')) as id, Control(i) as c:
        t.eq(c.end('remove ' + id), 'end active', 'remove, one has failed')
    t.ok(wait_for(lambda: id not in i.waiting()), 'it is gone')
    t.eq(len(i.mail('alice')), 0, 'and its sender has no report')
    bring_back(i, 'carol')
    empty_queue(i)


def parked(t, i):
    """Orders for messages that wait for a mailbox's turn."""
    with under_way(i, i.address('bob')), Control(i) as c:
        for _ in range(130):
            i.inject('alice@example.org', [i.address('bob')], LETTER)

        def parked_ids():
            lines = c.ask('list ')
            return [lines[n - 1][3:] for n, line in enumerate(lines) if
                line == 'state parked']
        got = wait_for(lambda: len(parked_ids()) > 5 and parked_ids())
        t.eq([c.end('flush ' + got[0]), c.end('remove ' + got[1]),
            c.end('remove ' + got[2]), c.end('hold ' + got[3]),
            c.end('hold ' + got[-1])], ['end done'] * 5, 'orders are taken')
        left = parked_ids()
        t.eq([id for id in (got[1], got[2], got[3], got[-1]) if id in left],
            [], 'who is removed or held waits there no more')
        t.ok(got[0] in left and got[1] not in i.waiting(),
            'who is flushed does; who is removed is gone')
    t.ok(wait_for(lambda: len(i.waiting()) == 2), 'the others are delivered')
    t.eq(sorted(i.waiting()), sorted([got[3], got[-1]]), 'but the two held')
    with Control(i) as c:
        c.ask('release ' + got[3])
        c.ask('release ' + got[-1])
    t.ok(i.idle(), 'until they are released')
    t.eq(len(i.mail('bob')), 1 + 130 - 2, 'each came once')
    i.empty()


def requeued(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    with Control(i) as c:
        for n in 2, 3:
            t.eq(c.end('flush ' + id), 'end done', 'flush')
            t.ok(wait_for(lambda: 'attempts %d' % n in c.ask('list ')),
                'it is tried at once')
        c.ask('hold ' + id)
        t.eq(c.end('requeue ' + id), 'end done', 'requeue')
        t.ok('attempts 0' in c.ask('list '), 'no attempts any more')
    i.service('-r', 'qrunner')
    with Control(i) as c:
        t.ok('attempts 0' in c.ask('list '), 'after a restart too')
        c.ask('release ' + id)
        t.ok(wait_for(lambda: 'attempts 1' in c.ask('list ')),
            'and it is tried at once')
    bring_back(i, 'carol')
    empty_queue(i)


def dead_site(t, i):
    """flush makes the probe of a dead site due; when it takes that, all go."""
    port = listen_nowhere()
    routes(i, 'dead.example [127.0.0.1]:%d tls=none' % port, '* bounce')
    way = 'smtp:[127.0.0.1]:%d tls=none' % port
    ids = [waiting_message(i, 'x%d@dead.example' % n) for n in range(3)]
    tried = 'site=%s is dead' % way

    def deaths():
        return len(i.logged(tried, n=0))
    with Control(i) as c:
        lines = c.ask('sites ')
        t.ok('site ' + way in lines and 'failures 1' in lines and
            'messages 3' in lines and 'dsn 4.4.2' in lines,
            'the site is dead, and three wait', lines)
        t.eq(c.ask('list ').count('site ' + way), 3, 'the list says so')
        for n, what in enumerate((ids[0], way, 'all', ids[2]), 2):
            t.eq(c.end('flush ' + what), 'end done', 'flush ' + what)
            t.ok(wait_for(lambda: deaths() >= n), 'it is tried, once')
        t.ok(wait_for(lambda: 'failures 5' in c.ask('sites ')),
            'the site counts that')
        c.ask('hold ' + ids[1])
    t.eq(deaths(), 5, 'no more tries than that')
    with Remote(port), Control(i) as c:
        t.eq(c.end('flush ' + way), 'end done', 'it is back, and flushed')
        t.ok(wait_for(lambda: i.waiting() == [ids[1]]),
            'all go but who is held')
        c.ask('release ' + ids[1])
        c.ask('flush ' + ids[1])
        t.ok(i.idle(), 'and he when he is released')
    empty_queue(i)


class Remote:
    """A host that takes everything, on that port."""

    def __init__(self, port):
        from remote import Sink
        self.sink = Sink(port=port)

    def __enter__(self):
        return self.sink.__enter__()

    def __exit__(self, *_):
        self.sink.__exit__()


def main():
    t = Tap()
    with folder() as top, Instance(top, DIRECT=0, RETRY_FIRST_S=3600,
            RETRY_MAX_S=3600) as i:
        for case in words, others, listing, held, released, torn, removed, \
                removed_before_a_crash, busy, parked, requeued, dead_site:
            t.run(case, i)
    t.done()


main()
