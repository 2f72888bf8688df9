#include "CLibc.h"

#include <signal.h>
#include <sys/socket.h>

/* Descriptors 0, 1 and 2: the mail client's connection, and where messages go. */

/* The streams are kept here while /dev/null is in their place: above the numbers that callers use, or above those of
 * checkpassword and Dovecot if no more descriptors are allowed. */
enum { KEPT_FROM = 10, KEPT_FROM_AT_LEAST = 5 };

static int kept[3] = {-1, -1, -1};
static int error_is_client, must_not_wait;

int clibc_error_may_be_client(void)
{
	struct stat error, other;
	int domain = AF_UNIX;
	socklen_t length = sizeof domain;

	/* A file is not a client, and a terminal is a person, who should see messages. */
	if (fstat(2, &error) == -1 || (!S_ISSOCK(error.st_mode) && !S_ISFIFO(error.st_mode)))
		return 0;
	if (S_ISSOCK(error.st_mode) && getsockopt(2, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain != AF_UNIX)
		return 1;
	for (int descriptor = 0; descriptor < 2; descriptor++)
		if (fstat(descriptor, &other) == 0 && other.st_dev == error.st_dev && other.st_ino == error.st_ino)
			return 1;
	return 0;
}

void clibc_wait_for_errors(int waits)
{
	must_not_wait = !waits;
	/* Another process can fill the pipe between poll and write. */
	alarm(waits ? 0 : 10);
}

void clibc_write_error(const void *bytes, size_t count)
{
	/* Restored at once: a program that we run would inherit it. */
	struct sigaction ignore = {.sa_handler = SIG_IGN}, pipe, size;

	if (error_is_client)
		return;
	if (must_not_wait && poll(&(struct pollfd){.fd = 2, .events = POLLOUT}, 1, 0) != 1)
		return;
	sigaction(SIGPIPE, &ignore, &pipe);
	sigaction(SIGXFSZ, &ignore, &size);
	while (write(2, bytes, count) == -1 && errno == EINTR)
		continue;
	sigaction(SIGXFSZ, &size, NULL);
	sigaction(SIGPIPE, &pipe, NULL);
}

int clibc_occupy_standard_descriptors(void)
{
	for (int descriptor = 0; descriptor < 3; descriptor++) {
		/* Those below are open by now, so open(2) returns this very number. */
		if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY) != descriptor)
			return -1;
	}
	return 0;
}

void clibc_keep_errors_from_client(void)
{
	error_is_client = clibc_error_may_be_client();
}

int clibc_hide_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), failed = 0;

	if (null == -1)
		return errno;
	for (int descriptor = 0; descriptor < (error_is_client ? 3 : 2) && !failed; descriptor++) {
		kept[descriptor] = fcntl(descriptor, F_DUPFD_CLOEXEC, KEPT_FROM);
		if (kept[descriptor] == -1)
			kept[descriptor] = fcntl(descriptor, F_DUPFD_CLOEXEC, KEPT_FROM_AT_LEAST);
		if (kept[descriptor] == -1 || dup2(null, descriptor) == -1)
			failed = errno;
	}
	close(null);
	return failed;
}

int clibc_show_streams(void)
{
	for (int descriptor = 0; descriptor < 3; descriptor++)
		if (kept[descriptor] != -1 && dup2(kept[descriptor], descriptor) == -1)
			return errno;
	return 0;
}

void clibc_drop_streams(void)
{
	for (int descriptor = 0; descriptor < 3; descriptor++) {
		if (kept[descriptor] != -1)
			close(kept[descriptor]);
		else if (descriptor < 2)
			close(descriptor);
		kept[descriptor] = -1;
	}
	clibc_occupy_standard_descriptors();
}
