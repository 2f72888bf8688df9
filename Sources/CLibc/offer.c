#include "CLibc.h"

static int fill(int end, const char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t written = write(end, bytes, count);
		if (written == -1 && errno == EINTR)
			continue;
		if (written == -1)
			return errno;
		bytes += written;
		count -= (size_t)written;
	}
	return 0;
}

int clibc_offer(int descriptor, const void *bytes, size_t count)
{
	int ends[2], failed;

	/* Non-blocking: nobody reads while we write. */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return errno;
	failed = fill(ends[1], bytes, count);
	/* The reader's end is one like any other. */
	if (!failed && fcntl(ends[0], F_SETFL, 0) == -1)
		failed = errno;
	if (!failed && ends[1] == descriptor) {
		/* The number is taken by the end that is done. */
		close(ends[1]);
		ends[1] = -1;
	}
	if (!failed && ends[0] == descriptor)
		failed = fcntl(descriptor, F_SETFD, 0) == -1 ? errno : 0;
	else if (!failed && dup2(ends[0], descriptor) == -1)
		failed = errno;
	if (ends[0] != descriptor || failed)
		close(ends[0]);
	if (ends[1] != -1)
		close(ends[1]);
	return failed;
}
