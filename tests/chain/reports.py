"""A report in a mailbox, taken apart by Python's email package, and what holds for
every report."""

import contextlib
import email.policy
import email.utils
import os
import re

from correo import Delivered


class Report:
    def __init__(self, path):
        self.delivered = Delivered(path)
        self.octets = self.delivered.message
        self.message = email.message_from_bytes(self.octets,
            policy=email.policy.default)
        self.parts = list(self.message.iter_parts())
        self.text = self.parts[0].get_content()
        self.groups = self.parts[1].get_payload()

    @property
    def header(self):
        """The octets of the last part."""
        return self.parts[2].get_payload(decode=True)

    @property
    def returned(self):
        """The message that the last part is, as octets."""
        return self.octets.split(b'Content-Type: message/rfc822\n')[1].split(
            b'\n\n', 1)[1].rsplit(b'\n--', 1)[0]

    def final(self):
        return [str(group['Final-Recipient']) for group in self.groups[1:]]

    def outcomes(self):
        """{final recipient: (original recipient or None, action, status)}."""
        return {str(group['Final-Recipient']).split('; ')[1]: (group[
            'Original-Recipient'], group['Action'], group['Status'])
            for group in self.groups[1:]}


def check_form(t, i, report, to, name, third='text/rfc822-headers'):
    m = report.message
    defects = [(part.get_content_type(), part.defects,
        [value.defects for value in part.values()]) for part in m.walk()
        if part.defects or any(value.defects for value in part.values())]
    t.eq(defects, [], '%s: no part has a defect' % name)
    t.eq((m.get_content_type(), m['Content-Type'].params['report-type'],
        [part.get_content_type() for part in report.parts]),
        ('multipart/report', 'delivery-status', ['text/plain',
        'message/delivery-status', third]),
        '%s: a report of three parts' % name)
    sender = m['From'].addresses[0]
    t.eq((sender.addr_spec, m['To'].addresses[0].addr_spec),
        ('MAILER-DAEMON@' + i.name, to), '%s: From and To' % name)
    t.ok(sender.display_name and m['Subject'] and m['Date'].datetime and
        re.fullmatch(r'<\S+@%s>' % re.escape(i.name), m['Message-ID']) and
        m['MIME-Version'] == '1.0', '%s: its header is whole' % name,
        m.items())
    t.eq(m['Auto-Submitted'], 'auto-replied', '%s: Auto-Submitted' % name)
    t.eq(report.delivered.sender, '', '%s: its own sender is <>' % name)
    first = report.groups[0]
    t.ok(first['Reporting-MTA'] == 'dns; ' + i.name and
        email.utils.parsedate_to_datetime(first['Arrival-Date']),
        '%s: Reporting-MTA and Arrival-Date' % name, first.items())
    t.ok(all(is_whole(group) for group in report.groups[1:]),
        '%s: each recipient has its fields' % name, *(group.items() for group
        in report.groups[1:]))


def is_whole(group):
    """The fields fit the action. source: RFC 3464 2.3"""
    action, status = group['Action'], group['Status']
    classes = {'failed': '[45]', 'delayed': '4', 'delivered': '2',
        'relayed': '2', 'expanded': '2'}
    return (group['Final-Recipient'].startswith('rfc822; ') and
        re.fullmatch(classes[action] + r'\.\d+\.\d+', status) and
        (action == 'expanded' or group['Last-Attempt-Date']) and
        bool(group['Diagnostic-Code']) == (action in ('failed', 'delayed')))


def only_report(t, i, user, name, to=None, third='text/rfc822-headers'):
    paths = i.arrived(user)
    t.eq(len(paths), 1, '%s: one report arrives' % name)
    report = Report(paths[0])
    check_form(t, i, report, to or i.address(user), name, third)
    return report


@contextlib.contextmanager
def bounce_is(i, text):
    """Another program in bounce's place."""
    program = i.root + '/libexec/bounce'
    os.rename(program, program + '.real')
    try:
        if text is not None:
            with open(program + '.new', 'w') as f:
                f.write(text)
            os.chmod(program + '.new', 0o755)
            os.rename(program + '.new', program)
        yield program + '.real'
    finally:
        os.rename(program + '.real', program)
