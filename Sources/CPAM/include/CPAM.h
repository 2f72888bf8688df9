/* The PAM application interface, and the memory rules of its conversation. */
#ifndef CPAM_H
#define CPAM_H

#include <security/pam_appl.h>
#include <stddef.h>

/* What one message is answered with: borrowed bytes, copied before the call returns; NULL where it takes no answer. */
struct cpam_answer {
	const void *bytes;
	size_t length;
};

/* Asked once per message, in order. Returns PAM_SUCCESS, or the code that ends the conversation. */
typedef int (*cpam_ask)(void *context, int style, const char *text, struct cpam_answer *answer);

struct cpam_conversation {
	cpam_ask ask;
	void *context;
};

/* The conversation function, pam_conv(3): `conversation` is a struct cpam_conversation.
 *
 * The array and each answer in it are allocated here with calloc and freed by PAM, which is the caller. When a message
 * is refused, or memory ends half way, every answer copied so far is wiped and freed here, and *responses stays NULL. */
int cpam_converse(int count, const struct pam_message **messages, struct pam_response **responses, void *conversation);

/* pam_start(3) with cpam_converse. The conversation must live until pam_end. */
int cpam_start(const char *service, const char *user, struct cpam_conversation *conversation, pam_handle_t **handle);

/* The same by pam_start_confdir(3): services are files in a folder, for tests. */
int cpam_start_in(
	const char *folder, const char *service, const char *user, struct cpam_conversation *conversation, pam_handle_t **handle);

#endif
