/* Many SMTP clients in one process: the load of `make bench`.
 *
 * usage: load PORT logins AT-ONCE COUNT MECHANISM LOGIN PASSWORD
 *        load PORT mails AT-ONCE COUNT MECHANISM LOGIN PASSWORD
 *        load PORT idle SESSIONS [MECHANISM LOGIN PASSWORD]
 *        load PORT bulk BYTES COUNT [MECHANISM LOGIN PASSWORD]
 *
 * logins: COUNT sessions of banner, EHLO, AUTH and QUIT, so many at once. Prints logins a second, and the median and the 99th
 * percentile of a session in milliseconds.
 * mails: the same with MAIL before QUIT, since what stands behind a server is reached by then, whenever it is that the server
 * turns to it.
 * idle: opens the sessions, up to MAIL where they log in, says 'ready', and when standard input ends takes leave in all of
 * them. Prints nothing else.
 * bulk: one session that sends COUNT messages of so many bytes. Prints for each MB (10^6 bytes) a second, from the server's
 * word to begin until its word that it has it.
 *
 * Whatever is answered otherwise than it should be ends it with 1. MECHANISM is PLAIN or CRAM-MD5. */
#include "load.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

struct load load = {.server = {.sin_family = AF_INET}};

/* Whole lines of 76 characters and CRLF, as base64 has them. */
static void write_message(size_t size)
{
	static const char head[] = "Subject: bulk\r\nMessage-ID: <bulk@client.example.com>\r\n\r\n";

	size -= size % 78;
	load.message_size = size + sizeof head - 1 + 3;
	load.message = malloc(load.message_size);
	memcpy(load.message, head, sizeof head - 1);
	for (size_t i = 0; i < size; i++)
		load.message[sizeof head - 1 + i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : 'A' + i % 26;
	memcpy(load.message + load.message_size - 5, "\r\n.\r\n", 5);
}

static int ascending(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static void run(struct session *sessions, int at_once)
{
	struct epoll_event events[256], input = {.events = EPOLLIN, .data.ptr = NULL};

	if ((load.epoll = epoll_create1(EPOLL_CLOEXEC)) == -1 ||
	    (load.hold && epoll_ctl(load.epoll, EPOLL_CTL_ADD, 0, &input) == -1))
		err(1, "epoll");
	for (int i = 0; i < at_once; i++)
		start(&sessions[i]);
	while (load.open > 0) {
		int count = epoll_wait(load.epoll, events, 256, 60000);

		if (count == 0)
			errx(1, "nothing happens for a minute, in %d sessions", load.open);
		for (int i = 0; i < count; i++) {
			struct session *session = events[i].data.ptr;

			if (session == NULL) {
				epoll_ctl(load.epoll, EPOLL_CTL_DEL, 0, NULL);
				load.hold = 0;
				for (int each = 0; each < at_once; each++)
					say(&sessions[each], quit, "QUIT\r\n");
				continue;
			}
			if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				hear(session);
			else if (session->step == content)
				send_message(session);
		}
	}
}

int main(int count, char **arguments)
{
	struct rlimit files;
	struct session *sessions;
	int at_once, logins = 0, first;
	double begin;

	if (count < 4)
		errx(2, "usage: load PORT logins|idle|bulk ...");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	load.server.sin_port = htons(atoi(arguments[1]));
	load.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

	first = strcmp(arguments[2], "idle") == 0 ? 4 : 5;
	at_once = atoi(arguments[3]);
	load.logins_only = strcmp(arguments[2], "logins") == 0;
	if (load.logins_only || strcmp(arguments[2], "mails") == 0) {
		logins = atoi(arguments[4]);
		load.times = calloc(logins, sizeof *load.times);
		load.left = logins - at_once;
	} else if (strcmp(arguments[2], "idle") == 0) {
		load.hold = at_once;
	} else {
		write_message(atol(arguments[3]));
		load.to_send = atoi(arguments[4]);
		at_once = 1;
	}
	if (count >= first + 3) {
		load.mechanism = arguments[first];
		load.login = arguments[first + 1];
		load.password = arguments[first + 2];
	}

	sessions = calloc(at_once, sizeof *sessions);
	begin = now();
	run(sessions, at_once);
	if (logins > 0) {
		double seconds = now() - begin;

		qsort(load.times, load.ended, sizeof *load.times, ascending);
		printf(
			"%.1f %.2f %.2f\n", load.ended / seconds, load.times[load.ended / 2] * 1e3,
			load.times[load.ended * 99 / 100] * 1e3);
	}
	return 0;
}
