/* One session of `load`: from the banner to its end, a step for each reply. */
#define _GNU_SOURCE
#include "load.h"

#include <err.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

void start(struct session *session)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};
	int one = 1;

	memset(session, 0, sizeof *session);
	session->begin = now();
	session->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (session->socket == -1)
		err(1, "socket");
	setsockopt(session->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	/* On loopback it is there at once, or when the server's backlog has room. */
	if (connect(session->socket, (struct sockaddr *)&load.server, sizeof load.server) == -1)
		err(1, "connect");
	if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, session->socket, &event) == -1)
		err(1, "epoll");
	load.open++;
}

void say(struct session *session, enum step step, const char *line)
{
	size_t size = strlen(line);

	session->step = step;
	if (send(session->socket, line, size, MSG_NOSIGNAL) != (ssize_t)size)
		err(1, "send");
}

void send_message(struct session *session)
{
	struct epoll_event event = {.data.ptr = session};
	ssize_t count = send(
		session->socket, load.message + session->sent, load.message_size - session->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (count > 0)
		session->sent += count;
	event.events = session->sent < load.message_size ? EPOLLIN | EPOLLOUT : EPOLLIN;
	epoll_ctl(load.epoll, EPOLL_CTL_MOD, session->socket, &event);
}

static void begin_mail(struct session *session)
{
	say(session, mail, "MAIL FROM:<alice@mail.example.com>\r\n");
}

static void hold(struct session *session)
{
	session->step = held;
	if (++load.holding == load.hold)
		puts("ready"), fflush(stdout);
}

static void finish(struct session *session)
{
	close(session->socket);
	load.open--;
	if (load.times)
		load.times[load.ended++] = now() - session->begin;
	if (load.left > 0) {
		load.left--;
		start(session);
	}
}

/* A whole reply stands in session->reply. */
static void go_on(struct session *session, int code, size_t last_line)
{
	static const int expected[] = {220, 250, 334, 235, 0, 250, 250, 354, 250, 221};

	if (code != expected[session->step])
		errx(1, "in step %d, instead of %d: %s", session->step, expected[session->step], session->reply);
	switch (session->step) {
	case banner:
		say(session, ehlo, "EHLO client.example.com\r\n");
		break;
	case ehlo:
		if (load.mechanism == NULL && load.hold)
			hold(session);
		else if (load.mechanism == NULL)
			begin_mail(session);
		else if (strcmp(load.mechanism, "PLAIN") == 0)
			say_plain(session);
		else
			say(session, auth, "AUTH CRAM-MD5\r\n");
		break;
	case auth:
		memmove(session->reply, session->reply + last_line, session->filled - last_line);
		answer_challenge(session, session->filled - last_line);
		break;
	case answer:
		if (load.logins_only)
			say(session, quit, "QUIT\r\n");
		else
			begin_mail(session);
		break;
	case mail:
		if (load.to_send > 0)
			say(session, recipient, "RCPT TO:<bob@mail.example.com>\r\n");
		else if (load.hold)
			hold(session);
		else
			say(session, quit, "QUIT\r\n");
		break;
	case recipient:
		say(session, data, "DATA\r\n");
		break;
	case data:
		session->step = content;
		session->begin = now();
		session->sent = 0;
		send_message(session);
		break;
	case content:
		printf("%.1f\n", load.message_size / 1e6 / (now() - session->begin));
		if (--load.to_send > 0)
			begin_mail(session);
		else
			say(session, quit, "QUIT\r\n");
		break;
	case quit:
		finish(session);
		break;
	case held:
		break;
	}
}

void hear(struct session *session)
{
	ssize_t count = recv(
		session->socket, session->reply + session->filled, sizeof session->reply - 1 - session->filled, MSG_DONTWAIT);
	size_t line = 0;
	char *end;

	if (count <= 0)
		errx(1, "in step %d the server has gone", session->step);
	session->filled += count;
	session->reply[session->filled] = 0;
	while ((end = strchr(session->reply + line, '\n')) != NULL) {
		size_t next = end + 1 - session->reply;

		if (next - line > 3 && session->reply[line + 3] != '-') {
			go_on(session, atoi(session->reply + line), line);
			session->filled = 0;
			return;
		}
		line = next;
	}
}
