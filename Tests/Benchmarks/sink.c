/* A mail server that takes everything and keeps nothing: what stands behind in `make bench`, where a real one would be the
 * slower. It also is the system's log, at /run/log, and keeps nothing of that, either.
 *
 * usage: sink PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define END "\r\n.\r\n"

struct session {
	int socket, in_data;
	size_t filled;
	char input[65536];
};

static int listen_on(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 4096) == -1)
		err(1, "port %d", port);
	return listener;
}

static int open_log(void)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/log"};
	int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink(address.sun_path);
	if (log == -1 || bind(log, (const struct sockaddr *)&address, sizeof address) == -1 ||
	    chmod(address.sun_path, 0666) == -1)
		err(1, "%s", address.sun_path);
	return log;
}

static void say(const struct session *session, const char *line)
{
	send(session->socket, line, strlen(line), MSG_NOSIGNAL);
}

/* Takes one command, or what there is of a message, out of the input; returns how much that was. */
static size_t take(struct session *session)
{
	char *input = session->input, *end;

	if (session->in_data) {
		if ((end = memmem(input, session->filled, END, 5)) != NULL) {
			session->in_data = 0;
			say(session, "250 2.0.0 taken\r\n");
			return end + 5 - input;
		}
		/* What may be the beginning of the end stays. */
		return session->filled > 4 ? session->filled - 4 : 0;
	}
	if ((end = memchr(input, '\n', session->filled)) == NULL)
		return 0;
	if (strncasecmp(input, "EHLO", 4) == 0)
		say(session, "250-sink\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n");
	else if (strncasecmp(input, "DATA", 4) == 0) {
		session->in_data = 1;
		say(session, "354 go on\r\n");
	} else if (strncasecmp(input, "QUIT", 4) == 0) {
		say(session, "221 2.0.0 bye\r\n");
		/* As RFC 5321 has it (4.1.1.10): whoever waits for it would wait in vain. */
		shutdown(session->socket, SHUT_RDWR);
	} else
		say(session, "250 2.0.0 ok\r\n");
	return end + 1 - input;
}

static void hear(struct session *session)
{
	ssize_t count = recv(
		session->socket, session->input + session->filled, sizeof session->input - session->filled, MSG_DONTWAIT);
	size_t taken;

	if (count <= 0) {
		close(session->socket);
		free(session);
		return;
	}
	session->filled += count;
	while (session->filled > 0 && (taken = take(session)) > 0) {
		session->filled -= taken;
		memmove(session->input, session->input + taken, session->filled);
	}
}

int main(int count, char **arguments)
{
	struct epoll_event events[256], added = {.events = EPOLLIN};
	struct rlimit files;
	int epoll = epoll_create1(EPOLL_CLOEXEC), listener, log;
	char line[8192];

	if (count != 2)
		errx(2, "usage: sink PORT");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	listener = listen_on(atoi(arguments[1]));
	log = open_log();
	added.data.ptr = &listener;
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &added);
	added.data.ptr = &log;
	epoll_ctl(epoll, EPOLL_CTL_ADD, log, &added);
	for (;;) {
		int ready = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < ready; i++) {
			void *what = events[i].data.ptr;

			if (what == &log) {
				while (recv(log, line, sizeof line, MSG_DONTWAIT) > 0)
					;
			} else if (what == &listener) {
				struct session *session = calloc(1, sizeof *session);
				int one = 1;

				if (session == NULL || (session->socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) == -1)
					err(1, "accept");
				setsockopt(session->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
				added.data.ptr = session;
				epoll_ctl(epoll, EPOLL_CTL_ADD, session->socket, &added);
				say(session, "220 sink ESMTP\r\n");
			} else
				hear(what);
		}
	}
}
