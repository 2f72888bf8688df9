/* What two processes that share a socket pair need from Linux, and what Swift does not import of it: messages with
 * descriptors, signals as a descriptor, and giving up privileges for good. */
#ifndef CSEPARATION_H
#define CSEPARATION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* socketpair(2) of sockets that keep messages apart (SOCK_SEQPACKET), or of a byte stream; close-on-exec. */
int cseparation_message_pair(int ends[2]);
int cseparation_stream_pair(int ends[2]);

/* sendmsg(2) of one whole message, with a descriptor unless that is -1. Never waits: EAGAIN where there is no room.
 * Returns 0 or an errno. */
int cseparation_send(int socket, const void *bytes, size_t count, int descriptor);

/* recvmsg(2) of one whole message; never waits. Returns how many bytes it has, 0 at the end, or -1 and errno: EBADMSG for a message that
 * is longer than the buffer or has more than one descriptor; its descriptors are closed then. *descriptor is the one that
 * came with it, close-on-exec, or -1; or CSEPARATION_LOST where one came and this process may have no more of them open. */
enum { CSEPARATION_LOST = -2 };
ssize_t cseparation_receive(int socket, void *bytes, size_t capacity, int *descriptor);

/* From here on SIGHUP, SIGINT, SIGTERM and SIGCHLD are blocked, and read from the descriptor returned (signalfd(2)),
 * which is non-blocking; or -1 and errno. */
int cseparation_watch_signals(void);

/* The next signal that came, or 0. */
int cseparation_next_signal(int descriptor);

/* The id of a child that has ended and still has to be waited for (waitid(2), WNOWAIT), or 0. */
pid_t cseparation_ended(void);

/* A descriptor for other threads to wake the one that polls it (eventfd(2)), or -1 and errno. */
int cseparation_alarm(void);
void cseparation_ring(int alarm);
void cseparation_silence(int alarm);

/* chroot(2), and the new root as working directory. Returns 0 or an errno. */
int cseparation_change_root(const char *path);

/* Becomes this user, without supplementary groups, and verifies these. Returns 0 or an errno. */
int cseparation_become(uid_t uid, gid_t gid);

/* Gives up all capabilities, and what execve(2) could bring back (PR_SET_NO_NEW_PRIVS); forbids core files and tracing;
 * is killed when the parent ends. For good. Returns 0 or an errno. */
int cseparation_forgo(void);

/* Whether a process with these ids is all that is left: real, effective and saved, no capability, and no way back. */
int cseparation_is_confined(uid_t uid, gid_t gid);

/* How many connections the kernel holds until they are accepted (listen(2)). */
enum { CSEPARATION_BACKLOG = 1024 };

/* Binds and listens on a numeric address; an IPv6 socket takes no IPv4 connections. Returns 0 or an errno; the
 * descriptor, non-blocking and close-on-exec, in *descriptor. */
int cseparation_listen(const char *host, const char *port, int *descriptor);

/* Whether a descriptor is a stream socket that listens. */
int cseparation_is_listening(int descriptor);

/* Makes a listening socket of somebody else's like one of ours: close-on-exec and non-blocking. Returns 0 or an errno. */
int cseparation_keep(int descriptor);

/* Where a socket listens, as text: 127.0.0.1:25, [::1]:25, or a path. Returns 0 or an errno. */
int cseparation_local_address(int descriptor, char *text, size_t capacity);

/* Raises the number of descriptors that may be open to this, as far as it is allowed. Returns the number then allowed. */
unsigned long cseparation_raise_descriptors(unsigned long wanted);

/* The name that ps(1) shows of this process. */
void cseparation_name(const char *name);

/* Sends a text to the datagram socket that $NOTIFY_SOCKET names (sd_notify(3)): a path, or '@' and an abstract name. */
void cseparation_notify(const char *path, const char *text);

#endif
