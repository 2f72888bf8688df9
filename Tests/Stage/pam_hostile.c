/* A PAM module that changes or ends its process as no module should. For tests alone.
 *
 * arguments: PHASE ACTION ... [refuse]
 *
 * The actions are done in that phase: start, authenticate, account, setcred, session, close or end. With `refuse`, the
 * password is wrong. */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

static void *wait_forever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *exit_later(void *unused)
{
	usleep(20000);
	exit(0);
	return unused;
}

static void end_at_once(void)
{
	_exit(0);
}

static void catch_signal(int signal)
{
	(void)signal;
}

static void delay(int status, unsigned microseconds, void *data)
{
	(void)status, (void)microseconds, (void)data;
}

static char ident[] = "stolen";
static char variable[] = "PATH=/nowhere";

static void start_thread(void *(*body)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, body, NULL);
}

/* The soft limit: to raise a hard one again takes a capability that root lacks in many a container. */
static void lower(int limit, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(limit, &now) == -1)
		abort();
	now.rlim_cur = value;
	setrlimit(limit, &now);
}

/* Everything of the process that a program run by execve(2) would find. */
static void change_process(void)
{
	struct itimerval timer = {{0, 0}, {30, 0}};
	sigset_t every;

	putenv(variable);
	setenv("LEFT_BY_MODULE", "1", 1);
	unsetenv("KEPT");
	umask(0);
	if (chdir("/") != 0 || nice(7) == -1 || setgroups(0, NULL) == -1)
		abort();
	lower(RLIMIT_NOFILE, 20);
	lower(RLIMIT_CORE, 0);
	lower(RLIMIT_CPU, 20);
	setitimer(ITIMER_REAL, &timer, NULL);
	setitimer(ITIMER_PROF, &timer, NULL);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, catch_signal);
	sigfillset(&every);
	sigprocmask(SIG_SETMASK, &every, NULL);
	openlog(ident, LOG_CONS, LOG_USER);
	setlogmask(LOG_MASK(LOG_EMERG));
}

/* Opens files, and does not close them. */
static void leave_open(void)
{
	for (int i = 0; i < 20; i++)
		if (open("/etc/shadow", O_RDONLY) == -1)
			abort();
	if (dup2(open("/etc/shadow", O_RDONLY), 100) == -1)
		abort();
}

static void change_items(pam_handle_t *pam)
{
	static const struct {
		int item;
		const char *value;
	} items[] = {{PAM_RHOST, "forged"}, {PAM_RUSER, "forged"}, {PAM_TTY, "forged"}, {PAM_XDISPLAY, "forged:0"}};

	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		pam_set_item(pam, items[i].item, items[i].value);
	pam_set_item(pam, PAM_FAIL_DELAY, (const void *)delay);
}

/* As pam_exec and pam_unix do, and many more. */
static int has_child(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(7);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
}

static int may_be_signalled(void)
{
	sigset_t blocked;
	int ends[2];

	sigprocmask(SIG_SETMASK, NULL, &blocked);
	if (!sigisemptyset(&blocked) || pipe(ends) != 0 || close(ends[0]) != 0)
		return PAM_SYSTEM_ERR;
	/* Were SIGPIPE not calmed, this would end the process. */
	return write(ends[1], "x", 1) == -1 && close(ends[1]) == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
}

static int act(pam_handle_t *pam, const char *action)
{
	char byte;

	if (strcmp(action, "exit") == 0)
		exit(0);
	if (strcmp(action, "_exit") == 0)
		_exit(0);
	if (strcmp(action, "_Exit") == 0)
		_Exit(0);
	if (strcmp(action, "quick_exit") == 0)
		quick_exit(0);
	if (strcmp(action, "errx") == 0)
		errx(0, "gone");
	if (strcmp(action, "abort") == 0)
		abort();
	if (strcmp(action, "kill") == 0)
		kill(getpid(), SIGTERM);
	if (strcmp(action, "pthread_exit") == 0)
		pthread_exit(NULL);
	if (strcmp(action, "handler") == 0)
		atexit(end_at_once);
	if (strcmp(action, "thread") == 0)
		start_thread(wait_forever);
	if (strcmp(action, "exiting-thread") == 0) {
		start_thread(exit_later);
		usleep(300000);
	}
	if (strcmp(action, "fork") == 0)
		fork();
	if (strcmp(action, "vfork") == 0 && vfork() == 0)
		_exit(3);
	if (strcmp(action, "daemon") == 0)
		daemon(1, 1);
	if (strcmp(action, "execl") == 0)
		execl("/bin/true", "true", NULL);
	if (strcmp(action, "execlp") == 0)
		execlp("true", "true", "with", "arguments", NULL);
	if (strcmp(action, "execve") == 0)
		execve("/bin/true", (char *[]){"true", NULL}, (char *[]){NULL});
	if (strcmp(action, "system") == 0)
		return system("test \"$(printf x)\" = x") == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	if (strcmp(action, "openlog") == 0)
		openlog(ident, LOG_CONS, LOG_USER), setlogmask(LOG_MASK(LOG_EMERG));
	if (strcmp(action, "process") == 0)
		change_process();
	if (strcmp(action, "leave-open") == 0)
		leave_open();
	if (strcmp(action, "items") == 0)
		change_items(pam);
	if (strcmp(action, "child") == 0)
		return has_child();
	if (strcmp(action, "signals") == 0)
		return may_be_signalled();
	if (strcmp(action, "say") == 0) {
		printf("buffered\n");
		if (write(1, "220 from a module\n", 18) == -1 || write(2, "a module's words\n", 17) == -1)
			return PAM_SYSTEM_ERR;
	}
	if (strcmp(action, "read") == 0)
		return read(0, &byte, 1) == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	if (strcmp(action, "seteuid") == 0)
		return seteuid(1) == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	if (strcmp(action, "setegid") == 0)
		return setegid(1) == 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	return PAM_SUCCESS;
}

static int act_in(pam_handle_t *pam, const char *phase, int count, const char **arguments)
{
	for (int i = 1; i < count && strcmp(arguments[0], phase) == 0; i++) {
		int status = act(pam, arguments[i]);

		if (status != PAM_SUCCESS)
			return status;
	}
	return PAM_SUCCESS;
}

int pam_sm_authenticate(pam_handle_t *pam, int flags, int count, const char **arguments)
{
	int status = act_in(pam, "authenticate", count, arguments);

	(void)flags;
	if (status == PAM_SUCCESS && count > 0 && strcmp(arguments[count - 1], "refuse") == 0)
		return PAM_AUTH_ERR;
	return status;
}

int pam_sm_setcred(pam_handle_t *pam, int flags, int count, const char **arguments)
{
	return flags & PAM_ESTABLISH_CRED ? act_in(pam, "setcred", count, arguments) : PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *pam, int flags, int count, const char **arguments)
{
	(void)flags;
	return act_in(pam, "account", count, arguments);
}

int pam_sm_open_session(pam_handle_t *pam, int flags, int count, const char **arguments)
{
	(void)flags;
	return act_in(pam, "session", count, arguments);
}

int pam_sm_close_session(pam_handle_t *pam, int flags, int count, const char **arguments)
{
	(void)flags;
	return act_in(pam, "close", count, arguments);
}
