#include "CGuard.h"
#include "CLibc.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <sys/syscall.h>

/* PAM's modules run in this process, and its exit status is the answer: a module that calls exit(0) would have any password
 * accepted. A process of its own for PAM would cure that, and take longer than all the rest of a login; so each way out is
 * guarded instead, from before the first module is loaded to the end of the process:
 *
 *   exit(3), error(3), err(3), the end of the last thread    run exit handlers: ours was registered before any module's, so
 *                                                            it runs last, and ends the process with 111
 *   quick_exit(3)                                            the same, with the handlers of at_quick_exit(3)
 *   _exit(2), _Exit(3), daemon(3)                            run none. The program exports functions of these names, and
 *                                                            the dynamic linker finds those before libc's
 *   exec, in all its forms                                   likewise: refused with EPERM
 *   abort(3) and other signals                               do not read as an exit status
 *
 * All that in the guarded process only: a child of a module has another process ID, and ends with its own status. This does not
 * cover a module that makes the system call itself, by syscall(2) or in assembly. */

static volatile pid_t guarded;
static volatile pid_t executing;

static int is_guarded(void)
{
	return guarded != 0 && getpid() == guarded;
}

static _Noreturn void refuse_end(const char *name)
{
	char about[96], words[512];

	/* The names are ours: this fits, and needs neither locale nor memory. */
	strcpy(about, clibc_phase());
	strcat(about, *about == 0 ? "" : "\\x20");
	strcat(about, name);
	strcpy(words, "pam-checkpwd: module ended the process: ");
	strcat(words, clibc_phase());
	strcat(words, *clibc_phase() == 0 ? "" : " ");
	strcat(words, name);
	strcat(words, "; a PAM module must return instead: remove it from the service, or report this to its author\n");
	clibc_say_last_words("module-ended-the-process", about, words);
	clibc_end(111);
}

static void at_end(void)
{
	if (is_guarded())
		refuse_end("exit");
}

void cguard_arm(void)
{
	static int is_registered;

	if (!is_registered && (atexit(at_end) != 0 || at_quick_exit(at_end) != 0))
		clibc_end(111);
	is_registered = 1;
	executing = 0;
	guarded = getpid();
}

void cguard_permit_exec(void)
{
	executing = (pid_t)syscall(SYS_gettid);
}

__attribute__((visibility("default"))) void _exit(int status)
{
	if (is_guarded())
		refuse_end("_exit");
	clibc_end(status);
}

__attribute__((visibility("default"))) void _Exit(int status)
{
	if (is_guarded())
		refuse_end("_Exit");
	clibc_end(status);
}

/* libc's own of a function that is defined here. */
#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

/* The parent would end with 0. */
__attribute__((visibility("default"))) int daemon(int stays, int keeps)
{
	if (is_guarded()) {
		errno = EPERM;
		return -1;
	}
	return NEXT(daemon)(stays, keeps);
}

static int may_execute(void)
{
	if (!is_guarded() || (executing != 0 && executing == (pid_t)syscall(SYS_gettid)))
		return 1;
	errno = EPERM;
	return 0;
}

#define GUARDED(function, parameters, arguments)                                                                      \
	__attribute__((visibility("default"))) int function parameters                                                \
	{                                                                                                             \
		return may_execute() ? NEXT(function) arguments : -1;                                                 \
	}

GUARDED(execve, (const char *path, char *const argv[], char *const envp[]), (path, argv, envp))
GUARDED(execv, (const char *path, char *const argv[]), (path, argv))
GUARDED(execvp, (const char *file, char *const argv[]), (file, argv))
GUARDED(execvpe, (const char *file, char *const argv[], char *const envp[]), (file, argv, envp))
GUARDED(fexecve, (int fd, char *const argv[], char *const envp[]), (fd, argv, envp))
GUARDED(execveat, (int fd, const char *path, char *const argv[], char *const envp[], int flags), (fd, path, argv, envp, flags))

/* Collects the arguments of a variadic form in an array, and makes the call with it. */
#define LISTED(function, call)                                                                                        \
	__attribute__((visibility("default"))) int function(const char *path, const char *first, ...)                 \
	{                                                                                                             \
		va_list list;                                                                                         \
		int count = 0;                                                                                        \
                                                                                                                      \
		va_start(list, first);                                                                                \
		for (const char *next = first; next != NULL; next = va_arg(list, char *))                             \
			count++;                                                                                      \
		va_end(list);                                                                                         \
		{                                                                                                     \
			char *argv[count + 1];                                                                        \
                                                                                                                      \
			va_start(list, first);                                                                        \
			argv[0] = (char *)first;                                                                      \
			for (int i = 1; i <= count; i++)                                                              \
				argv[i] = va_arg(list, char *);                                                       \
			call;                                                                                         \
		}                                                                                                     \
	}

LISTED(execl, va_end(list); return execv(path, argv))
LISTED(execlp, va_end(list); return execvp(path, argv))
LISTED(execle, char *const *envp = va_arg(list, char *const *); va_end(list); return execve(path, argv, envp))
