#include "CLibc.h"

#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>

void clibc_end(int status)
{
	for (;;)
		syscall(SYS_exit_group, status);
}

int clibc_errno(void)
{
	return errno;
}

const char *clibc_error_words(int error)
{
	return strerrordesc_np(error);
}

int clibc_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags | O_CLOEXEC, mode);
}

int clibc_forbid_dumps(void)
{
	return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

char **clibc_environment(void)
{
	return environ;
}

int clibc_random(void *bytes, size_t count)
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

int clibc_lock(int descriptor)
{
	while (flock(descriptor, LOCK_EX) == -1)
		if (errno != EINTR)
			return errno;
	return 0;
}

int clibc_lock_one_of(int descriptor, int count)
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

long clibc_address_space_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? (long)limit.rlim_cur : -1;
}
