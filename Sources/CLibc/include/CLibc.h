/* libc for Embedded Swift, which has no Glibc module: the headers as they are, and an accessor for each thing in them
 * that Swift does not import (variadic calls, macros, global variables). */
#ifndef CLIBC_H
#define CLIBC_H

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* errno(3), a macro. */
int clibc_errno(void);

/* strerrordesc_np(3), a GNU extension: 'No such file or directory', or NULL. Headers here are read without _GNU_SOURCE,
 * as Swift's own Glibc module reads them, or their types would not be the same. */
const char *clibc_error_words(int error);

/* open(2), variadic; always close-on-exec. */
int clibc_open(const char *path, int flags, mode_t mode);

/* Connects to the system's log: a datagram socket, or a stream if the log has one (unix(7)). Returns a descriptor, or -1. */
int clibc_open_log(void);

/* Sends one line by that descriptor, under this name, with our process ID. A log that is full is waited for, for 5 seconds.
 * Returns 0 or an errno. Safe in a signal handler. */
int clibc_log(int log, int priority, const char *name, const void *line, size_t count);

/* The same with the name of clibc_name_program and a connection of its own. */
int clibc_log_line(int priority, const void *line, size_t count);

/* Has the lines that PAM's modules write with syslog(3) come from us, to authpriv, whatever a module did by openlog(3) or
 * setlogmask(3). */
void clibc_restore_syslog(void);

/* Takes a copy of the fields that a login's last line has after verdict and reason, in case it ends without a verdict. */
void clibc_prepare_last_words(const void *line, size_t count);

/* Writes these words to standard error, and a line with the verdict 'temporary', this reason, what was prepared, and `about`,
 * which may be empty, to the system's log; to standard error if there is no log. Nothing is logged if nothing was prepared.
 * Safe in a signal handler. */
void clibc_say_last_words(const char *reason, const char *about, const char *words);

/* write(2) to descriptor 2, unless clibc_keep_errors_from_client found that the client would read it. If its reader is
 * gone, or a file there may not grow, the message is lost, and no SIGPIPE or SIGXFSZ ends the program. */
void clibc_write_error(const void *bytes, size_t count);

/* Whether a message waits for the reader of descriptor 2, as it does from the start on. If not, it is lost if it would have to
 * wait, and the process has 10 seconds left. */
void clibc_wait_for_errors(int waits);

/* Whether descriptor 2 may be the mail client's connection: it is a socket to another host, or the same pipe or socket as
 * descriptor 0 or 1. */
int clibc_error_may_be_client(void);

/* From here on nothing is written to descriptor 2, if the client may read it. */
void clibc_keep_errors_from_client(void);

/* PR_SET_DUMPABLE 0: no core file, no ptrace and no /proc/PID/mem for other processes of the same user.
 * A change of the effective user or group undoes it (proc(5), fs.suid_dumpable). */
int clibc_forbid_dumps(void);

/* Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed, so that no file opened later can land where a
 * message is written to. */
int clibc_occupy_standard_descriptors(void);

/* Puts /dev/null in the place of descriptors 0 and 1, and of 2 if the client may read it. Returns 0 or an errno. */
int clibc_hide_streams(void);

/* Has them back as they were. Returns 0 or an errno. */
int clibc_show_streams(void);

/* Closes them for good, and leaves /dev/null. */
void clibc_drop_streams(void);

/* The user, group and process that the process is. */
struct clibc_ids {
	pid_t process;
	uid_t user, effective_user, saved_user;
	gid_t group, effective_group, saved_group;
};

void clibc_note_ids(struct clibc_ids *ids);

/* Whether they are as noted. */
int clibc_has_ids(const struct clibc_ids *ids);

/* After each call of libpam's: takes back what a module did to syslog(3) and to core dumps, and ends the process at once, with
 * status 111, if it is not the one that was noted. Returns whether the ids are as noted. */
int clibc_check_modules(const struct clibc_ids *ids);

/* The function of libpam that runs, for the message about a module that ends the process. Not copied. */
void clibc_enter_phase(const char *name);
const char *clibc_phase(void);

/* Notes the actions of signals, and blocks none. To be called before they change. */
void clibc_note_signals(void);

/* Notes what else PAM's modules could change and a program that runs for a login must find as the caller left it, raises soft
 * limits that could make a right password read as wrong, and hides the streams. Returns 0 or an errno. */
int clibc_settle(int raises_limits);

/* Takes back what modules did to limits, umask and nice value: to be called before a session, which may set them. */
void clibc_undo_authentication(void);

/* Takes back what modules did to environment, timers and working directory; and, if the process stays who it is, to its groups.
 * Returns 0 or an errno: EPERM if a module made another user of it. */
int clibc_restore(int stays);

/* Has streams, limits and signals as they were, and descriptors that modules left open closed on exec, but for this one, which
 * may be -1. Returns 0 or an errno. */
int clibc_release(int descriptor);

/* The name of the limit that leaves less memory than this, or NULL. */
const char *clibc_lacking_memory(size_t wanted);

/* exit_group(2) itself: no exit handler runs, and no function that is exported in its place (CGuard) is called. */
_Noreturn void clibc_end(int status);

/* getopt(3)'s globals. Resetting makes the next scan start at argv[1]. */
int clibc_optind(void);
int clibc_optopt(void);
const char *clibc_optarg(void);
void clibc_reset_options(void);

/* pipe2(2), a GNU extension: a pipe whose both ends are close-on-exec from the start. */
int clibc_pipe(int descriptors[2]);

/* Starts argv[0], searched for in $PATH, in a session of its own with descriptors[0..3] as its descriptors 0 to 3 and
 * no others, default signal actions and no signal blocked. Returns 0 or an errno; the process id in *pid. */
int clibc_spawn(pid_t *pid, char *const argv[], char *const environment[], const int descriptors[4]);

/* The same with a program whose name is not its argv[0], and with so many descriptors. */
int clibc_spawn_file(
	pid_t *pid, const char *file, char *const argv[], char *const environment[], const int *descriptors, int count);

/* waitpid(2) until this child has ended: its exit status, or 128 plus the signal that killed it, or -1. */
int clibc_wait(pid_t pid);

/* Opens a pipe with these bytes in it as this descriptor. Returns 0 or an errno; more bytes than a pipe holds are EAGAIN. */
int clibc_offer(int descriptor, const void *bytes, size_t count);

/* fork(2). The parent passes on the signals that would end it, and does not end by them; it closes the streams that were
 * hidden. Returns as fork does. */
pid_t clibc_fork_attended(void);

/* clibc_wait for that child; from its end on no signal is passed on. */
int clibc_wait_attended(pid_t child);

/* What messages and the system's log call the program; else it is argv[0], which is the caller's word. Not copied. */
void clibc_name_program(const char *name);
const char *clibc_program_name(void);

/* Whether the program runs with rights that its caller lacks (AT_SECURE, getauxval(3)). */
int clibc_is_privileged(void);

/* Who started a setuid program, and what of that reaches into it: ids, groups, limits, nice value and umask. */
struct clibc_caller;

/* Becomes root through and through, so that the caller can neither kill nor stop nor starve the process: all ids 0, no
 * groups, timers off, no signal blocked, those of a terminal ignored, limits raised, umask 077, descriptors above 3
 * closed, the environment empty, no dumps. Returns NULL where that fails; then errno is set, and nothing may go on. */
struct clibc_caller *clibc_take_over(void);

/* The limit of processes that the caller had (RLIMIT_NPROC), or -1 if it had none. */
long clibc_caller_processes(const struct clibc_caller *caller);

uid_t clibc_caller_uid(const struct clibc_caller *caller);

/* Becomes the caller again for good, and verifies it, with the limits and the nice value of before, whatever a module made
 * of them. Returns 0 or an errno; then nothing may go on. */
int clibc_give_back(struct clibc_caller *caller);

/* Whether a text is an IPv4 or IPv6 address (inet_pton(3)). */
int clibc_is_address(const char *text);

/* getrandom(2) until the buffer is full. Returns 0 or an errno. */
int clibc_random(void *bytes, size_t count);

/* Until clibc_leave_faults, SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL and SIGTRAP end the program as a store that is
 * damaged: with one line on standard error that names the path last given and its remedy, with what was prepared for
 * clibc_say_last_words in the system's log, and with exit status 111. SIGXFSZ is ignored. Each needs its own leaving. */
void clibc_enter_faults(const char *path, const char *remedy);
void clibc_leave_faults(void);

/* Ends the program so at once. */
_Noreturn void clibc_die_of_fault(void);

/* RLIMIT_AS in bytes (getrlimit(2)), or -1 where there is none. */
long clibc_address_space_limit(void);

/* Makes a descriptor close-on-exec. Returns 0 or an errno: EPROTOTYPE, or ENOTSOCK, unless it is a socket that keeps packets
 * apart (SOCK_SEQPACKET, unix(7)). */
int clibc_take_packets(int descriptor);

/* recv(2), waited for: the size of the next packet, of which no more than the capacity is kept; 0 at the end, -1 and errno
 * where that fails. */
ssize_t clibc_receive_packet(int socket, void *bytes, size_t capacity);

/* send(2), without SIGPIPE. Returns 0 or an errno. */
int clibc_send_packet(int socket, const void *bytes, size_t count);

/* From here on a large block of memory is always the system's, given back when it is freed: malloc(3) would keep it, and
 * then calloc(3) would have to clear all of it, of which LMDB needs next to nothing (2 MiB for each writer). */
void clibc_return_large_blocks(void);

/* Locks one of the first bytes of a file for as long as the descriptor, or a copy of it, is open (F_OFD_SETLK, fcntl(2)).
 * Returns 0 or an errno: EAGAIN if each of them is locked. */
int clibc_lock_one_of(int descriptor, int count);

/* flock(2), an exclusive lock, waited for. Returns 0 or an errno. */
int clibc_lock(int descriptor);

/* environ(7). */
char **clibc_environment(void);

#endif
