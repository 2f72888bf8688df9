/* libc for Embedded Swift, which has no Glibc module: the headers as they are, and an accessor for each thing in them
 * that Swift does not import (variadic calls, macros, global variables). */
#ifndef CPLATFORM_H
#define CPLATFORM_H

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
int cplatform_errno(void);

/* strerrordesc_np(3), a GNU extension: 'No such file or directory', or NULL. Headers here are read without _GNU_SOURCE,
 * as Swift's own Glibc module reads them, or their types would not be the same. */
const char *cplatform_error_words(int error);

/* open(2), variadic; always close-on-exec. */
int cplatform_open(const char *path, int flags, mode_t mode);

/* syslog(3), variadic; the line is never a format. */
void cplatform_syslog(int priority, const char *line);

/* write(2) to descriptor 2; where its reader is gone, or a file there may not grow, the message is lost, and no SIGPIPE or
 * SIGXFSZ ends the program. */
void cplatform_write_error(const void *bytes, size_t count);

/* PR_SET_DUMPABLE 0: no core file, no ptrace and no /proc/PID/mem for other processes of the same user.
 * A change of the effective user or group undoes it (proc(5), fs.suid_dumpable). */
int cplatform_forbid_dumps(void);

/* Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed, so that no file opened later can land where a
 * message is written to. */
int cplatform_occupy_standard_descriptors(void);

/* getopt(3)'s globals. Resetting makes the next scan start at argv[1]. */
int cplatform_optind(void);
int cplatform_optopt(void);
const char *cplatform_optarg(void);
void cplatform_reset_options(void);

/* pipe2(2), a GNU extension: a pipe whose both ends are close-on-exec from the start. */
int cplatform_pipe(int descriptors[2]);

/* Starts argv[0], searched for in $PATH, in a session of its own with descriptors[0..3] as its descriptors 0 to 3 and
 * no others, default signal actions and no signal blocked. Returns 0 or an errno; the process id in *pid. */
int cplatform_spawn(pid_t *pid, char *const argv[], char *const environment[], const int descriptors[4]);

/* The same with a program whose name is not its argv[0], and with so many descriptors. */
int cplatform_spawn_file(
	pid_t *pid, const char *file, char *const argv[], char *const environment[], const int *descriptors, int count);

/* waitpid(2) until this child has ended: its exit status, or 128 plus the signal that killed it, or -1. */
int cplatform_wait(pid_t pid);

/* Opens a pipe with these bytes in it as this descriptor. Returns 0 or an errno; more bytes than a pipe holds are EAGAIN. */
int cplatform_offer(int descriptor, const void *bytes, size_t count);

/* fork(2). The parent passes on the signals that would end it, and does not end by them; it lets go of standard input
 * and output. Returns as fork does. */
pid_t cplatform_fork_attended(void);

/* cplatform_wait for that child; from its end on no signal is passed on. */
int cplatform_wait_attended(pid_t child);

/* What messages and the system's log call the program; else it is argv[0], which is the caller's word. Not copied. */
void cplatform_name_program(const char *name);

/* Whether the program runs with rights that its caller lacks (AT_SECURE, getauxval(3)). */
int cplatform_is_privileged(void);

/* Who started a setuid program, and what of that reaches into it: ids, groups, limits, nice value and umask. */
struct cplatform_caller;

/* Becomes root through and through, so that the caller can neither kill nor stop nor starve the process: all ids 0, no
 * groups, timers off, no signal blocked, those of a terminal ignored, limits raised, umask 077, descriptors above 3
 * closed, the environment empty, no dumps. Returns NULL where that fails; then errno is set, and nothing may go on. */
struct cplatform_caller *cplatform_take_over(void);

/* The limit of processes that the caller had (RLIMIT_NPROC), or -1 if it had none. */
long cplatform_caller_processes(const struct cplatform_caller *caller);

uid_t cplatform_caller_uid(const struct cplatform_caller *caller);

/* Becomes the caller again for good, and verifies it, with the limits and the nice value of before, whatever a module made
 * of them. Returns 0 or an errno; then nothing may go on. */
int cplatform_give_back(struct cplatform_caller *caller);

/* Whether a text is an IPv4 or IPv6 address (inet_pton(3)). */
int cplatform_is_address(const char *text);

/* getrandom(2) until the buffer is full. Returns 0 or an errno. */
int cplatform_random(void *bytes, size_t count);

/* Until cplatform_leave_faults, SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL and SIGTRAP end the program as a store that is
 * damaged: with one line on standard error that names the path last given and its remedy, with the record below in the
 * system's log, and with exit status 111. SIGXFSZ is ignored. Each needs its own leaving. */
void cplatform_enter_faults(const char *path, const char *remedy);
void cplatform_leave_faults(void);

/* What the system's log is told then. Nothing, where this was not called. */
void cplatform_prepare_fault_record(int priority, const char *line);

/* Ends the program so at once. */
_Noreturn void cplatform_die_of_fault(void);

/* RLIMIT_AS in bytes (getrlimit(2)), or -1 where there is none. */
long cplatform_address_space_limit(void);

/* Makes a descriptor close-on-exec. Returns 0 or an errno: EPROTOTYPE, or ENOTSOCK, unless it is a socket that keeps packets
 * apart (SOCK_SEQPACKET, unix(7)). */
int cplatform_take_packets(int descriptor);

/* recv(2), waited for: the size of the next packet, of which no more than the capacity is kept; 0 at the end, -1 and errno
 * where that fails. */
ssize_t cplatform_receive_packet(int socket, void *bytes, size_t capacity);

/* send(2), without SIGPIPE. Returns 0 or an errno. */
int cplatform_send_packet(int socket, const void *bytes, size_t count);

/* From here on a large block of memory is always the system's, given back when it is freed: malloc(3) would keep it, and
 * then calloc(3) would have to clear all of it, of which LMDB needs next to nothing (2 MiB for each writer). */
void cplatform_return_large_blocks(void);

/* Locks one of the first bytes of a file for as long as the descriptor, or a copy of it, is open (F_OFD_SETLK, fcntl(2)).
 * Returns 0 or an errno: EAGAIN if each of them is locked. */
int cplatform_lock_one_of(int descriptor, int count);

/* flock(2), an exclusive lock, waited for. Returns 0 or an errno. */
int cplatform_lock(int descriptor);

/* environ(7). */
char **cplatform_environment(void);

#endif
