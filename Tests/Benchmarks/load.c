/* Many SMTP clients in one process: the load of `make bench`.
 *
 * usage: load PORT logins AT-ONCE COUNT MECHANISM LOGIN PASSWORD
 *        load PORT idle SESSIONS [MECHANISM LOGIN PASSWORD]
 *        load PORT bulk BYTES COUNT [MECHANISM LOGIN PASSWORD]
 *
 * logins: COUNT sessions of banner, EHLO, AUTH and QUIT, so many at once. Prints logins a second, and the median and the
 * 99th percentile of a session in milliseconds.
 * idle: opens the sessions, says 'ready', and when standard input ends takes leave in all of them. Prints nothing else.
 * bulk: one session that sends COUNT messages of so many bytes. Prints for each MB (10^6 bytes) a second, from the server's
 * word to begin until its word that it has it.
 *
 * Whatever is answered otherwise than it should be ends it with 1. MECHANISM is PLAIN or CRAM-MD5. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum step { banner, ehlo, auth, answer, held, mail, recipient, data, content, quit };

struct session {
	int socket;
	enum step step;
	double begin;
	size_t filled, sent;
	char reply[2048];
};

static struct sockaddr_in server = {.sin_family = AF_INET};
static const char *mechanism, *login, *password;
static char *message;
static size_t message_size;
static int epoll, to_send, hold, left, open_sessions, holding;
static double *times;
static int ended;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void start(struct session *session)
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
	if (connect(session->socket, (struct sockaddr *)&server, sizeof server) == -1)
		err(1, "connect");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, session->socket, &event) == -1)
		err(1, "epoll");
	open_sessions++;
}

static void say(struct session *session, enum step step, const char *line)
{
	size_t size = strlen(line);

	session->step = step;
	if (send(session->socket, line, size, MSG_NOSIGNAL) != (ssize_t)size)
		err(1, "send");
}

static void say_base64(struct session *session, enum step step, const char *before, const void *bytes, size_t size)
{
	char line[1024];
	size_t length = strlen(before);

	memcpy(line, before, length);
	base64_encode_raw(line + length, size, bytes);
	strcpy(line + length + BASE64_ENCODE_RAW_LENGTH(size), "\r\n");
	say(session, step, line);
}

static void say_plain(struct session *session)
{
	char text[256];
	int size = snprintf(text, sizeof text, "%c%s%c%s", 0, login, 0, password);

	say_base64(session, answer, "AUTH PLAIN ", text, size);
}

static void answer_challenge(struct session *session, size_t length)
{
	struct base64_decode_ctx decoder;
	struct hmac_md5_ctx hmac;
	uint8_t challenge[1024], digest[MD5_DIGEST_SIZE];
	char text[256];
	size_t size = sizeof challenge, used;

	base64_decode_init(&decoder);
	while (length > 0 && session->reply[length - 1] < ' ')
		length--;
	if (length < 5 || length > 1000 || !base64_decode_update(&decoder, &size, challenge, length - 4, session->reply + 4))
		errx(1, "no challenge: %.*s", (int)length, session->reply);
	hmac_md5_set_key(&hmac, strlen(password), (const uint8_t *)password);
	hmac_md5_update(&hmac, size, challenge);
	hmac_md5_digest(&hmac, sizeof digest, digest);
	used = snprintf(text, sizeof text, "%s ", login);
	for (size_t i = 0; i < sizeof digest; i++)
		used += snprintf(text + used, sizeof text - used, "%02x", digest[i]);
	say_base64(session, answer, "", text, used);
}

static void send_message(struct session *session)
{
	struct epoll_event event = {.data.ptr = session};
	ssize_t count = send(
		session->socket, message + session->sent, message_size - session->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (count > 0)
		session->sent += count;
	event.events = session->sent < message_size ? EPOLLIN | EPOLLOUT : EPOLLIN;
	epoll_ctl(epoll, EPOLL_CTL_MOD, session->socket, &event);
}

static void begin_mail(struct session *session)
{
	say(session, mail, "MAIL FROM:<alice@mail.example.com>\r\n");
}

static void after_login(struct session *session)
{
	if (hold) {
		session->step = held;
		if (++holding == hold)
			puts("ready"), fflush(stdout);
	} else if (to_send > 0)
		begin_mail(session);
	else
		say(session, quit, "QUIT\r\n");
}

static void finish(struct session *session)
{
	close(session->socket);
	open_sessions--;
	if (times)
		times[ended++] = now() - session->begin;
	if (left > 0) {
		left--;
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
		if (mechanism == NULL)
			after_login(session);
		else if (strcmp(mechanism, "PLAIN") == 0)
			say_plain(session);
		else
			say(session, auth, "AUTH CRAM-MD5\r\n");
		break;
	case auth:
		memmove(session->reply, session->reply + last_line, session->filled - last_line);
		answer_challenge(session, session->filled - last_line);
		break;
	case answer:
		after_login(session);
		break;
	case mail:
		say(session, recipient, "RCPT TO:<bob@mail.example.com>\r\n");
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
		printf("%.1f\n", message_size / 1e6 / (now() - session->begin));
		if (--to_send > 0)
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

static void hear(struct session *session)
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

/* Whole lines of 76 characters and CRLF, as base64 has them. */
static void write_message(size_t size)
{
	static const char head[] = "Subject: bulk\r\nMessage-ID: <bulk@client.example.com>\r\n\r\n";

	size -= size % 78;
	message_size = size + sizeof head - 1 + 3;
	message = malloc(message_size);
	memcpy(message, head, sizeof head - 1);
	for (size_t i = 0; i < size; i++)
		message[sizeof head - 1 + i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : 'A' + i % 26;
	memcpy(message + message_size - 5, "\r\n.\r\n", 5);
}

static int ascending(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static void run(struct session *sessions, int at_once)
{
	struct epoll_event events[256], input = {.events = EPOLLIN, .data.ptr = NULL};

	if ((epoll = epoll_create1(EPOLL_CLOEXEC)) == -1 || (hold && epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input) == -1))
		err(1, "epoll");
	for (int i = 0; i < at_once; i++)
		start(&sessions[i]);
	while (open_sessions > 0) {
		int count = epoll_wait(epoll, events, 256, 60000);

		if (count == 0)
			errx(1, "nothing happens for a minute, in %d sessions", open_sessions);
		for (int i = 0; i < count; i++) {
			struct session *session = events[i].data.ptr;

			if (session == NULL) {
				epoll_ctl(epoll, EPOLL_CTL_DEL, 0, NULL);
				hold = 0;
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
	server.sin_port = htons(atoi(arguments[1]));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

	first = strcmp(arguments[2], "idle") == 0 ? 4 : 5;
	at_once = atoi(arguments[3]);
	if (strcmp(arguments[2], "logins") == 0) {
		logins = atoi(arguments[4]);
		times = calloc(logins, sizeof *times);
		left = logins - at_once;
	} else if (strcmp(arguments[2], "idle") == 0) {
		hold = at_once;
	} else {
		write_message(atol(arguments[3]));
		to_send = atoi(arguments[4]);
		at_once = 1;
	}
	if (count >= first + 3) {
		mechanism = arguments[first];
		login = arguments[first + 1];
		password = arguments[first + 2];
	}

	sessions = calloc(at_once, sizeof *sessions);
	begin = now();
	run(sessions, at_once);
	if (logins > 0) {
		double seconds = now() - begin;

		qsort(times, ended, sizeof *times, ascending);
		printf("%.1f %.2f %.2f\n", ended / seconds, times[ended / 2] * 1e3, times[ended * 99 / 100] * 1e3);
	}
	return 0;
}
