#!/usr/bin/env python3
"""Virtual domains: what 69 addresses mean, beside what sendmail makes of the same
tables, and Postfix where it differs.

sendmail's column is what sendmail 8.17.1 said (sendmail -bv) with
use_cw_file, virtusertable and these tables; the users were the system's. Postfix's
is by its manuals virtual(5), local(8) and postconf(5), recipient_delimiter +, with
what it knows of these tables: no +*, ++, %1 and error:.

A decision is the users that get the mail (with +detail, where it is kept), whole
addresses of other hosts, files, or ! where it is refused.
"""

import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
    os.pardir, 'chain'))
from correo import Instance, Tap, folder

DOMAINS = ('miescuela.edu.co', 'ejemplo.org', 'catch.example',
    'mover.example', 'plus.example')
USERS = 'pablo', 'maria', 'ana', 'mary-ann'

ALIASES = r'''
postmaster: pablo
ventas: maria, ana
lista: pablo, ana
owner-lista: maria
lista-request: maria
info: pablo+web
soporte+urgente: ana
soporte: maria
equipo+*: pablo
equipo: ana
fuera: maria@example.net
jefes: ventas, pablo
pablo+boletin: ana
bin: /dev/null
yo: \pablo
circulo: circulo2
circulo2: circulo
'''

VIRTUAL = '''
pablofelipe@miescuela.edu.co	pablo
ventas@miescuela.edu.co	ana
info@miescuela.edu.co	maria@example.net
spam@miescuela.edu.co	error:nouser No such user here
cerrado@miescuela.edu.co	error:5.7.0:550 Closed
grupo+*@miescuela.edu.co	pablo+%2
baja++@miescuela.edu.co	ana
jefe@miescuela.edu.co	ventas
maria+x@miescuela.edu.co	ana
catalina@miescuela.edu.co	%1@ejemplo.org
maria@catch.example	ana
@catch.example	pablo
@mover.example	%1@miescuela.edu.co
+*@plus.example	pablo+%2
@plus.example	ana
'''

NOBODY = '!no such user'

# Address, ours, sendmail's where it is another, and Postfix's.
CASES = (
    ('pablo', 'pablo'),
    ('pablo@example.org', 'pablo'),
    ('pablo@miescuela.edu.co', 'pablo'),
    ('Pablo@MiEscuela.edu.co', 'pablo'),
    ('maria@ejemplo.org', 'maria'),
    ('mary-ann@example.org', 'mary-ann'),
    ('nadie@example.org', NOBODY),
    ('nadie+x@example.org', NOBODY),
    ('nadie@miescuela.edu.co', NOBODY),
    # An address of its own, and only in its domain.
    ('pablofelipe@miescuela.edu.co', 'pablo'),
    ('pablofelipe@example.org', NOBODY),
    ('pablofelipe@ejemplo.org', NOBODY),
    ('pablofelipe+x@miescuela.edu.co', 'pablo', None, 'pablo+x'),
    ('ventas@miescuela.edu.co', 'ana'),
    ('ventas@example.org', 'ana maria'),
    ('ventas@ejemplo.org', 'ana maria'),
    ('info@miescuela.edu.co', 'maria@example.net'),
    ('info@example.org', 'pablo+web'),
    ('info@ejemplo.org', 'pablo+web'),
    ('jefe@miescuela.edu.co', 'ana maria'),
    ('catalina@miescuela.edu.co', NOBODY),
    # Refused with words.
    ('spam@miescuela.edu.co', '!No such user here'),
    ('spam@example.org', NOBODY),
    ('cerrado@miescuela.edu.co', '!Closed'),
    ('cerrado+x@miescuela.edu.co', '!Closed'),
    # Detail.
    ('grupo@miescuela.edu.co', NOBODY),
    ('grupo+a@miescuela.edu.co', 'pablo+a', None, NOBODY),
    ('grupo+a+b@miescuela.edu.co', 'pablo+a+b', None, NOBODY),
    ('baja@miescuela.edu.co', NOBODY),
    ('baja+x@miescuela.edu.co', 'ana', None, NOBODY),
    ('maria+x@miescuela.edu.co', 'ana'),
    ('maria+y@miescuela.edu.co', 'maria+y'),
    ('pablo+otro@example.org', 'pablo+otro'),
    ('pablo+boletin@example.org', 'ana'),
    ('soporte@example.org', 'maria'),
    ('soporte+urgente@example.org', 'ana'),
    ('soporte+otro@example.org', 'maria'),
    ('equipo@example.org', 'ana'),
    ('equipo+x@example.org', 'pablo', None, 'ana'),
    ('lista+x@example.org', 'ana pablo'),
    # All else of a domain: never what has a name.
    ('nadie@catch.example', 'pablo'),
    ('nadie+x@catch.example', 'pablo'),
    ('pablo@catch.example', 'pablo'),
    ('maria@catch.example', 'ana'),
    ('maria+x@catch.example', 'ana', None, 'ana+x'),
    ('ana@catch.example', 'ana', 'pablo', 'pablo'),
    ('ana+x@catch.example', 'ana+x', 'pablo', 'pablo'),
    ('ventas@catch.example', 'ana maria', 'pablo', 'pablo'),
    ('postmaster@catch.example', 'pablo'),
    ('pablofelipe@mover.example', 'pablo', None, NOBODY),
    ('pablo@mover.example', 'pablo'),
    ('nadie@mover.example', NOBODY),
    ('ventas@mover.example', 'ana maria', 'ana', NOBODY),
    ('x+y@plus.example', 'pablo+y', None, 'ana'),
    ('x@plus.example', 'ana'),
    ('pablo+q@plus.example', 'pablo+q', None, 'ana'),
    ('ana@plus.example', 'ana'),
    # Aliases in every domain.
    ('postmaster@ejemplo.org', 'pablo'),
    ('lista@ejemplo.org', 'ana pablo'),
    ('owner-lista@example.org', 'maria'),
    ('lista-request@miescuela.edu.co', 'maria'),
    ('fuera@ejemplo.org', 'maria@example.net'),
    ('jefes@example.org', 'ana maria pablo'),
    ('bin@example.org', '/dev/null'),
    ('yo@example.org', 'pablo'),
    ('circulo@example.org', NOBODY),
    # Not ours.
    ('x@example.net', 'x@example.net'),
    ('x@sub.miescuela.edu.co', 'x@sub.miescuela.edu.co'),
    ('x@catch.example.net', 'x@catch.example.net'),
)


class WhoIs:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(20)
        self.socket.connect(path)

    def groups(self, question):
        """The groups of the answer as dictionaries, and its end."""
        self.socket.send((question + '\n').encode())
        found, text = [], ''
        while 'end' not in [line.split(' ')[0] for line in text.splitlines()]:
            text += self.socket.recv(65536).decode()
        for line in text.splitlines():
            key, value = line.split(' ', 1)
            if key == 'to':
                found.append({})
            if key == 'end':
                return found, value
            found[-1][key] = value

    def decision(self, address):
        return ' '.join(sorted(one(g) for g in
            self.groups('expand ' + address)[0]))


def one(group):
    """A group as the table above has it."""
    to = group['to'].lstrip('\\')
    if 'never' in group or 'later' in group:
        return '!' + group['why']
    if 'nexthop' in group:
        return to
    local, rest = to.split('@', 1)
    return '/' + rest.split('/', 1)[1] if '/' in rest else local


def lay(i):
    uid = os.getuid() or 60690
    with open(i.etc + '/users', 'a') as f:
        for domain in DOMAINS + (i.domain,):
            f.writelines('%s@%s:*:%d:%d:/srv/%s\n' % (user, domain, uid, uid,
                user) for user in USERS)
    i.compile('users')
    i.add_lines('local-host-names', *DOMAINS)
    i.add_lines('routes', 'example.net mx', '.miescuela.edu.co mx',
        'catch.example.net mx')
    with open(i.etc + '/aliases', 'w') as f:
        f.write(ALIASES)
    with open(i.etc + '/virtusertable', 'w') as f:
        f.write(VIRTUAL)


def decisions(t, i, who):
    for address, ours, *theirs in CASES:
        words = ' (sendmail: %s)' % theirs[0] if theirs and theirs[0] else ''
        t.eq(who.decision(address), ours, address + words)


def domain_table(t, i, who):
    """The handbook's table of aliases of one domain, which makes it a domain
    of its own: what stands in aliases is no alias there."""
    os.mkdir(i.etc + '/aliases.d')
    with open(i.etc + '/aliases.d/ejemplo.org', 'w') as f:
        f.write('ventas: pablo\ntodos: ventas, maria@miescuela.edu.co\n'
            'owner-todos: ana\n')
    t.eq(i.compile('aliases').returncode, 0, 'a table for one domain')
    for address, decision in (('ventas@ejemplo.org', 'pablo'),
            ('ventas@example.org', 'ana maria'),
            ('todos@ejemplo.org', 'maria pablo'), ('todos', NOBODY),
            ('info@ejemplo.org', NOBODY), ('maria@ejemplo.org', 'maria'),
            ('postmaster@ejemplo.org', 'pablo')):
        t.eq(who.decision(address), decision, address)
    groups, _ = who.groups('expand todos@ejemplo.org')
    t.eq({g.get('sender') for g in groups}, {'owner-todos@ejemplo.org'},
        'its owner gets the bounces')


def relays(t, i, who):
    i.add_lines('relay-domains', 'socio.example  # y sus subdominios',
        '192.168.1', 'IPv6:2001:db8')
    i.add_lines('routes', 'socio.example mx', '.socio.example mx')
    for question, end in (('ask x@socio.example', 'here'),
            ('ask x@a.socio.example', 'here'),
            ('ask x@example.net', 'elsewhere'),
            ('ask x@otrosocio.example', 'barred'),
            ('relays 192.168.1.20', 'here'), ('relays 192.168.11.20', 'nobody'),
            ('relays 2001:db8:5::1', 'here'), ('relays 127.0.0.1', 'nobody')):
        t.eq(who.groups(question), ([], end), question)


def client(t, i):
    """One of relay-domains may send to other hosts, others may not."""
    with open(i.etc + '/smtp.rules', 'w') as f:
        f.write(':allow\n')
    with open(i.etc + '/smtp.rules') as f:
        subprocess.run(['tcprules', i.etc + '/smtp.rules.cdb', i.etc +
            '/smtp.rules.tmp'], stdin=f, check=True)
    os.chmod(i.etc + '/smtp.rules.cdb', 0o644)
    with i.smtp() as s:
        s.command('EHLO x')
        s.command('MAIL FROM:<pablo@example.org>')
        t.eq(s.command('RCPT TO:<x@example.net>').code, 550,
            'a stranger may not')
        i.add_lines('relay-domains', '127.0')
        t.eq(s.command('RCPT TO:<x@example.net>').code, 250,
            'with its address in relay-domains it may')
        t.eq(s.command('RCPT TO:<nadie@example.org>').code, 550,
            'but not to nobody')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        lay(i)
        t.eq([i.compile(table).returncode for table in ('virtusertable',
            'aliases')], [0, 0], 'the tables are made')
        who = WhoIs(i.setting('WHOIS_SOCKET'))
        for case in decisions, domain_table, relays:
            t.run(case, i, who)
        t.run(client, i)
    t.done()


main()
