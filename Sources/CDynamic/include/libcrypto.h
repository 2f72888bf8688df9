/* The cryptography of OpenSSL's libcrypto, by its supported EVP interface.
 *
 * A context that holds a key lives in one call and is freed, which wipes it, before the call returns: no key schedule
 * outlives a call. Algorithms that were fetched are kept until the process ends. */
#ifndef CDYNAMIC_LIBCRYPTO_H
#define CDYNAMIC_LIBCRYPTO_H

#include <stddef.h>

enum cdynamic_hash {
	CDYNAMIC_MD5,
	CDYNAMIC_SHA1,
	CDYNAMIC_SHA224,
	CDYNAMIC_SHA256,
	CDYNAMIC_SHA384,
	CDYNAMIC_SHA512,
	CDYNAMIC_RIPEMD160,
};

/* Which implementations of an algorithm may serve (property(7)). */
enum cdynamic_policy {
	/* Those that the administrator's openssl.cnf allows; on a FIPS host that is no MD5. */
	CDYNAMIC_AS_CONFIGURED,
	/* Those that are not FIPS-approved, too. */
	CDYNAMIC_WITHOUT_FIPS,
};

enum cdynamic_result {
	CDYNAMIC_DONE,
	/* The sealed bytes are not what was sealed. */
	CDYNAMIC_NOT_GENUINE,
	/* This OpenSSL, as it is configured, does not have the algorithm. */
	CDYNAMIC_NOT_AVAILABLE,
	/* Another call failed. */
	CDYNAMIC_FAILED,
};

/* Loads and configures the library. Returns NULL, or why that failed; nothing below may be called then. */
const char *cdynamic_load_crypto(void);

/* Why the last call of this thread was not done, in OpenSSL's words. */
const char *cdynamic_crypto_reason(void);

/* The digest of some bytes; as many are written as the function's digest has. */
enum cdynamic_result cdynamic_digest(
	enum cdynamic_hash function, enum cdynamic_policy policy, const void *bytes, size_t count, void *digest);

/* HMAC (RFC 2104). */
enum cdynamic_result cdynamic_hmac(
	enum cdynamic_hash function, enum cdynamic_policy policy, const void *key, size_t key_count, const void *bytes,
	size_t count, void *digest);

/* AES-256-GCM: a key of 32 bytes, a nonce of 12. Writes as many bytes as the text has and then a tag of 16. */
enum cdynamic_result cdynamic_seal(
	const void *key, const void *nonce, const void *associated, size_t associated_count, const void *text, size_t count,
	void *sealed);

/* Opens what cdynamic_seal wrote; count is that of the text. Unless it is done, the text is all zero. */
enum cdynamic_result cdynamic_open(
	const void *key, const void *nonce, const void *associated, size_t associated_count, const void *sealed,
	size_t count, void *text);

#endif
