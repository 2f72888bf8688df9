#include "CLibc.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

/* LMDB divides by sizes that it finds in the file; Swift traps by SIGILL or SIGTRAP. */
static const int faults[] = {SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTRAP};
enum { FAULTS = sizeof faults / sizeof *faults };

static struct sigaction before[FAULTS], size_before;
static sigset_t mask_before;
static atomic_int depth;
static char sentence[1024];

void clibc_die_of_fault(void)
{
	clibc_say_last_words("store-damaged", "", sentence);
	clibc_end(111);
}

static void die(int signal)
{
	(void)signal;
	clibc_die_of_fault();
}

void clibc_enter_faults(const char *path, const char *remedy)
{
	/* What a damaged tree of pages leads into may be a stack without an end. */
	static char stack[16384];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = die, .sa_flags = SA_ONSTACK | SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t unblocked;

	snprintf(sentence, sizeof sentence, "%s: store damaged: %s: it cannot be read without a crash; %s\n",
	         clibc_program_name(), path, remedy);
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

void clibc_leave_faults(void)
{
	if (atomic_fetch_sub(&depth, 1) > 1)
		return;
	sigaction(SIGXFSZ, &size_before, NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	for (int i = 0; i < FAULTS; i++)
		sigaction(faults[i], &before[i], NULL);
}
