#include "CSeparation.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int cseparation_watch_signals(void)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGHUP);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &watched, NULL) == -1)
		return -1;
	return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cseparation_next_signal(int descriptor)
{
	struct signalfd_siginfo signal;

	return read(descriptor, &signal, sizeof signal) == sizeof signal ? (int)signal.ssi_signo : 0;
}

pid_t cseparation_ended(void)
{
	siginfo_t info = {.si_pid = 0};

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? info.si_pid : 0;
}

int cseparation_alarm(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void cseparation_ring(int alarm)
{
	/* Where the counter is full, it rings already. */
	(void)!eventfd_write(alarm, 1);
}

void cseparation_silence(int alarm)
{
	eventfd_t rung;

	(void)!eventfd_read(alarm, &rung);
}
