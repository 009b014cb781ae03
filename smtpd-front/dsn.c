/* dsn - what the client wants its sender to be told: RET, ENVID, NOTIFY, ORCPT. */
#include "session.h"

#include <string.h>

#include "base/ascii.h"
#include "text/record.h"

static int
wrong(struct session *s, const char *words)
{
	refuse(s, 501, "5.5.4", "%s", words);
	return -1;
}

static int
take_ret(struct session *s, const struct param *p)
{
	if (s->ret != NULL)
		return wrong(s, "RET comes twice");
	s->ret = p->value == NULL ? NULL : ret_parse(p->value, p->n);
	return s->ret != NULL ? 1 : wrong(s, "RET is FULL or HDRS");
}

static int
take_envid(struct session *s, const struct param *p)
{
	if (s->envid[0] != '\0')
		return wrong(s, "ENVID comes twice");
	if (p->value == NULL || !envid_is(p->value, p->n))
		return wrong(s, "ENVID is no xtext of 1 to 100 octets");
	memcpy(s->envid, p->value, p->n);
	s->envid[p->n] = '\0';
	return 1;
}

static int
take_notify(struct session *s, const struct param *p)
{
	if (s->notify != 0)
		return wrong(s, "NOTIFY comes twice");
	s->notify = p->value == NULL ? -1 : notify_parse(p->value, p->n);
	return s->notify != -1 ? 1 : wrong(s, "NOTIFY is NEVER, or a list of "
	    "SUCCESS, FAILURE, DELAY");
}

static int
take_orcpt(struct session *s, const struct param *p)
{
	if (s->orcpt != NULL)
		return wrong(s, "ORCPT comes twice");
	if (p->value == NULL || !orcpt_is(p->value, p->n))
		return wrong(s, "ORCPT is no type;xtext of up to 500 octets");
	s->orcpt = p->value;
	s->orcpt_n = p->n;
	return 1;
}

int
dsn_mail_param(struct session *s, const struct param *p)
{
	if (ascii_is(p->key, p->key_n, "RET"))
		return take_ret(s, p);
	if (ascii_is(p->key, p->key_n, "ENVID"))
		return take_envid(s, p);
	return 0;
}

int
dsn_rcpt_params(struct session *s, const char *p)
{
	const char *end = p + strlen(p);
	struct param param;
	int r;

	s->notify = 0;
	s->orcpt = NULL;
	while ((r = esmtp_next(&p, end, &param)) == 1) {
		int taken = 0;

		if (ascii_is(param.key, param.key_n, "NOTIFY"))
			taken = take_notify(s, &param);
		else if (ascii_is(param.key, param.key_n, "ORCPT"))
			taken = take_orcpt(s, &param);
		if (taken == 0)
			refuse(s, 555, "5.5.4", "unknown parameter %.*s",
			    (int)param.key_n, param.key);
		if (taken != 1)
			return -1;
	}
	return r == 0 ? 0 : wrong(s, "these parameters cannot be read");
}

int
dsn_mail_facts(const struct session *s, struct buf *facts)
{
	if ((s->ret != NULL && record_adds(facts, "ret", s->ret) == -1) ||
	    (s->envid[0] != '\0' &&
	    record_adds(facts, "envid", s->envid) == -1))
		return -1;
	return 0;
}

int
dsn_rcpt_facts(const struct session *s, struct buf *rcpts)
{
	char words[NOTIFY_OCTETS];

	notify_text(words, s->notify);
	if ((s->notify != 0 && record_adds(rcpts, "notify", words) == -1) ||
	    (s->orcpt != NULL &&
	    record_add(rcpts, "orcpt", s->orcpt, s->orcpt_n) == -1))
		return -1;
	return 0;
}
