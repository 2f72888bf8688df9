#include "CLibc.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

static int describe(
	posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, const int *descriptors, int count)
{
	sigset_t every, none;
	int failed = 0;

	for (int i = 0; i < count && !failed; i++)
		/* Where both numbers are equal, posix_spawn clears close-on-exec instead. */
		failed = posix_spawn_file_actions_adddup2(actions, descriptors[i], i);
	if (!failed)
		failed = posix_spawn_file_actions_addclosefrom_np(actions, count);

	sigfillset(&every);
	sigemptyset(&none);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(attributes, &every);
	if (!failed)
		failed = posix_spawnattr_setsigmask(attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setflags(
			attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	return failed;
}

int clibc_pipe(int descriptors[2])
{
	return pipe2(descriptors, O_CLOEXEC);
}

int clibc_spawn(pid_t *pid, char *const argv[], char *const environment[], const int descriptors[4])
{
	return clibc_spawn_file(pid, argv[0], argv, environment, descriptors, 4);
}

int clibc_spawn_file(
	pid_t *pid, const char *file, char *const argv[], char *const environment[], const int *descriptors, int count)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failed;

	/* A later dup2 must not read a number that an earlier one has replaced. */
	for (int i = 1; i < count; i++)
		if (descriptors[i] < i)
			return EINVAL;
	if ((failed = posix_spawn_file_actions_init(&actions)) != 0)
		return failed;
	if ((failed = posix_spawnattr_init(&attributes)) == 0) {
		failed = describe(&actions, &attributes, descriptors, count);
		if (!failed)
			failed = posix_spawnp(pid, file, &actions, &attributes, argv, environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

int clibc_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
