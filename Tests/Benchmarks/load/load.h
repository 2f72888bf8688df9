/* What the parts of `load` share. */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stddef.h>

enum step { banner, ehlo, auth, answer, held, mail, recipient, data, content, quit };

struct session {
	int socket;
	enum step step;
	double begin;
	size_t filled, sent;
	char reply[2048];
};

/* What all sessions are to do, and how far they are. */
struct load {
	struct sockaddr_in server;
	/* NULL: without a login. */
	const char *mechanism, *login, *password;
	char *message;
	size_t message_size;
	/* Messages that are still to be sent. */
	int to_send;
	/* Whether a session takes its leave right after the login. */
	int logins_only;
	/* How many sessions are to wait, 0 for none; how many do. */
	int hold, holding;
	/* Sessions that are still to begin, and those that are open. */
	int left, open;
	/* Where to write how long each took, or NULL; how many have ended. */
	double *times;
	int ended;
	int epoll;
};

extern struct load load;

double now(void);

/* Begins a session. */
void start(struct session *session);

/* Sends a line, after which the session is in that step. */
void say(struct session *session, enum step step, const char *line);

/* Reads what has come, and goes on where that is a whole reply. */
void hear(struct session *session);

/* Sends as much of the message as goes. */
void send_message(struct session *session);

/* Sends the login by PLAIN, and the answer to the challenge that session->reply holds, of so many bytes. */
void say_plain(struct session *session);
void answer_challenge(struct session *session, size_t length);

#endif
