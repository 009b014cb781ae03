/* frame - see frame.h */
#include "net/frame.h"

#include <errno.h>

void
frame_put_head(char head[FRAME_HEAD], char type, size_t n)
{
	head[0] = type;
	head[1] = (char)(n >> 24 & 255);
	head[2] = (char)(n >> 16 & 255);
	head[3] = (char)(n >> 8 & 255);
	head[4] = (char)(n & 255);
}

int
frame_get_head(const char head[FRAME_HEAD], char *type, size_t *n)
{
	const unsigned char *u = (const unsigned char *)head;
	size_t len = (size_t)u[1] << 24 | (size_t)u[2] << 16 |
	    (size_t)u[3] << 8 | u[4];

	if (len > FRAME_MAX || (head[0] != FRAME_FACTS &&
	    head[0] != FRAME_DATA && head[0] != FRAME_END &&
	    head[0] != FRAME_ANSWER) || (head[0] == FRAME_END && len > 0))
		return errno = EINVAL, -1;
	*type = head[0];
	*n = len;
	return 0;
}
