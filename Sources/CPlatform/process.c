#include "CPlatform.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>

extern char *program_invocation_short_name; /* <errno.h>, a GNU extension */

int cplatform_errno(void)
{
	return errno;
}

const char *cplatform_error_words(int error)
{
	return strerrordesc_np(error);
}

int cplatform_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags | O_CLOEXEC, mode);
}

void cplatform_name_program(const char *name)
{
	/* Sound: nobody writes to it. syslog(3) reads it, too. */
	program_invocation_short_name = (char *)name;
}

void cplatform_syslog(int priority, const char *line)
{
	syslog(priority, "%s", line);
}

void cplatform_write_error(const void *bytes, size_t count)
{
	/* Restored at once: a program that we run would inherit it. */
	struct sigaction ignore = {.sa_handler = SIG_IGN}, pipe, size;

	sigaction(SIGPIPE, &ignore, &pipe);
	sigaction(SIGXFSZ, &ignore, &size);
	while (write(2, bytes, count) == -1 && errno == EINTR)
		continue;
	sigaction(SIGXFSZ, &size, NULL);
	sigaction(SIGPIPE, &pipe, NULL);
}

int cplatform_forbid_dumps(void)
{
	return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

int cplatform_occupy_standard_descriptors(void)
{
	for (int descriptor = 0; descriptor < 3; descriptor++) {
		/* Those below are open by now, so open(2) returns this very number. */
		if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY) != descriptor)
			return -1;
	}
	return 0;
}

char **cplatform_environment(void)
{
	return environ;
}

int cplatform_random(void *bytes, size_t count)
{
	char *next = bytes;

	while (count > 0) {
		ssize_t got = getrandom(next, count, 0);

		if (got == -1 && errno != EINTR)
			return errno;
		if (got > 0) {
			next += got;
			count -= got;
		}
	}
	return 0;
}

int cplatform_lock(int descriptor)
{
	while (flock(descriptor, LOCK_EX) == -1)
		if (errno != EINTR)
			return errno;
	return 0;
}

int cplatform_lock_one_of(int descriptor, int count)
{
	/* Not all begin at the same byte. */
	int first = (int)(getpid() % count);

	for (int i = 0; i < count; i++) {
		struct flock place = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (first + i) % count, .l_len = 1};

		if (fcntl(descriptor, F_OFD_SETLK, &place) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return errno;
	}
	return EAGAIN;
}

long cplatform_address_space_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? (long)limit.rlim_cur : -1;
}
