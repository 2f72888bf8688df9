/* The two mechanisms of `load`. */
#include "load.h"

#include <err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static void say_base64(struct session *session, enum step step, const char *before, const void *bytes, size_t size)
{
	char line[1024];
	size_t length = strlen(before);

	memcpy(line, before, length);
	length += (size_t)EVP_EncodeBlock((unsigned char *)line + length, bytes, (int)size);
	strcpy(line + length, "\r\n");
	say(session, step, line);
}

void say_plain(struct session *session)
{
	char text[256];
	int size = snprintf(text, sizeof text, "%c%s%c%s", 0, load.login, 0, load.password);

	say_base64(session, answer, "AUTH PLAIN ", text, size);
}

void answer_challenge(struct session *session, size_t length)
{
	unsigned char challenge[1024], digest[EVP_MAX_MD_SIZE];
	char text[256];
	size_t digest_size, used;
	int size, padding = 0;

	while (length > 0 && session->reply[length - 1] < ' ')
		length--;
	for (size_t i = length; i > 4 && session->reply[i - 1] == '='; i--)
		padding++;
	size = length < 5 || length > 1000
	               ? -1
	               : EVP_DecodeBlock(challenge, (unsigned char *)session->reply + 4, (int)length - 4);
	if (size < padding)
		errx(1, "no challenge: %.*s", (int)length, session->reply);
	/* EVP_DecodeBlock counts the padding as bytes. */
	if (EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, load.password, strlen(load.password), challenge,
	              (size_t)(size - padding), digest, sizeof digest, &digest_size) == NULL)
		errx(1, "no HMAC-MD5");
	used = snprintf(text, sizeof text, "%s ", load.login);
	for (size_t i = 0; i < digest_size; i++)
		used += snprintf(text + used, sizeof text - used, "%02x", digest[i]);
	say_base64(session, answer, "", text, used);
}
