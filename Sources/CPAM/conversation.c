#include "CPAM.h"

#include <stdlib.h>
#include <string.h>

static void discard(struct pam_response *responses, int count)
{
	for (int i = 0; i < count; i++)
		if (responses[i].resp != NULL) {
			explicit_bzero(responses[i].resp, strlen(responses[i].resp));
			free(responses[i].resp);
		}
	free(responses);
}

static int takes_answer(int style)
{
	return style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;
}

static int answer_one(const struct cpam_conversation *conversation, const struct pam_message *message,
                      struct pam_response *response)
{
	struct cpam_answer answer = {NULL, 0};
	int status;

	if (message == NULL)
		return PAM_CONV_ERR;
	status = conversation->ask(conversation->context, message->msg_style, message->msg, &answer);
	if (status != PAM_SUCCESS || !takes_answer(message->msg_style))
		return status;
	/* A NUL inside would silently shorten the answer. */
	if (answer.bytes == NULL || memchr(answer.bytes, 0, answer.length) != NULL)
		return PAM_CONV_ERR;
	/* calloc leaves the NUL that ends it. */
	if ((response->resp = calloc(1, answer.length + 1)) == NULL)
		return PAM_BUF_ERR;
	memcpy(response->resp, answer.bytes, answer.length);
	return PAM_SUCCESS;
}

int cpam_converse(int count, const struct pam_message **messages, struct pam_response **responses, void *conversation)
{
	struct pam_response *answered;

	if (responses == NULL)
		return PAM_CONV_ERR;
	*responses = NULL;
	if (count <= 0 || count > PAM_MAX_NUM_MSG || messages == NULL || conversation == NULL)
		return PAM_CONV_ERR;
	if ((answered = calloc((size_t)count, sizeof *answered)) == NULL)
		return PAM_BUF_ERR;
	/* Linux-PAM passes an array of pointers; pam_conv(3), NOTES. */
	for (int i = 0; i < count; i++) {
		int status = answer_one(conversation, messages[i], &answered[i]);
		if (status != PAM_SUCCESS) {
			discard(answered, count);
			return status;
		}
	}
	*responses = answered;
	return PAM_SUCCESS;
}

int cpam_start(const char *service, const char *user, struct cpam_conversation *conversation, pam_handle_t **handle)
{
	const struct pam_conv callback = {.conv = cpam_converse, .appdata_ptr = conversation};

	return pam_start(service, user, &callback, handle);
}
