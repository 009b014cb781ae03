#!/usr/bin/env python3
"""Reports of every kind, in English and Spanish, as programs read them that deal with
bounces: Python's flufl.bounce (Mailman's), Perl's Mail::DeliveryStatus::BounceParser
and Sisimai. One that is not installed is skipped."""

import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from clients import *
for beside in 'chain', 'remote':
    sys.path.append(os.path.join(os.path.dirname(HERE), beside))
from remote import Sink	# noqa

FLUFL = '''
import email, json, sys
from flufl.bounce import all_failures
with open(sys.argv[1], "rb") as f:
    later, failed = all_failures(email.message_from_binary_file(f))
print(json.dumps([sorted(x.decode() for x in group) for group in
    (failed, later)]))
'''
PARSER = r'''
use strict; use JSON::PP; use Mail::DeliveryStatus::BounceParser;
open my $f, "<", $ARGV[0] or die;
my $b = Mail::DeliveryStatus::BounceParser->new($f);
print encode_json({ bounce => $b->is_bounce ? 1 : 0, reports => [ map { {
    to => $_->get("email"), reason => $_->get("std_reason"),
    code => $_->get("smtp_code"), host => $_->get("host") } } $b->reports ],
    id => $b->orig_message_id });
'''
SISIMAI = r'''
use strict; use JSON::PP; use Sisimai;
my $all = Sisimai->make($ARGV[0], delivered => 1) || [];
print encode_json([ map { { to => $_->recipient->address, action => $_->action,
    reason => $_->reason, status => $_->deliverystatus,
    code => $_->replycode, words => $_->diagnosticcode,
    rhost => $_->rhost, agent => $_->smtpagent } } @$all ]);
'''
LETTER = (b'Subject: a letter\nFrom: Alice <alice@example.org>\nTo: a friend '
    b'<x@example.net>\nMessage-ID: <m1@example.org>\n\nText.\n')


class Program:
    """A parser: JSON of what it makes of a file."""

    def __init__(self, name, *command):
        self.name, self.command = name, command

    def is_there(self):
        code = {'flufl.bounce': 'import flufl.bounce'}.get(self.name)
        words = [self.command[0], '-c', code] if code else [self.command[0],
            '-M' + self.name, '-e', '1']
        return subprocess.run(words, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0

    def __call__(self, path):
        done = subprocess.run([*self.command, path], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        return json.loads(done.stdout)


PROGRAMS = (Program('flufl.bounce', '/usr/bin/python3', '-c', FLUFL),
    Program('Mail::DeliveryStatus::BounceParser', 'perl', '-e', PARSER),
    Program('Sisimai', 'perl', '-e', SISIMAI))


def reports(i):
    """{kind: path of a report}, one of each."""
    found = {}

    def keep(kind, user='alice'):
        paths = i.arrived(user)
        if len(paths) != 1:
            raise RuntimeError('%s: %d reports' % (kind, len(paths)))
        found[kind] = os.path.join(i.root, kind + '.eml')
        os.rename(paths[0], found[kind])

    def plan(session, step):
        if step == 'rcpt' and '<gone@' in session.to[-1]:
            return '550 5.1.1 <gone@far.example>: no such user'
        if step == 'rcpt' and '<full@' in session.to[-1]:
            return '552 5.2.2 mailbox is full'
        if step == 'rcpt' and '<busy@' in session.to[-1]:
            return '450 4.2.1 not now'
        return None
    with Sink(plan) as sink:
        with open(i.etc + '/routes', 'w') as f:
            f.write('far.example [127.0.0.1]:%d tls=none\n* bounce\n' %
                sink.port)
        i.compile('routes')
        me = i.address('alice')
        i.inject(me, i.address('nobody-1'), LETTER)
        keep('unknown here')
        i.inject(me, 'gone@far.example', LETTER)
        keep('unknown there')
        i.inject(me, ['full@far.example', i.address('nobody-2')], LETTER)
        keep('two of them')
        i.inject('', 'gone@far.example', LETTER)
        keep('double')
        ask(i, 'NOTIFY=SUCCESS', 'bob@' + i.domain, 'x@far.example')
        keep('success')
        ask(i, 'NOTIFY=FAILURE', 'gone@far.example', ret=' RET=FULL')
        keep('whole message')
        i.inject(me, 'busy@far.example', LETTER)
        keep('delayed')
        sink.plan = {}
        i.idle()
    return found


def ask(i, notify, *to, ret=''):
    """A message whose sender asks for reports."""
    with i.smtp() as s:
        s.command('MAIL FROM:<%s>%s' % (i.address('alice'), ret))
        for one in to:
            s.command('RCPT TO:<%s> %s' % (one, notify))
        answer = s.data(LETTER.replace(b'\n', b'\r\n'))
        if answer.code != 250:
            raise RuntimeError(answer)


HERE_1, HERE_2 = 'nobody-1@example.org', 'nobody-2@example.org'
GONE, FULL, BUSY = 'gone@far.example', 'full@far.example', 'busy@far.example'
FAILED = {'unknown here': [HERE_1], 'unknown there': [GONE], 'two of them':
    [FULL, HERE_2], 'double': [GONE], 'whole message': [GONE]}


def by_flufl(t, name, run, found):
    for kind, path in found.items():
        t.eq(run(path), [FAILED.get(kind, []), [BUSY] if kind == 'delayed' else
            []], '%s: %s' % (name, kind))


def by_bounce_parser(t, name, run, found):
    """It knows failures only."""
    for kind in FAILED:
        got = run(found[kind])
        t.eq((got['bounce'], sorted(one['to'] for one in got['reports'])),
            (1, FAILED[kind]), '%s: %s' % (name, kind))
        reasons = {one['to']: one['reason'] for one in got['reports']}
        t.eq(reasons, {to: 'over_quota' if to == FULL else 'user_unknown'
            for to in FAILED[kind]}, '... and why')
        t.eq(got['id'], '<m1@example.org>', '... of which message')
        codes = {one['to']: one['code'] for one in got['reports']}
        t.ok(codes.get(GONE, '550') == '550' and codes.get(FULL, '552') ==
            '552', "... with the host's code", codes)


def by_sisimai(t, name, run, found):
    for kind in FAILED:
        got = {one['to']: one for one in run(found[kind])}
        t.eq(sorted(got), FAILED[kind], '%s: %s' % (name, kind))
        t.eq({to: one['reason'] for to, one in got.items()}, {to:
            'mailboxfull' if to == FULL else 'userunknown' for to in
            FAILED[kind]}, '... and why') or t.ok(False, 'it said', got)
        t.eq({(one['action'], one['status'][:2]) for one in got.values()},
            {('failed', '5.')}, '... for good')
        if GONE in got:
            t.ok(got[GONE]['code'] == '550' and 'no such user' in got[GONE][
                'words'] and got[GONE]['rhost'] == '127.0.0.1', "... with the "
                "host's code, words and name", got)
    got = run(found['delayed'])
    t.eq([(one['to'], one['action'], one['status']) for one in got], [(BUSY,
        'delayed', '4.2.1')], '%s: delayed' % name)
    got = run(found['success'])
    t.eq(sorted((one['to'], one['action'], one['reason']) for one in got),
        [('bob@example.org', 'delivered', 'delivered'), ('x@far.example',
        'relayed', 'delivered')], '%s: success' % name)


def main():
    t = Tap()
    for lang in 'en', 'es':
        with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1,
                DELAY_REPORT_S=1, REPORT_LANG=lang) as i:
            found = reports(i)
            for program, case in zip(PROGRAMS, (by_flufl, by_bounce_parser,
                    by_sisimai)):
                name = '%s, %s' % (program.name, lang)
                if program.is_there():
                    t.run(case, name, program, found)
                else:
                    t.skip(name, 'it is not installed')
    t.done()


main()
