/* sift - see sift.h */
#include "mail/sift.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/num.h"

struct unit {
	char	 letter;
	uint64_t factor;
};

/* The last of units is the one without a letter. */
static int
read_range(const char *text, const struct unit *units, uint64_t *min,
    uint64_t *max)
{
	int most = text[0] == '-';
	size_t n = strlen(text += most);
	uint64_t v;

	while (units->letter != '\0' &&
	    (n == 0 || text[n - 1] != units->letter))
		units++;
	if (units->letter != '\0')
		n--;
	if (num_u64(text, n, &v) == -1 || v > UINT64_MAX / 2 / units->factor ||
	    (most && v == 0))
		return errno = EINVAL, -1;
	*(most ? max : min) = v * units->factor;
	return 0;
}

int
sift_age(struct sift *s, const char *text)
{
	static const struct unit units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 7 * 86400 }, { '\0', 1 },
	};

	return read_range(text, units, &s->age_min_s, &s->age_max_s);
}

int
sift_size(struct sift *s, const char *text)
{
	static const struct unit units[] = {
		{ 'k', 1024 }, { 'M', 1u << 20 }, { 'G', 1u << 30 },
		{ '\0', 1 },
	};

	return read_range(text, units, &s->size_min, &s->size_max);
}

static int
is_in(uint64_t v, uint64_t min, uint64_t max)
{
	return v >= min && (max == 0 || v <= max);
}

/* 1 to end the search: this address suits. */
static int
suits_recipient(void *arg, const char *address, size_t n,
    const struct outcome *o)
{
	(void)o;
	return ascii_glob(arg, address, n);
}

static int
suits_domain(void *arg, const char *address, size_t n, const struct outcome *o)
{
	size_t local = address_local(address, n);

	(void)o;
	return local < n && ascii_glob(arg, address + local + 1, n - local - 1);
}

/* 1 if the pattern suits one of those that do not have it. */
static int
has(const struct glance *g, const char *pattern, int (*suits)(void *arg,
    const char *address, size_t n, const struct outcome *o))
{
	return glance_left(g, suits, (void *)(uintptr_t)pattern) != 0;
}

static int
suits_sender(const char *pattern, const char *sender)
{
	if (strcmp(pattern, "<>") == 0)
		return sender[0] == '\0';
	return sender[0] != '\0' && ascii_glob(pattern, sender, strlen(sender));
}

static int
suits_reason(void *arg, const char *address, size_t n, const struct outcome *o)
{
	const char *reason = arg;

	(void)address;
	(void)n;
	return o != NULL && (strncmp(o->dsn, reason, strlen(reason)) == 0 ||
	    (o->why != NULL && strcasestr(o->why, reason) != NULL));
}

int
sift_takes(const struct sift *s, const struct glance *g, uint64_t now_us)
{
	uint64_t age_s = now_us > g->head.time_us ?
	    (now_us - g->head.time_us) / 1000000 : 0;

	return is_in(age_s, s->age_min_s, s->age_max_s) &&
	    is_in(g->head.size, s->size_min, s->size_max) &&
	    (s->id == NULL || ascii_glob(s->id, g->id, strlen(g->id))) &&
	    (s->sender == NULL || suits_sender(s->sender, g->sender)) &&
	    (s->recipient == NULL || has(g, s->recipient, suits_recipient)) &&
	    (s->domain == NULL || has(g, s->domain, suits_domain)) &&
	    (s->reason == NULL || has(g, s->reason, suits_reason));
}
