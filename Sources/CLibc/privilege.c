#include "CLibc.h"

#include <arpa/inet.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>

/* Limits with which a caller could make a module fail half way: before it counts a wrong password, say. What they are
 * raised to, and what will do where the system lets nobody raise them. */
static const struct {
	int limit;
	rlim_t wanted, enough;
} limits[] = {
	{RLIMIT_CPU, RLIM_INFINITY, 60},
	{RLIMIT_FSIZE, RLIM_INFINITY, 64 << 20},
	{RLIMIT_DATA, RLIM_INFINITY, 64 << 20},
	{RLIMIT_AS, RLIM_INFINITY, 256 << 20},
	{RLIMIT_STACK, 8 << 20, 1 << 20},
	{RLIMIT_NOFILE, 1024, 64},
	{RLIMIT_CORE, 0, 0},
};

enum { LIMITS = sizeof limits / sizeof *limits };

struct clibc_caller {
	uid_t uid;
	gid_t gid;
	mode_t mask;
	int nice;
	struct rlimit limits[RLIM_NLIMITS];
	int group_count;
	gid_t groups[NGROUPS_MAX];
	/* What it has once it is itself again; too large for a stack. */
	gid_t groups_of_now[NGROUPS_MAX];
};

static const int of_terminal[] = {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

static int make_sane(int row)
{
	struct rlimit now, wanted;

	if (getrlimit(limits[row].limit, &now) == -1)
		return -1;
	/* A hard limit is never lowered: it could not be given back. */
	wanted.rlim_cur = limits[row].wanted;
	wanted.rlim_max = now.rlim_max > limits[row].wanted ? now.rlim_max : limits[row].wanted;
	if (setrlimit(limits[row].limit, &wanted) == 0)
		return 0;
	/* To raise a hard limit takes CAP_SYS_RESOURCE, which root may lack in a container. */
	now.rlim_cur = now.rlim_max;
	if (setrlimit(limits[row].limit, &now) == -1)
		return -1;
	if (now.rlim_cur >= limits[row].enough)
		return 0;
	errno = EPERM;
	return -1;
}

static int note(struct clibc_caller *caller)
{
	caller->uid = getuid();
	caller->gid = getgid();
	caller->group_count = getgroups(NGROUPS_MAX, caller->groups);
	if (caller->group_count == -1)
		return -1;
	for (int limit = 0; limit < RLIM_NLIMITS; limit++)
		if (getrlimit(limit, &caller->limits[limit]) == -1)
			return -1;
	errno = 0;
	caller->nice = getpriority(PRIO_PROCESS, 0);
	return errno == 0 ? 0 : -1;
}

/* Signals that are sent by a terminal ask nobody for permission. */
static void calm_signals(void)
{
	struct itimerval off = {{0, 0}, {0, 0}};
	struct sigaction standard = {.sa_handler = SIG_DFL}, ignored = {.sa_handler = SIG_IGN};
	sigset_t none;

	setitimer(ITIMER_REAL, &off, NULL);
	setitimer(ITIMER_VIRTUAL, &off, NULL);
	setitimer(ITIMER_PROF, &off, NULL);
	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &standard, NULL);
	for (size_t i = 0; i < sizeof of_terminal / sizeof *of_terminal; i++)
		sigaction(of_terminal[i], &ignored, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

struct clibc_caller *clibc_take_over(void)
{
	struct clibc_caller *caller = calloc(1, sizeof *caller);

	if (caller == NULL || note(caller) == -1)
		return NULL;
	/* The ids first: from here on the caller may send no signal. */
	if (setresuid(0, 0, 0) == -1 || setgroups(0, NULL) == -1 || setresgid(0, 0, 0) == -1 || clibc_forbid_dumps() == -1)
		return NULL;
	calm_signals();
	for (int i = 0; i < LIMITS; i++)
		if (make_sane(i) == -1)
			return NULL;
	caller->mask = umask(077);
	if (close_range(4, ~0U, 0) == -1 || clearenv() != 0)
		return NULL;
	return caller;
}

long clibc_caller_processes(const struct clibc_caller *caller)
{
	rlim_t limit = caller->limits[RLIMIT_NPROC].rlim_cur;

	return limit == RLIM_INFINITY || limit > LONG_MAX ? -1 : (long)limit;
}

uid_t clibc_caller_uid(const struct clibc_caller *caller)
{
	return caller->uid;
}

static int is_given_back(struct clibc_caller *caller)
{
	uid_t uids[3];
	gid_t gids[3];

	if (getresuid(&uids[0], &uids[1], &uids[2]) == -1 || getresgid(&gids[0], &gids[1], &gids[2]) == -1)
		return 0;
	for (int i = 0; i < 3; i++)
		if (uids[i] != caller->uid || gids[i] != caller->gid)
			return 0;
	return getgroups(NGROUPS_MAX, caller->groups_of_now) == caller->group_count &&
	       memcmp(caller->groups_of_now, caller->groups, (size_t)caller->group_count * sizeof *caller->groups) == 0 &&
	       setuid(0) == -1;
}

static int give_back_limit(int limit, const struct rlimit *noted)
{
	struct rlimit now;

	if (setrlimit(limit, noted) == 0)
		return 0;
	/* To raise a hard limit again, which a module lowered, takes CAP_SYS_RESOURCE; a limit that is lower will do. */
	if (getrlimit(limit, &now) == -1)
		return -1;
	if (now.rlim_max <= noted->rlim_max) {
		now.rlim_cur = noted->rlim_cur < now.rlim_max ? noted->rlim_cur : now.rlim_max;
		return setrlimit(limit, &now);
	}
	errno = EPERM;
	return -1;
}

int clibc_give_back(struct clibc_caller *caller)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};

	for (size_t i = 0; i < sizeof of_terminal / sizeof *of_terminal; i++)
		sigaction(of_terminal[i], &standard, NULL);
	umask(caller->mask);
	/* Or a program of the caller's would run with limits that the caller may not have. */
	for (int limit = 0; limit < RLIM_NLIMITS; limit++)
		if (give_back_limit(limit, &caller->limits[limit]) == -1)
			return errno;
	/* It fails only where a module lowered the priority, and root may not raise it: that will do. */
	setpriority(PRIO_PROCESS, 0, caller->nice);
	if (setgroups((size_t)caller->group_count, caller->groups) == -1 ||
	    setresgid(caller->gid, caller->gid, caller->gid) == -1 || setresuid(caller->uid, caller->uid, caller->uid) == -1)
		return errno;
	/* What PAM's modules hold may still be in memory, until the program takes its place. */
	if (clibc_forbid_dumps() == -1)
		return errno;
	return is_given_back(caller) ? 0 : EPERM;
}

int clibc_is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}
