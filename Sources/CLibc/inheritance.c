#include "CLibc.h"

#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

/* A process inherits this from its caller, and a PAM module, which runs in this very process, can change it:
 *
 *   what                              while modules run                   the program that runs for the login finds
 *   descriptors 0 and 1 (and 2)       /dev/null, see streams.c            as the caller left them
 *   other descriptors                 the caller's                        the caller's, and none that modules left open
 *   signals: actions                  SIGCHLD, SIGPIPE, SIGXFSZ sane      as the caller left them
 *   signals: mask                     none blocked                        as the caller left it
 *   environment                       the caller's                        the caller's, and what pam_putenv(3) adds
 *   working directory                 the caller's                        the caller's, or the user's home
 *   interval timers                   the caller's                        the caller's
 *   supplementary groups              the caller's, then the user's       the user's; the caller's with --noenv
 *   user and group                    the caller's                        verified, see clibc_check_modules
 *   resource limits (nine)            raised as far as they may be        the caller's, but for what a session sets
 *   umask, nice value                 the caller's                        the caller's, but for what a session sets
 *   core dumps, tracing               forbidden after each call           execve(2) resets it
 *   syslog(3)'s ident and mask        ours after each call                not inherited
 *   locale, stdio, threads, exit(3)'s handlers, items of PAM              not inherited
 *
 * A session is there to set limits, umask and nice value (pam_limits, pam_umask): they are put back before the session, so
 * that no other module sets them, and not after it. Left as a module made them, since a session sets these on purpose or they
 * cannot be put back: keyrings, audit's login ID, namespaces, root directory, control group, SELinux's contexts, capabilities,
 * securebits, no_new_privs, seccomp filters, scheduling policy and affinity, session and process group, personality(2). */

/* Those from here on are left alone: to look at all that there may be takes long. */
enum { DESCRIPTORS = 256 };

/* Those that programs ignore or catch for themselves, and that a module, or its library, may. */
static const int watched[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,
                              SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ, SIGURG,  SIGIO};
enum { WATCHED = sizeof watched / sizeof *watched };

/* Soft limits with which a right password may read as wrong, and as what they will do. */
static const struct {
	int limit;
	rlim_t wanted;
} raised[] = {
	{RLIMIT_AS, RLIM_INFINITY},    {RLIMIT_DATA, RLIM_INFINITY}, {RLIMIT_FSIZE, RLIM_INFINITY},
	{RLIMIT_NPROC, RLIM_INFINITY}, {RLIMIT_STACK, 8 << 20},      {RLIMIT_NOFILE, 1024},
};
enum { RAISED = sizeof raised / sizeof *raised };

/* All limits that a module may have a reason to set. */
static const int limits[] = {RLIMIT_AS,     RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_NPROC,  RLIMIT_STACK,
                             RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_CPU,   RLIMIT_MEMLOCK};
enum { LIMITS = sizeof limits / sizeof *limits };

static const int timers[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
enum { TIMERS = sizeof timers / sizeof *timers };

static struct {
	int is_noted;
	int ignores[WATCHED];
	sigset_t mask;
	struct rlimit limits[RLIM_NLIMITS], during[RLIM_NLIMITS];
	mode_t umask;
	int nice;
	char *directory;
	struct itimerval timers[TIMERS];
	struct timespec time;
	char **environment;
	struct clibc_ids ids;
	int group_count;
	gid_t *groups;
	/* Which descriptors are the caller's. */
	char has[DESCRIPTORS];
	int descriptor_count;
} caller;

static void do_nothing(int signal)
{
	(void)signal;
}

void clibc_note_signals(void)
{
	struct sigaction action;
	sigset_t none;

	for (int i = 0; i < WATCHED; i++)
		caller.ignores[i] = sigaction(watched[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &caller.mask);
}

static void calm_signals(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	/* A handler rather than SIG_IGN: a write of a module's to a connection that is gone, or to a file that may not grow, fails
	 * with an errno, and the programs that it runs find the default actions. */
	struct sigaction harmless = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
	sigset_t none;

	/* If SIGCHLD is ignored, a module cannot wait for its own child. */
	sigaction(SIGCHLD, &standard, NULL);
	sigaction(SIGPIPE, &harmless, NULL);
	sigaction(SIGXFSZ, &harmless, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void restore_signals(void)
{
	for (int i = 0; i < WATCHED; i++) {
		struct sigaction action = {.sa_handler = caller.ignores[i] ? SIG_IGN : SIG_DFL};

		sigaction(watched[i], &action, NULL);
	}
	sigprocmask(SIG_SETMASK, &caller.mask, NULL);
}

static int note_limits(int raises)
{
	for (int i = 0; i < LIMITS; i++) {
		if (getrlimit(limits[i], &caller.limits[limits[i]]) == -1)
			return -1;
		caller.during[limits[i]] = caller.limits[limits[i]];
	}
	for (int i = 0; i < RAISED && raises; i++) {
		struct rlimit *during = &caller.during[raised[i].limit];
		/* One less than a round number, so that a limit that a session sets differs from it. */
		rlim_t most = (raised[i].wanted < during->rlim_max ? raised[i].wanted : during->rlim_max) - 1;

		if (during->rlim_cur < most && during->rlim_max > 0) {
			during->rlim_cur = most;
			if (setrlimit(raised[i].limit, during) == -1)
				*during = caller.limits[raised[i].limit];
		}
	}
	return 0;
}

static int is_same(const struct rlimit *one, const struct rlimit *other)
{
	return one->rlim_cur == other->rlim_cur && one->rlim_max == other->rlim_max;
}

/* Limits that differ from these are set to them. */
static void set_limits(const struct rlimit *wanted)
{
	struct rlimit now;

	for (int i = 0; i < LIMITS; i++) {
		int limit = limits[i];

		if (getrlimit(limit, &now) == -1 || is_same(&now, &wanted[limit]) || setrlimit(limit, &wanted[limit]) == 0)
			continue;
		/* To raise a hard limit again, which a module lowered, takes CAP_SYS_RESOURCE. */
		now.rlim_cur = wanted[limit].rlim_cur < now.rlim_max ? wanted[limit].rlim_cur : now.rlim_max;
		setrlimit(limit, &now);
	}
}

static void lower_limits(void)
{
	struct rlimit now;

	for (int i = 0; i < RAISED; i++) {
		int limit = raised[i].limit;

		if (!is_same(&caller.during[limit], &caller.limits[limit]) && getrlimit(limit, &now) == 0 &&
		    is_same(&now, &caller.during[limit]))
			setrlimit(limit, &caller.limits[limit]);
	}
}

/* By poll(2), which tells of a descriptor that it is not open: to list /proc/self/fd took longer than the rest of this file. */
static void note_descriptors(void)
{
	struct pollfd all[DESCRIPTORS];
	rlim_t allowed = caller.during[RLIMIT_NOFILE].rlim_cur;
	int count = allowed < DESCRIPTORS ? (int)allowed : DESCRIPTORS;

	for (int number = 0; number < count; number++)
		all[number] = (struct pollfd){.fd = number};
	if (poll(all, (nfds_t)count, 0) == -1)
		count = 0;
	for (int number = 0; number < count; number++)
		caller.has[number] = !(all[number].revents & POLLNVAL);
	caller.descriptor_count = count;
}

static void close_on_exec(unsigned first, unsigned end)
{
	if (first >= end || close_range(first, end - 1, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	/* A kernel older than 5.11. */
	for (unsigned number = first; number < end; number++)
		fcntl((int)number, F_SETFD, FD_CLOEXEC);
}

/* All descriptors that are not the caller's, but for one. */
static void disinherit(int wanted)
{
	int next = 0;

	for (int number = 0; number < caller.descriptor_count; number++)
		if (caller.has[number] || number == wanted) {
			close_on_exec((unsigned)next, (unsigned)number);
			next = number + 1;
		}
	close_on_exec((unsigned)next, (unsigned)caller.descriptor_count);
}

/* Pointers and strings in one piece: a module may write to those that are there. */
static char **copy_environment(void)
{
	size_t count = 0, size = 0;
	char **copy, *next;

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++, count++)
		size += strlen(*entry) + 1;
	copy = malloc((count + 1) * sizeof *copy + size);
	if (copy == NULL)
		return NULL;
	next = (char *)(copy + count + 1);
	for (size_t i = 0; i < count; i++) {
		copy[i] = next;
		next = stpcpy(next, environ[i]) + 1;
	}
	copy[count] = NULL;
	return copy;
}

static void note_timers(void)
{
	for (int i = 0; i < TIMERS; i++)
		if (getitimer(timers[i], &caller.timers[i]) == -1)
			memset(&caller.timers[i], 0, sizeof caller.timers[i]);
	clock_gettime(CLOCK_MONOTONIC, &caller.time);
}

static void restore_timers(void)
{
	struct timespec now;
	long passed;

	clock_gettime(CLOCK_MONOTONIC, &now);
	passed = (now.tv_sec - caller.time.tv_sec) * 1000000 + (now.tv_nsec - caller.time.tv_nsec) / 1000;
	for (int i = 0; i < TIMERS; i++) {
		struct itimerval timer = caller.timers[i];
		long left = timer.it_value.tv_sec * 1000000 + timer.it_value.tv_usec;

		if (left > 0 && timers[i] == ITIMER_REAL) {
			left = left > passed ? left - passed : 1;
			timer.it_value = (struct timeval){.tv_sec = left / 1000000, .tv_usec = left % 1000000};
		}
		setitimer(timers[i], &timer, NULL);
	}
}

/* getgroups(2). To be freed; NULL and an errno if that fails. */
static gid_t *read_groups(int *count)
{
	gid_t *groups;

	*count = getgroups(0, NULL);
	groups = *count == -1 ? NULL : malloc(((size_t)*count + 1) * sizeof *groups);
	if (groups != NULL && getgroups(*count, groups) == *count)
		return groups;
	free(groups);
	return NULL;
}

int clibc_settle(int raises_limits)
{
	calm_signals();
	if (note_limits(raises_limits) == -1)
		return errno;
	note_descriptors();
	caller.umask = umask(077);
	umask(caller.umask);
	caller.nice = getpriority(PRIO_PROCESS, 0);
	/* NULL if the directory is gone, or too far below: then a module may change it. */
	caller.directory = getcwd(NULL, 0);
	note_timers();
	caller.groups = read_groups(&caller.group_count);
	clibc_note_ids(&caller.ids);
	caller.environment = copy_environment();
	if (caller.environment == NULL || caller.groups == NULL)
		return errno;
	caller.is_noted = 1;
	return clibc_hide_streams();
}

void clibc_undo_authentication(void)
{
	if (!caller.is_noted)
		return;
	calm_signals();
	umask(caller.umask);
	if (getpriority(PRIO_PROCESS, 0) != caller.nice)
		setpriority(PRIO_PROCESS, 0, caller.nice);
	set_limits(caller.during);
}

static int restore_directory(void)
{
	char *now;
	int is_same;

	if (caller.directory == NULL)
		return 0;
	now = getcwd(NULL, 0);
	is_same = now != NULL && strcmp(now, caller.directory) == 0;
	free(now);
	return is_same ? 0 : chdir(caller.directory);
}

static int restore_groups(void)
{
	int count, is_same;
	gid_t *now = read_groups(&count);

	is_same = now != NULL && count == caller.group_count && memcmp(now, caller.groups, (size_t)count * sizeof *now) == 0;
	free(now);
	return is_same ? 0 : setgroups((size_t)caller.group_count, caller.groups);
}

int clibc_restore(int stays)
{
	environ = caller.environment;
	restore_timers();
	if (restore_directory() == -1)
		return errno;
	if (!stays)
		return 0;
	if (restore_groups() == -1)
		return errno;
	/* Perhaps in a child of ours. */
	caller.ids.process = getpid();
	return clibc_has_ids(&caller.ids) ? 0 : EPERM;
}

int clibc_release(int descriptor)
{
	int failed = clibc_show_streams();

	if (failed)
		return failed;
	disinherit(descriptor);
	lower_limits();
	restore_signals();
	return 0;
}

const char *clibc_lacking_memory(size_t wanted)
{
	static const struct {
		int limit, protection;
		const char *name;
	} memory[] = {
		/* Memory without access counts for the address space alone. */
		{RLIMIT_AS, PROT_NONE, "RLIMIT_AS"},
		{RLIMIT_DATA, PROT_READ | PROT_WRITE, "RLIMIT_DATA"},
	};
	struct rlimit limit;

	for (int i = 0; i < 2; i++) {
		void *room;

		if (getrlimit(memory[i].limit, &limit) == -1 || limit.rlim_cur == RLIM_INFINITY)
			continue;
		room = mmap(NULL, wanted, memory[i].protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (room == MAP_FAILED)
			return memory[i].name;
		munmap(room, wanted);
	}
	return NULL;
}

void clibc_note_ids(struct clibc_ids *ids)
{
	ids->process = getpid();
	getresuid(&ids->user, &ids->effective_user, &ids->saved_user);
	getresgid(&ids->group, &ids->effective_group, &ids->saved_group);
}

int clibc_has_ids(const struct clibc_ids *ids)
{
	struct clibc_ids now;

	clibc_note_ids(&now);
	return memcmp(&now, ids, sizeof now) == 0;
}

int clibc_check_modules(const struct clibc_ids *ids)
{
	struct clibc_ids now;

	clibc_note_ids(&now);
	/* A module started a process and returned in it, too: that one has no login to answer for. */
	if (now.process != ids->process)
		clibc_end(111);
	clibc_restore_syslog();
	/* A module that changes the process's user or group, and back, makes it dumpable again. */
	clibc_forbid_dumps();
	return memcmp(&now, ids, sizeof now) == 0;
}

static const char *phase = "";

void clibc_enter_phase(const char *name)
{
	phase = name;
}

const char *clibc_phase(void)
{
	return phase;
}
