#include "CPlatform.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

extern char *program_invocation_short_name; /* <errno.h>, a GNU extension */

/* LMDB divides by sizes that it finds in the file; Swift traps by SIGILL or SIGTRAP. */
static const int faults[] = {SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTRAP};
enum { FAULTS = sizeof faults / sizeof *faults };

static struct sigaction before[FAULTS], size_before;
static sigset_t mask_before;
static atomic_int depth;
static char sentence[1024], record[1024];
static size_t sentence_size, record_size;

void cplatform_prepare_fault_record(int priority, const char *line)
{
	/* /dev/log takes a record without a time, and stamps it itself. */
	int size = snprintf(record, sizeof record, "<%d>%s[%ld]: %s", priority, program_invocation_short_name,
	                    (long)getpid(), line);

	record_size = size < 0 ? 0 : (size_t)size < sizeof record ? (size_t)size : sizeof record - 1;
}

void cplatform_die_of_fault(void)
{
	struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int descriptor;

	/* Only what signal-safety(7) allows. */
	cplatform_write_error(sentence, sentence_size);
	descriptor = record_size == 0 ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor != -1 && connect(descriptor, (struct sockaddr *)&log, sizeof log) == 0)
		send(descriptor, record, record_size, MSG_NOSIGNAL);
	_exit(111);
}

static void die(int signal)
{
	(void)signal;
	cplatform_die_of_fault();
}

void cplatform_enter_faults(const char *path, const char *remedy)
{
	/* What a damaged tree of pages leads into may be a stack without an end. */
	static char stack[16384];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = die, .sa_flags = SA_ONSTACK | SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t unblocked;
	int size = snprintf(sentence, sizeof sentence, "%s: store damaged: %s: it cannot be read without a crash; %s\n",
	                    program_invocation_short_name, path, remedy);

	sentence_size = size < 0 ? 0 : (size_t)size < sizeof sentence ? (size_t)size : sizeof sentence - 1;
	sigaltstack(&alternative, NULL);
	sigemptyset(&action.sa_mask);
	if (atomic_fetch_add(&depth, 1) > 0)
		return;
	/* What whoever started us blocked, they blocked for themselves: a fault that is blocked ends the program unheard. */
	sigemptyset(&unblocked);
	for (int i = 0; i < FAULTS; i++) {
		sigaddset(&unblocked, faults[i]);
		sigaction(faults[i], &action, &before[i]);
	}
	sigprocmask(SIG_UNBLOCK, &unblocked, &mask_before);
	/* A file that may not grow is an error that write(2) returns. */
	sigaction(SIGXFSZ, &ignore, &size_before);
}

void cplatform_leave_faults(void)
{
	if (atomic_fetch_sub(&depth, 1) > 1)
		return;
	sigaction(SIGXFSZ, &size_before, NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	for (int i = 0; i < FAULTS; i++)
		sigaction(faults[i], &before[i], NULL);
}
