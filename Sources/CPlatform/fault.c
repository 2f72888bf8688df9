#include "CPlatform.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

extern char *program_invocation_short_name; /* <errno.h>, a GNU extension */

static const int faults[] = {SIGBUS, SIGSEGV, SIGABRT};
enum { FAULTS = sizeof faults / sizeof *faults };

static struct sigaction before[FAULTS];
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

void cplatform_enter_faults(const char *path)
{
	/* What a damaged tree of pages leads into may be a stack without an end. */
	static char stack[16384];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = die, .sa_flags = SA_ONSTACK | SA_RESETHAND};
	int size = snprintf(sentence, sizeof sentence,
	                    "%s: store damaged: %s: it cannot be read without a crash; checkpwdctl store check says more, "
	                    "store restore brings a backup back\n",
	                    program_invocation_short_name, path);

	sentence_size = size < 0 ? 0 : (size_t)size < sizeof sentence ? (size_t)size : sizeof sentence - 1;
	sigaltstack(&alternative, NULL);
	sigemptyset(&action.sa_mask);
	if (atomic_fetch_add(&depth, 1) > 0)
		return;
	for (int i = 0; i < FAULTS; i++)
		sigaction(faults[i], &action, &before[i]);
}

void cplatform_leave_faults(void)
{
	if (atomic_fetch_sub(&depth, 1) > 1)
		return;
	for (int i = 0; i < FAULTS; i++)
		sigaction(faults[i], &before[i], NULL);
}
