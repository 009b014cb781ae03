/* fuzz-maildate - a Date field; what is read can be written and read again. */
#include "fuzz.h"

#include "text/date.h"
#include "text/maildate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct maildate d, again;
	char out[DATE_OCTETS];

	if (maildate_parse((const char *)data, n, &d) == -1)
		return 0;
	MUST(d.zone > -24 * 60 && d.zone < 24 * 60);
	MUST(maildate_day(&d) * 86400 <= d.seconds + d.zone * 60);
	MUST((maildate_day(&d) + 1) * 86400 > d.seconds + d.zone * 60);
	if (d.seconds < 0 || d.seconds > 253402300799)
		return 0;
	date_mail(out, (uint64_t)d.seconds);
	MUST(maildate_parse(out, strlen(out), &again) == 0);
	MUST(again.seconds == d.seconds && again.zone == 0);
	return 0;
}
