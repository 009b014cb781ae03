/* test-report - qrunner/report.c and parts.c: which addresses are reported, and
 * the report octet by octet. */
#include "unit.h"

#include "qrunner/report.h"

#define S	1000000ull

static void
enter(struct report *r, enum journal_kind kind, uint64_t time_us,
    const char *dsn, const char *address)
{
	struct journal_entry e = { .kind = kind, .time_us = time_us,
	    .address = address, .address_n = strlen(address) };

	strcpy(e.dsn, dsn);
	report_entry(r, &e);
}

static struct report
begin_with(enum report_kind kind, const char *facts)
{
	struct report r = { .kind = kind, .words = words_en(),
	    .name = "mail.example.org", .domain = "example.org",
	    .to = "a@b.example", .id = "660-1-2", .own_id = "own",
	    .header = "", .arrived_us = 1795522005 * S,
	    .now_us = 1795954005 * S, .until_us = 1795954005 * S };

	assert_int_equal(report_facts(&r, facts, strlen(facts)), 0);
	return r;
}

static struct report
begin(enum report_kind kind)
{
	return begin_with(kind, "time 1.000000\nsender a@b.example\n"
	    "rcpt Carol@example.org\n");
}

/* The report without its end; the caller frees it. */
static struct buf
composed(struct report *r)
{
	struct buf b = BUF_MAX(REPORT_MAX);

	assert_int_equal(report_compose(r, &b), 0);
	assert_int_equal(buf_0(&b), 0);
	return b;
}

static void
has(const struct buf *b, const char *words)
{
	CHECK(strstr(b->s, words) != NULL, "no \"%s\" in\n%s", words, b->s);
}

static void
has_not(const struct buf *b, const char *words)
{
	CHECK(strstr(b->s, words) == NULL, "\"%s\" is in\n%s", words, b->s);
}

static void
test_whole(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;

	r.header = "Received: x\n\ty\nSubject: z\n\nBody: no\n";
	r.header_n = strlen(r.header);
	enter(&r, J_START, 1, "", "carol@example.org");
	enter(&r, J_NEVER, 1795522006 * S, "5.1.1", "carol@example.org");
	enter(&r, J_WHY, 0, "", "no such user");
	b = composed(&r);
	assert_string_equal(b.s,
	    "From: Mail Delivery System <MAILER-DAEMON@mail.example.org>\n"
	    "To: a@b.example\n"
	    "Subject: Undelivered mail: your message did not arrive\n"
	    "Date: Sun, 29 Nov 2026 12:06:45 +0000\n"
	    "Message-ID: <report-own@mail.example.org>\n"
	    "MIME-Version: 1.0\n"
	    "Auto-Submitted: auto-replied\n"
	    "Content-Type: multipart/report;\n"
	    "\treport-type=delivery-status;\n"
	    "\tboundary=\"report-own-0\"\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "\n"
	    "This is a report about a message, in MIME format.\n"
	    "\n--report-own-0\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Description: What happened\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "\n"
	    "Your message to carol@example.org could not be delivered.\n"
	    "\n"
	    "    carol@example.org\n"
	    "        There is no such address.\n"
	    "        The server said: no such user (5.1.1)\n"
	    "\n"
	    "Nothing more is tried there. This does not concern the message's "
	    "other\nrecipients, if it has any.\n"
	    "\n"
	    "This was written by the mail server mail.example.org. Who can "
	    "help:\npostmaster@example.org, who finds the message by its id "
	    "660-1-2.\n"
	    "Below are details for programs, and the message's header.\n"
	    "\n--report-own-0\n"
	    "Content-Type: message/delivery-status\n"
	    "Content-Description: Details for programs\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "\n"
	    "Reporting-MTA: dns; mail.example.org\n"
	    "Arrival-Date: Tue, 24 Nov 2026 12:06:45 +0000\n"
	    "X-Correo-ID: 660-1-2\n"
	    "\n"
	    "Final-Recipient: rfc822; carol@example.org\n"
	    "Action: failed\n"
	    "Status: 5.1.1\n"
	    "Diagnostic-Code: X-Correo; no such user\n"
	    "Last-Attempt-Date: Tue, 24 Nov 2026 12:06:46 +0000\n"
	    "\n--report-own-0\n"
	    "Content-Type: text/rfc822-headers\n"
	    "Content-Description: The message's header\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "\n"
	    "Received: x\n\ty\nSubject: z\n"
	    "\n--report-own-0--\n");
	assert_false(r.eight_bit);
	buf_free(&b);
	report_free(&r);
}

/* Letters stand for entries: n never, l later, d done, s start, t told, w why;
 * X next and W warned, which concern no address. */
static const struct {
	const char *entries;
	int failed, delayed;
} journals[] = {
	{ "", 0, 0 }, { "s", 0, 0 }, { "n", 1, 0 }, { "nw", 1, 0 },
	{ "l", 0, 1 }, { "lwX", 0, 1 }, { "ls", 0, 0 }, { "lsl", 0, 1 },
	{ "ld", 0, 0 }, { "ln", 1, 0 }, { "nt", 0, 0 }, { "ntn", 0, 0 },
	{ "nd", 1, 0 }, { "dn", 0, 0 }, { "lWl", 0, 1 }, { "X", 0, 0 },
	{ "W", 0, 0 }, { "nl", 1, 0 }, { "t", 0, 0 }, { "wn", 1, 0 },
};

static void
test_which(void **state)
{
	static const struct { char c; enum journal_kind kind; } kinds[] = {
		{ 'n', J_NEVER }, { 'l', J_LATER }, { 'd', J_DONE },
		{ 's', J_START }, { 't', J_TOLD }, { 'w', J_WHY },
		{ 'X', J_NEXT }, { 'W', J_WARNED },
	};
	size_t i, k;
	const char *p;

	for (i = 0; i < LENGTH(journals); i++) {
		struct report r = begin(REPORT_FAILED);

		for (p = journals[i].entries; *p != '\0'; p++)
			for (k = 0; k < LENGTH(kinds); k++)
				if (kinds[k].c == *p)
					enter(&r, kinds[k].kind, 5, "4.0.0",
					    "x@y");
		CHECK(report_count(&r) == (size_t)journals[i].failed,
		    "%s: failed", journals[i].entries);
		r.kind = REPORT_DELAYED;
		CHECK(report_count(&r) == (size_t)journals[i].delayed,
		    "%s: delayed", journals[i].entries);
		report_free(&r);
	}
}

static void
test_several(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;

	enter(&r, J_NEVER, 0, "4.4.7", "one@example.org");
	r.last->time_us = r.arrived_us + 5 * 86400 * S;
	enter(&r, J_WHY, 0, "", "given up");
	enter(&r, J_DONE, 0, "2.0.0", "two@example.org");
	enter(&r, J_NEVER, 0, "", "three@example.org");
	enter(&r, J_NEXT, 0, "", "4");
	enter(&r, J_WHY, 0, "", "nobody's reason");
	b = composed(&r);
	has(&b, "\nYour message to 2 addresses could not be delivered.\n");
	has(&b, "    one@example.org\n        (where mail to Carol@example.org "
	    "goes)\n        It was tried again and again for 5 days. Now it "
	    "is given up.\n        The server said: given up (4.4.7)\n");
	has(&b, "        no reason was noted (5.0.0)\n");
	has(&b, "\nFinal-Recipient: rfc822; one@example.org\nAction: failed\n"
	    "Status: 4.4.7\n");
	has(&b, "\nFinal-Recipient: rfc822; three@example.org\nAction: "
	    "failed\nStatus: 5.0.0\n");
	has_not(&b, "two@example.org");
	has_not(&b, "nobody's");
	buf_free(&b);
	report_free(&r);
}

static void
test_behind_an_alias(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;

	enter(&r, J_NEVER, 0, "5.1.1", "x@y");
	b = composed(&r);
	has(&b, "\nYour message to Carol@example.org could not be ");
	has(&b, "    x@y\n        (where mail to Carol@example.org goes)\n");
	buf_free(&b);
	report_free(&r);		/* nobody knows which of two it was */
	r = begin_with(REPORT_FAILED, "rcpt a@b\nrcpt c@d\n");
	enter(&r, J_NEVER, 0, "5.1.1", "x@y");
	b = composed(&r);
	has(&b, "\nYour message to x@y could not be ");
	has_not(&b, "where mail to");
	buf_free(&b);
	report_free(&r);
}

/* Another host's words are its own, and it is named. */
static void
test_other_hosts(void **state)
{
	static const struct {
		const char *why, *want;
	} cases[] = {
		{ "mx.example.net[192.0.2.1] said after RCPT: 550 5.1.1 no",
		  "5.1.1\nRemote-MTA: dns; mx.example.net\n"
		  "Diagnostic-Code: smtp; 550 5.1.1 no\nLast" },
		{ "/run/lmtp said after the message: 552 full",
		  "5.1.1\nDiagnostic-Code: smtp; 552 full\nLast" },
		{ "mx.example.net[192.0.2.1] said after RCPT: what",
		  "5.1.1\nDiagnostic-Code: X-Correo; mx.example.net[192.0.2.1] "
		  "said after RCPT:\n\twhat\nLast" },
		{ "x said after y", "5.1.1\nDiagnostic-Code: X-Correo; x said "
		  "after y\nLast" },
		{ "x said after y: 5", "X-Correo; x said after y: 5\nLast" },
		{ " said after y: 550 z", "5.1.1\nDiagnostic-Code: smtp; 550 z" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct report r = begin(REPORT_FAILED);
		struct buf b;

		enter(&r, J_NEVER, 0, "5.1.1", "x@y");
		enter(&r, J_WHY, 0, "", cases[i].why);
		b = composed(&r);
		has(&b, cases[i].want);
		buf_free(&b);
		report_free(&r);
	}
}

static void
test_delayed(void **state)
{
	struct report r = begin(REPORT_DELAYED);
	struct buf b;

	enter(&r, J_LATER, 1795522006 * S, "4.2.1", "carol@example.org");
	enter(&r, J_WHY, 0, "", "450 4.2.1 busy");
	b = composed(&r);
	has(&b, "\nSubject: Delayed mail: ");
	has(&b, "\nYour message to carol@example.org has not been delivered "
	    "yet. You need\nnot do anything: the server goes on trying until "
	    "Sunday, 29 November\n2026, at 12:06 (UTC).\n");
	has(&b, "\nAction: delayed\nStatus: 4.2.1\n"
	    "Diagnostic-Code: smtp; 450 4.2.1 busy\n"
	    "Last-Attempt-Date: Tue, 24 Nov 2026 12:06:46 +0000\n"
	    "Will-Retry-Until: Sun, 29 Nov 2026 12:06:45 +0000\n");
	has_not(&b, "Nothing more");
	buf_free(&b);
	report_free(&r);
}

static void
test_double(void **state)
{
	struct report r = begin(REPORT_DOUBLE);
	struct buf b;

	r.to = "postmaster@example.org";
	enter(&r, J_NEVER, 0, "5.1.1", "carol@example.org");
	b = composed(&r);
	has(&b, "\nTo: postmaster@example.org\n");
	has(&b, "\nA message that names no sender (often a report like this "
	    "one) could not\nbe delivered to carol@example.org.\n");
	has(&b, "\nAction: failed\n");
	buf_free(&b);
	report_free(&r);
}

/* What the sender asked for: he hears of one success, of the other not; the names are
 * as he gave them. */
static void
test_success(void **state)
{
	struct report r = begin_with(REPORT_SUCCESS, "sender a@b\n"
	    "envid QQ+203\nrcpt Bob@example.org\nnotify success\n"
	    "orcpt rfc822;+22B+20b+22@example.org\nrcpt carol@example.org\n");
	struct buf b;

	enter(&r, J_BEHIND, 1, "1", "bob@example.org");
	enter(&r, J_BEHIND, 1, "2", "carol@example.org");
	enter(&r, J_LATER, 5 * S, "4.2.0", "bob@example.org");
	enter(&r, J_WHY, 0, "", "wait");
	enter(&r, J_DONE, 1795522006 * S, "2.0.0", "bob@example.org");
	enter(&r, J_WHY, 0, "", "no reason");
	enter(&r, J_DONE, 1795522006 * S, "2.0.0", "carol@example.org");
	assert_int_equal(report_count(&r), 1);
	b = composed(&r);
	has(&b, "\nSubject: Delivered mail: your message has arrived\n");
	has(&b, "\n\nYour message to bob@example.org has been delivered.\n\n"
	    "    bob@example.org\n        It lies in the mailbox. Whether it "
	    "was read is not known here.\n\n"
	    "You, or your mail program, asked for this receipt.\n\nThis ");
	has(&b, "\n\nOriginal-Envelope-Id: QQ 3\n"
	    "Reporting-MTA: dns; mail.example.org\n"
	    "Arrival-Date: Tue, 24 Nov 2026 12:06:45 +0000\n"
	    "X-Correo-ID: 660-1-2\n\n"
	    "Original-Recipient: rfc822; \"B b\"@example.org\n"
	    "Final-Recipient: rfc822; bob@example.org\n"
	    "Action: delivered\n"
	    "Status: 2.0.0\n"
	    "Last-Attempt-Date: Tue, 24 Nov 2026 12:06:46 +0000\n\n--report");
	has_not(&b, "carol");
	has_not(&b, "reason");
	buf_free(&b);
	enter(&r, J_TOLD, 1, "", "bob@example.org");
	assert_int_equal(report_count(&r), 0);
	report_free(&r);
}

static void
test_relayed(void **state)
{
	struct report r = begin_with(REPORT_SUCCESS, "rcpt list@x\n"
	    "notify success\nrcpt bob@example.net\nnotify success\n");
	struct buf b;

	enter(&r, J_BEHIND, 1, "2", "bob@example.net");
	enter(&r, J_RELAYED, 1, "", "bob@example.net");
	enter(&r, J_DONE, 1, "2.0.0", "bob@example.net");
	b = composed(&r);
	has(&b, "\nSubject: Mail on its way: your message was passed on\n");
	has(&b, "\nYour message to bob@example.net has been passed on to "
	    "another mail\nserver.\n");
	has(&b, "        The other server took the message.");
	has(&b, "\nAction: relayed\nStatus: 2.0.0\n");
	buf_free(&b);
	report_free(&r);
}

/* An alias with two members: told once, and of them nothing. */
static void
test_expanded(void **state)
{
	struct report r = begin_with(REPORT_SUCCESS, "rcpt List@x\n"
	    "notify success,failure\norcpt rfc822;List@x\n");
	struct buf b;

	enter(&r, J_BEHIND, 1, "1", "bob@x");
	enter(&r, J_DONE, 1, "2.0.0", "bob@x");
	enter(&r, J_BEHIND, 1, "1", "carol@x");
	enter(&r, J_NEVER, 1, "5.1.1", "carol@x");
	enter(&r, J_BEHIND, 1, "2", "dave@x");		/* no such line */
	enter(&r, J_BEHIND, 1, "0", "dave@x");
	assert_int_equal(report_count(&r), 1);
	b = composed(&r);
	has(&b, "\nSubject: Mail on its way: ");
	has(&b, "\nYour message to List@x has been passed on to its members."
	    "\n\n    List@x\n        This address stands for several.");
	has(&b, "\n\nOriginal-Recipient: rfc822; List@x\n"
	    "Final-Recipient: rfc822; List@x\n"
	    "Action: expanded\nStatus: 2.0.0\n\n--report");
	has_not(&b, "bob");
	buf_free(&b);
	r.kind = REPORT_FAILED;
	assert_int_equal(report_count(&r), 1);
	b = composed(&r);
	has(&b, "\nOriginal-Recipient: rfc822; List@x\n"
	    "Final-Recipient: rfc822; carol@x\nAction: failed\n");
	has(&b, "        (where mail to List@x goes)\n");
	buf_free(&b);
	r.kind = REPORT_SUCCESS;
	enter(&r, J_EXPANDED, 1, "", "2");
	assert_int_equal(report_count(&r), 1);
	enter(&r, J_EXPANDED, 1, "", "1");
	assert_int_equal(report_count(&r), 0);
	report_free(&r);
}

/* Two names that lead to one mailbox are two recipients to the sender. */
static void
test_two_names(void **state)
{
	struct report r = begin_with(REPORT_SUCCESS, "rcpt a@x\n"
	    "notify success\norcpt rfc822;a@x\nrcpt b@x\nnotify success\n"
	    "orcpt rfc822;b@x\nrcpt c@x\nnotify failure\n"
	    "orcpt rfc822;c@x\n");
	struct buf b;

	enter(&r, J_DONE, 1, "2.1.5", "bob@x");
	enter(&r, J_BEHIND, 1, "1", "bob@x");
	enter(&r, J_BEHIND, 1, "2", "bob@x");
	enter(&r, J_BEHIND, 1, "3", "bob@x");
	b = composed(&r);
	has(&b, "\nOriginal-Recipient: rfc822; b@x\n"
	    "Final-Recipient: rfc822; bob@x\n");
	has(&b, "\nOriginal-Recipient: rfc822; a@x\n"
	    "Final-Recipient: rfc822; bob@x\nAction: delivered\n"
	    "Status: 2.1.5\n");
	has_not(&b, "c@x");
	has_not(&b, "where mail to");
	buf_free(&b);
	report_free(&r);
}

/* Nobody hears what he does not want to. */
static void
test_silence(void **state)
{
	static const struct {
		const char *notify;
		size_t failed, delayed, success;
	} cases[] = {
		{ "", 1, 1, 0 },
		{ "notify never\n", 0, 0, 0 },
		{ "notify failure\n", 1, 0, 0 },
		{ "notify delay\n", 0, 1, 0 },
		{ "notify success\n", 0, 0, 1 },
		{ "notify success,failure,delay\n", 1, 1, 1 },
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		char facts[100];
		struct report r;

		snprintf(facts, sizeof(facts), "rcpt a@x\n%s",
		    cases[i].notify);
		r = begin_with(REPORT_FAILED, facts);
		enter(&r, J_NEVER, 1, "5.1.1", "a@x");
		enter(&r, J_LATER, 1, "4.2.0", "b@x");
		enter(&r, J_DONE, 1, "2.0.0", "c@x");
		CHECK(report_count(&r) == cases[i].failed, "%s failed", facts);
		r.kind = REPORT_DELAYED;
		CHECK(report_count(&r) == cases[i].delayed, "%s late", facts);
		r.kind = REPORT_SUCCESS;
		CHECK(report_count(&r) == cases[i].success, "%s done", facts);
		report_free(&r);
	}
}

/* The whole message, where it can stand in a message. */
static const struct {
	const char *message;
	size_t n;
	const char *type, *encoding;
} messages[] = {
	{ OCTETS("A: b\n\nText.\n"), "message/rfc822", "7bit" },
	{ OCTETS("A: b\n\n\x1b$B\x1b(B\tno end"), "message/rfc822", "7bit" },
	{ OCTETS("A: b\n\nT\xe4xt.\n"), "message/rfc822", "8bit" },
	{ OCTETS("A: b\n\n\0\n"), "text/rfc822-headers", "7bit" },
	{ OCTETS("A: b\n\n\r\n"), "text/rfc822-headers", "7bit" },
};

static void
test_full(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(messages); i++) {
		struct report r = begin(REPORT_FAILED);
		int full = messages[i].type[0] == 'm';
		char head[200];
		struct buf b;

		r.full = 1;
		r.header = messages[i].message;
		r.header_n = messages[i].n;
		enter(&r, J_NEVER, 1, "5.1.1", "a@x");
		b = composed(&r);
		snprintf(head, sizeof(head), "\nContent-Type: %s\nContent-"
		    "Description: %s\nContent-Transfer-Encoding: %s\n\n%s\n"
		    "--report-own-0--\n", messages[i].type, full ?
		    "The message" : "The message's header",
		    messages[i].encoding, full ?
		    messages[i].message : "A: b\n");
		has(&b, head);
		has(&b, full ? "\nBelow are details for programs, and the "
		    "message.\n" : "and the message's header.\n");
		buf_free(&b);
		report_free(&r);
	}
}

static void
test_long_lines(void **state)
{
	struct report r = begin(REPORT_FAILED);
	char *message = malloc(1200);

	memset(message, 'x', 1200);
	r.header = message;
	r.header_n = 998;
	assert_true(part_fits(&r));
	r.header_n = 999;
	assert_false(part_fits(&r));
	message[600] = '\n';
	r.header_n = 1200;
	assert_true(part_fits(&r));
	free(message);
	report_free(&r);
}

static void
test_spanish(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;

	r.words = words_es();
	enter(&r, J_NEVER, 1, "5.2.2", "carol@example.org");
	enter(&r, J_WHY, 0, "", "552 5.2.2 caf\xc3\xa9 full");
	b = composed(&r);
	has(&b, "From: Sistema de correo <MAILER-DAEMON@mail.example.org>\n");
	has(&b, "\nSubject: =?utf-8?B?Q29ycmVvIG5vIGVudHJlZ2Fkbzogc3UgbWVuc2Fq"
	    "ZSBubyBsbGVn?=\n =?utf-8?B?w7M=?=\n");
	has(&b, "\nContent-Transfer-Encoding: 7bit\n\nEste es un informe");
	has(&b, "utf-8\nContent-Description: What happened\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "No se pudo entregar su mensaje para carol@example.org.\n\n"
	    "    carol@example.org\n"
	    "        El buz=C3=B3n est=C3=A1 lleno.\n"
	    "        El servidor dijo: 552 5.2.2 caf=C3=A9 full (5.2.2)\n");
	has(&b, "\nDiagnostic-Code: smtp; 552 5.2.2 caf?? full\n");
	assert_false(r.eight_bit);
	buf_free(&b);
	report_free(&r);

	r = begin(REPORT_DELAYED);
	r.words = words_es();
	enter(&r, J_LATER, 1, "4.4.1", "carol@example.org");
	b = composed(&r);
	has(&b, " intentando hasta el\ndomingo 29 de noviembre de 2026 a las "
	    "12:06 (UTC).\n");
	buf_free(&b);
	report_free(&r);
}

static const struct {
	const char *in, *out;
} addresses[] = {
	{ "a@b.example", "a@b.example" },
	{ "a", "a" },
	{ "a b@c", "\"a b\"@c" },
	{ "a\"\\@c", "\"a\\\"\\\\\"@c" },
	{ "\xc3\xa4@c", "\"??\"@c" },
	{ "a\x01\x7f\n@c", "\"a???\"@c" },
	{ "a@c d>\r\n", "a@c?d???" },
	{ "a b@c(\"d", "\"a b\"@c??d" },
};

static void
test_addresses(void **state)
{
	char out[REPORT_ADDRESS];
	size_t i;

	for (i = 0; i < LENGTH(addresses); i++) {
		part_address(out, addresses[i].in);
		CHECK(strcmp(out, addresses[i].out) == 0, "%s: %s",
		    shown(addresses[i].in, strlen(addresses[i].in)),
		    shown(out, strlen(out)));
	}
	part_address(out, many('x', 999));
	assert_in_range(strlen(out), 300, REPORT_ADDRESS - 1);
}

/* Octets that would end a line, a part or the report. */
static void
test_odd_octets(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;

	r.header = "X: \0\x01\t--report-own-0\r\nY: a\rb\n\nZ: c\n";
	r.header_n = 36;
	enter(&r, J_NEVER, 0, "5.1\n.1", "d\n@e");
	enter(&r, J_WHY, 0, "", "--report-own-1\nand \x80 this");
	b = composed(&r);
	assert_int_equal(strlen(b.s), b.len);
	has(&b, "\tboundary=\"report-own-2\"\n");
	has(&b, "\nX: ??\t--report-own-0\nY: a?b\n\n--report-own-2--\n");
	has(&b, "--report-own-1?and ? this (5.0.0)\n");
	has(&b, "\nFinal-Recipient: rfc822; \"d?\"@e\n");
	assert_false(r.eight_bit);
	buf_free(&b);
	report_free(&r);
}

/* In the text UTF-8 stays, and in the header whatever is there. */
static void
test_eight_bit(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;

	enter(&r, J_NEVER, 0, "5.1.1", "j\xc3\xb6rg@e");
	b = composed(&r);
	assert_false(r.eight_bit);
	has(&b, "\nContent-Transfer-Encoding: 7bit\n\nThis is");
	has(&b, "charset=utf-8\nContent-Description: What happened\nContent-Transfer-Encoding: "
	    "quoted-printable\n");
	has(&b, "    \"j=C3=B6rg\"@e\n");
	has(&b, "delivery-status\nContent-Description: Details for programs\nContent-Transfer-Encoding: 7bit\n");
	has(&b, "rfc822; \"j??rg\"@e\n");
	buf_free(&b);
	report_free(&r);

	r = begin(REPORT_FAILED);
	r.header = "Subject: \xfc\n";
	r.header_n = 11;
	enter(&r, J_NEVER, 0, "5.1.1", "a@e");
	b = composed(&r);
	assert_true(r.eight_bit);
	has(&b, "utf-8\nContent-Description: What happened\nContent-Transfer-Encoding: 7bit\n");
	has(&b, "headers\nContent-Description: The message's header\nContent-Transfer-Encoding: 8bit\n\n"
	    "Subject: \xfc\n\n");
	buf_free(&b);
	report_free(&r);
}

/* Whole lines of the first 64 KiB, each of at most 998 octets. */
static void
test_long_header(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf h = BUF_MAX(200000), part = BUF_MAX(REPORT_MAX);
	int i;

	assert_int_equal(buf_addf(&h, "A: %s%s\n", many('x', 1000),
	    many('y', 1000)), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(buf_addf(&h, "B: %s\n", many('z', 990)), 0);
	r.header = h.s;
	r.header_n = h.len;
	part_header(&r, &part);
	assert_int_equal(r.failed, 0);
	assert_in_range(part.len, 999 + 60 * 994, REPORT_HEADER);
	assert_int_equal((part.len - 999) % 994, 0);
	assert_int_equal(part.s[998], '\n');
	buf_free(&h);
	buf_free(&part);
	report_free(&r);
}

/* The text shows a hundred, the status part all. */
static void
test_many(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b;
	size_t n = 0;
	const char *p;
	int i;

	for (i = 0; i < 2000; i++) {
		char address[64];

		snprintf(address, sizeof(address), "user%d@example.org", i);
		enter(&r, J_NEVER, 0, "5.1.1", address);
		enter(&r, J_WHY, 0, "", "no such user");
	}
	b = composed(&r);
	has(&b, "Your message to 2000 addresses could");
	has(&b, "    and 1900 more: see the next part\n");
	for (p = b.s; (p = strstr(p, "\nFinal-Recipient: ")) != NULL; p++)
		n++;
	assert_int_equal(n, 2000);
	buf_free(&b);
	report_free(&r);
}

static void
test_no_room(void **state)
{
	struct report r = begin(REPORT_FAILED);
	struct buf b = BUF_MAX(1000);

	enter(&r, J_NEVER, 0, "5.1.1", "a@b");
	CHECK_FAILS(report_compose(&r, &b), EMSGSIZE);
	buf_free(&b);
	report_free(&r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_behind_an_alias),
		cmocka_unit_test(test_other_hosts),
		cmocka_unit_test(test_delayed),
		cmocka_unit_test(test_double),
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_relayed),
		cmocka_unit_test(test_expanded),
		cmocka_unit_test(test_two_names),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_spanish),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_odd_octets),
		cmocka_unit_test(test_eight_bit),
		cmocka_unit_test(test_long_header),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
