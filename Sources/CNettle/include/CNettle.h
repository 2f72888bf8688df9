/* What is used of GNU nettle, found in the shared library on first use: a plain login does not pay for loading it.
 *
 * A context that holds a key lives on the stack of one call and is wiped before the call returns, so no key schedule
 * outlives it, which Swift could not promise of a value of its own. Nettle's functions cannot fail; loading can. */
#ifndef CNETTLE_H
#define CNETTLE_H

#include <stddef.h>

enum cnettle_hash {
	CNETTLE_MD5,
	CNETTLE_SHA1,
	CNETTLE_SHA224,
	CNETTLE_SHA256,
	CNETTLE_SHA384,
	CNETTLE_SHA512,
	CNETTLE_RIPEMD160,
};

/* Loads the library, once. Returns NULL, or dlerror(3)'s words where that fails; nothing below may be called then. */
const char *cnettle_load(void);

/* The digest of some bytes; as many as the function's digest has are written. */
void cnettle_digest(enum cnettle_hash function, const void *bytes, size_t count, void *digest);

/* HMAC (RFC 2104). */
void cnettle_hmac(enum cnettle_hash function, const void *key, size_t key_count, const void *bytes, size_t count,
                  void *digest);

/* AES-256-GCM: key 32 bytes, nonce 12. Writes count bytes and then a tag of 16. */
void cnettle_seal(const void *key, const void *nonce, const void *associated, size_t associated_count, const void *text,
                  size_t count, void *sealed);

/* Opens what cnettle_seal wrote; count is that of the text. Returns 1, or 0 where the tag is not right: the text is all
 * zero then. */
int cnettle_open(const void *key, const void *nonce, const void *associated, size_t associated_count,
                 const void *sealed, size_t count, void *text);

#endif
