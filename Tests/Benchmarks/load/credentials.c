/* The two mechanisms of `load`. */
#include "load.h"

#include <err.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

static void say_base64(struct session *session, enum step step, const char *before, const void *bytes, size_t size)
{
	char line[1024];
	size_t length = strlen(before);

	memcpy(line, before, length);
	base64_encode_raw(line + length, size, bytes);
	strcpy(line + length + BASE64_ENCODE_RAW_LENGTH(size), "\r\n");
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
	hmac_md5_set_key(&hmac, strlen(load.password), (const uint8_t *)load.password);
	hmac_md5_update(&hmac, size, challenge);
	hmac_md5_digest(&hmac, sizeof digest, digest);
	used = snprintf(text, sizeof text, "%s ", load.login);
	for (size_t i = 0; i < sizeof digest; i++)
		used += snprintf(text + used, sizeof text - used, "%02x", digest[i]);
	say_base64(session, answer, "", text, used);
}
