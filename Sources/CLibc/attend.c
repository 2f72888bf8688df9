#include "CLibc.h"

#include <signal.h>
#include <sys/auxv.h>
#include <sys/wait.h>

static volatile pid_t attended;

static void pass_on(int signal)
{
	int error = errno;

	if (attended != 0)
		kill(attended, signal);
	errno = error;
}

pid_t clibc_fork_attended(void)
{
	static const int passed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
	struct sigaction action = {.sa_handler = pass_on};
	sigset_t every, before;
	pid_t child;

	/* Until the handlers stand, a signal waits. */
	sigfillset(&every);
	sigprocmask(SIG_SETMASK, &every, &before);
	child = fork();
	if (child > 0) {
		attended = child;
		sigemptyset(&action.sa_mask);
		for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
			sigaction(passed[i], &action, NULL);
		/* Or the client would not see the program close its connection. */
		clibc_drop_streams();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return child;
}

int clibc_wait_attended(pid_t child)
{
	siginfo_t ended;
	sigset_t every, before;

	while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) == -1 && errno == EINTR)
		continue;
	/* Once it is reaped, its number may be another's. */
	sigfillset(&every);
	sigprocmask(SIG_SETMASK, &every, &before);
	attended = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return clibc_wait(child);
}

int clibc_is_privileged(void)
{
	return getauxval(AT_SECURE) != 0;
}
