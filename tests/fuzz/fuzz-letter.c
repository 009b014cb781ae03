/* fuzz-letter - a message that a program pipes into sendmail(1): line ends, where
 * its header ends, and the header made whole. The first octet is -i and -t. */
#include "fuzz.h"

#include <strings.h>

#include "qinject/sendmail.h"

static int
take(void *arg, const char *address)
{
	size_t n = strlen(address), local = address_local(address, n);

	(*(unsigned *)arg)++;
	MUST(local > 0 && local < n && n <= ADDRESS_OCTETS);
	return 0;
}

/* No line of it hides what must not be seen, and made whole again it stays. */
static void
check(struct composer *c, const struct buf *out)
{
	struct buf again = BUF_MAX(4u << 20);
	unsigned n = 0;
	size_t i;

	MUST(out->len > 0 && out->s[out->len - 1] == '\n');
	for (i = 0; i + 5 < out->len; i++)
		MUST((i > 0 && out->s[i - 1] != '\n') ||
		    strncasecmp(out->s + i, "bcc:", 4) != 0);
	c->arg = &n;
	if (compose_header(c, out->s, out->len, &again) == 0)
		MUST(again.len == out->len &&
		    memcmp(again.s, out->s, out->len) == 0);
	else
		MUST(c->rcpt != NULL);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input i = { .state = 0 };
	struct buf text = BUF_MAX(1u << 20), out = BUF_MAX(4u << 20);
	unsigned rcpts = 0;
	struct composer c = { .domain = "x.org", .sender = "al@x.org",
	    .full_name = "A", .date = "D", .message_id = "I@x", .arg = &rcpts };
	size_t at = 0, k, stop;
	char room[4];

	if (n == 0)
		return 0;
	i.dots_are_text = data[0] & 1;
	c.rcpt = data[0] & 2 ? take : NULL;
	for (k = 1; k < n; k++)
		MUST(buf_add(&text, room, input_put(&i, (const char *)data + k,
		    1, room)) == 0);
	MUST(buf_add(&text, room, input_end(&i, room)) == 0);
	MUST(text.len < n);
	for (stop = 0; stop < text.len; stop += 7)
		if (header_split(text.s, stop, &at, 0) == 1)
			break;
	MUST(header_split(text.s, text.len, &at, 1) == 1 && at <= text.len);
	if (compose_header(&c, text.s, at, &out) == 0)
		check(&c, &out);
	else
		MUST(c.rcpt != NULL && c.wrong[0] != '\0');
	buf_free(&text);
	buf_free(&out);
	return 0;
}
