#!/usr/bin/env python3
"""correo queue: tables for people, JSON for programs, filters, orders, exit codes;
thousands of messages in little memory; without the runner."""

import json
import os
import re
import resource
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from admin import Instance, LONG, OTHER, ROOT, Skip, Tap, bring_back, \
    correo, folder, ids, listed, put_away, read, routes, state, under_way, \
    wait_for, waiting_message
import generate

MANY = 50000 if LONG else 2000
ODD = b'Subject: x\n\ny\n'


def clean(i):
    if i.waiting():
        correo(i, 'queue', 'remove', '--all')
    if not i.idle(10):
        print('# it still waits: ' + correo(i, 'queue', 'list').out.replace(
            '\n', '\n# '))
    i.empty()


def usage(t, i):
    for args in ([], ['x'], ['queue'], ['queue', 'x'], ['queue', 'list', 'x'],
            ['queue', 'list', '--x'], ['queue', 'list', '--age'],
            ['queue', 'list', '--age', '1y'], ['queue', 'list', '--size', '-0'],
            ['queue', 'list', '--all'], ['queue', 'list', '--site', 'x'],
            ['queue', 'show'], ['queue', 'show', 'x'], ['queue', 'remove'],
            ['queue', 'hold', '--all', '--age', '1'], ['queue', 'hold',
            '../x'], ['queue', 'hold', '--site', 'x'], ['queue', 'flush',
            '--json', '--all'], ['queue', 'flush', '--site', 'mx:x.example'],
            ['queue', 'sites', 'x'], ['queue', 'show',
            '661048b595041-14e2-b656c9aa'], ['queue', 'remove',
            '661048b595041-14e2-b656c9aa'], ['tables', 'x'], ['why'],
            ['why', '661048b595041-14e2-b656c9aa']):
        done = correo(i, *args)
        t.ok(done.returncode == 100 and bool(done.err) != ('remove' in args and
            len(args) == 3), 'correo %s: exit 100' % ' '.join(args),
            done.returncode, done.err, done.out)
    done = correo(i, 'queue', 'list')
    t.eq((done.returncode, done.out), (0, 'No such message is in the queue.\n'),
        'an empty queue')
    t.eq(listed(i), [], 'the same for programs')
    t.eq(correo(i, 'queue', 'flush', '--all').returncode, 0, 'flush --all')
    done = correo(i, 'queue', 'hold', '--sender', 'x')
    t.eq(done.returncode, 0, 'a filter that nothing suits')
    if ROOT:
        for verb in ['list'], ['flush', '--all'], ['status']:
            done = correo(i, 'queue', *verb, uid=OTHER)
            t.ok(done.returncode == 100 and 'root' in done.err,
                'queue %s of another user: 100' % verb[0], done.returncode,
                done.err)


def table(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'), i.address('bob'), 'staff')
    other = waiting_message(i, i.address('carol'), sender='')
    out = correo(i, 'queue', 'list').out
    lines = out.splitlines()
    t.ok(lines[0].startswith('ID ') and lines[-1].startswith('2 messages, '),
        'a head and a total', out)
    row = [line for line in lines if line.startswith(id)][0].split()
    t.ok(row[1].isdigit() and re.fullmatch(r'\d+s', row[2]) and row[3] == '1'
        and row[4] == 'in' and row[-1] == 'alice@example.org',
        'id, size, age, tries, next, sender', row)
    at = lines.index([line for line in lines if line.startswith(id)][0])
    t.eq(lines[at + 1].strip(), 'to carol@example.org, staff',
        'who does not have it')
    t.eq(lines[at + 2].strip(), '4.2.0 mailbox: No such file or directory',
        'and why')
    t.ok([line for line in lines if line.startswith(other)][0].endswith(' <>'),
        'no sender is <>')
    one, = [one for one in listed(i) if one['id'] == id]
    t.eq((one['sender'], one['state'], one['attempts'], one['site'],
        one['dsn'], sorted(r['address'] for r in one['recipients'])),
        ('alice@example.org', 'waits', 1, None, '4.2.0',
        ['carol@example.org', 'staff']), 'the same for programs')
    t.ok(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', one['time']) and
        one['next'] > one['time'], 'times', one)
    shown = correo(i, 'queue', 'show', id).out
    t.ok('bob@example.org delivered' in shown and 'carol@example.org failed '
        'for now' in shown and 'rcpt       staff' in shown, 'show', shown)
    shown = json.loads(correo(i, 'queue', 'show', id, '--json').out)
    t.eq(sorted((r['address'], r['state']) for r in shown['recipients']),
        [('alice@example.org', 'done'), ('bob@example.org', 'done'),
        ('carol@example.org', 'later'), ('staff', 'waits')],
        'for programs, with those who have it')
    bring_back(i, 'carol')
    clean(i)


def strangers(t, i):
    """What a stranger wrote does nothing to a terminal and breaks no JSON."""
    put_away(i, 'carol')
    # qinject refuses control octets below 128; these it does not.
    odd = 'a"\\\u009b2J\u20ac@b.example'
    id = waiting_message(i, i.address('carol'), sender=odd)
    out = correo(i, 'queue', 'list').out
    t.ok('\x9b' not in out and '\u20ac' in out, 'C1 controls are masked', out)
    t.eq(listed(i)[0]['sender'], odd, 'JSON keeps all')
    os.unlink(os.path.join(i.queue, 'msg', id))
    path = os.path.join(i.queue, 'msg', id)
    os.mkfifo(path)
    t.eq(ids(i), [], 'a FIFO is no message, and is not waited for')
    os.unlink(path)
    with open(path, 'wb') as f:
        f.write(b'correo queue file 1\nsize ')
    t.eq(ids(i), [], 'nor is half a file')
    os.unlink(path)
    bring_back(i, 'carol')
    i.service('-r', 'qrunner')
    clean(i)


def filters(t, i):
    i.service('-d', 'qrunner')
    made = generate.fill(i.queue, 400)
    old = generate.fill(i.queue, 1, age_s=200000)[0]
    i.service('-u', 'qrunner')
    all = {one['id']: one for one in listed(i)}
    t.eq(len(all), 401, 'all are listed')
    now = max(one['time'] for one in all.values())

    def expect(name, args, good):
        got = ids(i, *args)
        want = sorted(id for id, one in all.items() if good(one))
        t.ok(got == want and 0 < len(want) < 401, 'filter ' + name,
            len(got), len(want))
    to = lambda one: one['recipients'][0]['address']	# noqa
    expect('sender', ['--sender', 'SENDER3@example.net'], lambda one:
        one['sender'] == 'sender3@example.net')
    expect('sender with *', ['--sender=*@example.net'], lambda one:
        one['sender'] != '')
    expect('no sender', ['--sender', '<>'], lambda one: one['sender'] == '')
    expect('recipient', ['--recipient', 'user7@*'], lambda one:
        to(one).startswith('user7@'))
    expect('domain', ['--domain', 'two.example'], lambda one:
        to(one).endswith('@two.example'))
    expect('reason', ['--reason', 'MAILBOX full'], lambda one:
        one['why'] == 'mailbox full')
    expect("a reason's code", ['--reason', '4.7'], lambda one:
        one['dsn'] == '4.7.5')
    expect('age', ['--age', '2d'], lambda one: one['id'] == old)
    expect('younger', ['--age', '-2d'], lambda one: one['id'] != old)
    size = sorted(one['size'] for one in all.values())[200]
    expect('size', ['--size', str(size)], lambda one: one['size'] >= size)
    expect('smaller', ['--size', '-%d' % size], lambda one: one['size'] <=
        size)
    expect('all together', ['--sender', '<>', '--domain', 'o*', '--reason',
        'refused', '--size', '1', '--age', '-1d'], lambda one: one['sender'] ==
        '' and to(one).endswith('@one.example') and one['dsn'] == '4.4.1' and
        one['id'] != old)
    t.ok(now > all[old]['time'] and made, 'the old one is old')
    # Orders by filters.
    done = correo(i, 'queue', 'hold', '--domain', 'two.example')
    want = [id for id, one in sorted(all.items()) if
        to(one).endswith('@two.example')]
    t.eq((done.returncode, done.out.splitlines()), (0, ['%s is held' % id for
        id in want]), 'hold by a filter says what it held')
    t.eq([one['id'] for one in listed(i) if one['state'] == 'held'], want,
        'and did so')
    t.ok('%d held' % len(want) in correo(i, 'queue', 'list').out,
        'the total counts them')
    done = correo(i, 'queue', 'remove', want[0], want[1], old, '--domain',
        'two.example')
    t.eq(done.out.splitlines(), ['%s is removed' % id for id in want[:2]],
        'ids and a filter: both must hold')
    done = correo(i, 'queue', 'release', want[0], want[2])
    t.ok(done.returncode == 100 and '%s is not in the queue' % want[0] in
        done.out and '%s is released' % want[2] in done.out, 'one that is '
        'gone: said, and exit 100; the other is released', done.out)
    done = correo(i, 'queue', 'flush', want[3])
    t.ok(done.returncode == 100 and 'is held: release it first' in done.out,
        'flush of one that is held', done.out)
    clean(i)


def orders(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    for verb, words, then in (('hold', 'is held', 'held'), ('requeue',
            'is due now, as if it were new', 'held'), ('release',
            'is released', None), ('flush', 'is due now', None)):
        done = correo(i, 'queue', verb, id)
        t.eq((done.returncode, done.out), (0, '%s %s\n' % (id, words)), verb)
        if then:
            t.eq(state(i, id), then, 'its state then')
    wait_for(lambda: state(i, id) == 'waits')
    with under_way(i, i.address('bob')) as busy:
        t.ok('is tried now' in correo(i, 'queue', 'list').out, 'being tried')
        done = correo(i, 'queue', 'remove', busy, id)
        t.eq((done.returncode, done.out.splitlines()), (0, ['%s is being tried '
            'just now, then it is removed' % busy, '%s is removed' % id]),
            'remove')
    t.ok(i.idle(), 'all is gone')
    bring_back(i, 'carol')
    clean(i)


def sites(t, i):
    out = correo(i, 'queue', 'sites')
    t.ok(out.returncode == 0 and 'No other host' in out.out, 'no sites')
    t.eq(json.loads(correo(i, 'queue', 'sites', '--json').out), [],
        'for programs')
    routes(i, 'dead.example [127.0.0.1]:1 tls=none', '* bounce')
    id = waiting_message(i, 'x@dead.example')
    out = correo(i, 'queue', 'sites').out
    t.ok('smtp:[127.0.0.1]:1 tls=none' in out and 'dead since' in out and
        '1 message waits' in out and '4.4.2' in out, 'a dead one', out)
    one, = json.loads(correo(i, 'queue', 'sites', '--json').out)
    t.eq((one['alive'], one['failures'], one['messages'], one['dsn']),
        (False, 1, 1, '4.4.2'), 'for programs')
    t.ok('waits for smtp:[127.0.0.1]:1 tls=none, which is dead' in
        correo(i, 'queue', 'list').out and listed(i)[0]['site'] ==
        one['site'], 'the list names it')
    done = correo(i, 'queue', 'flush', '--site', one['site'])
    t.eq(done.returncode, 0, 'flush --site')
    t.ok(wait_for(lambda: json.loads(correo(i, 'queue', 'sites',
        '--json').out)[0]['failures'] == 2), 'it is tried')
    s = json.loads(correo(i, 'queue', 'status', '--json').out)
    t.eq((s['messages'], s['sites'], s['dead']), (1, 1, 1), 'status')
    t.ok('messages   1' in correo(i, 'queue', 'status').out, 'for people')
    t.ok(id in ids(i), 'it still waits')
    clean(i)


def no_runner(t, i):
    put_away(i, 'carol')
    id = waiting_message(i, i.address('carol'))
    correo(i, 'queue', 'hold', id)
    i.service('-d', 'qrunner')
    done = correo(i, 'queue', 'list')
    t.ok(done.returncode == 0 and id in done.out and 'is held' in done.out and
        'not running' in done.err, 'list reads the files, and says so',
        done.out, done.err)
    done = correo(i, 'queue', 'show', id)
    t.ok(done.returncode == 0 and 'is held' in done.out and 'not running' in
        done.err, 'show too', done.out, done.err)
    before = read(os.path.join(i.queue, 'msg', id))
    for verb in 'flush', 'hold', 'release', 'remove', 'requeue':
        done = correo(i, 'queue', verb, id)
        t.ok(done.returncode == 111 and 'nothing is done' in done.err,
            verb + ': exit 111, in words', done.returncode, done.err)
    t.eq(read(os.path.join(i.queue, 'msg', id)), before, 'nothing is done')
    for verb in 'sites', 'status':
        t.eq(correo(i, 'queue', verb).returncode, 111, verb + ': exit 111')
    i.service('-u', 'qrunner')
    t.eq(state(i, id), 'held', 'the runner is back')
    bring_back(i, 'carol')
    clean(i)


def rss_kb(pid):
    text = read('/proc/%d/status' % pid).decode()
    return int(re.search(r'VmRSS:\s+(\d+)', text).group(1))


def many(t, i):
    i.service('-r', 'qrunner')
    correo(i, 'queue', 'status')
    before = rss_kb(i.service_pid('qrunner'))
    i.service('-d', 'qrunner')
    made = generate.fill(i.queue, MANY)
    i.service('-u', 'qrunner')
    t.eq(json.loads(correo(i, 'queue', 'status', '--json').out)['messages'],
        MANY, '%d messages are taken in at the start' % MANY)
    each = (rss_kb(i.service_pid('qrunner')) - before) * 1024 / MANY
    if 'san' in i.environ['BIN']:
        t.skip('memory', "the sanitizers' memory says nothing")
    else:
        t.ok(each < 300, 'the runner has less than 300 octets for each: %d' %
            each)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with open(os.devnull, 'w') as null:
        subprocess.run([i.env['CORREO'], 'queue', 'list'], stdout=null,
            check=True)
    more = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    t.ok(True, 'most memory of a child before and behind the list: %d, %d kB'
        % (used, more))
    t.eq(ids(i), made, 'all are listed, in the order in which they came')
    done = correo(i, 'queue', 'hold', '--all')
    t.eq(len(done.out.splitlines()), MANY, 'all are held')
    done = correo(i, 'queue', 'remove', '--all')
    t.eq((len(done.out.splitlines()), i.waiting()), (MANY, []),
        'all are removed')
    clean(i)


def main():
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=3600,
            RETRY_MAX_S=3600, GIVEUP_S=1000000, DELAY_REPORT_S=0) as i:
        for case in usage, table, strangers, filters, orders, sites, \
                no_runner, many:
            t.run(case, i)
    t.done()


main()
