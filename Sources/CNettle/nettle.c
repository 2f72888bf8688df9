#include "CNettle.h"

#include <dlfcn.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>
#include <nettle/version.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Contexts are laid out by the headers and filled by the library: both must be of one major version. */
#if NETTLE_VERSION_MAJOR == 3
#define SONAME "libnettle.so.8"
#else
#error "written for nettle 3, whose library is libnettle.so.8"
#endif

/* The library's names, without what its headers make of them. */
static struct {
	const struct nettle_hash *hashes[CNETTLE_RIPEMD160 + 1];
	__typeof__(nettle_hmac_set_key) *hmac_set_key_;
	__typeof__(nettle_hmac_update) *hmac_update_;
	__typeof__(nettle_hmac_digest) *hmac_digest_;
	__typeof__(nettle_gcm_aes256_set_key) *gcm_set_key;
	__typeof__(nettle_gcm_aes256_set_iv) *gcm_set_iv;
	__typeof__(nettle_gcm_aes256_update) *gcm_update;
	__typeof__(nettle_gcm_aes256_encrypt) *gcm_encrypt;
	__typeof__(nettle_gcm_aes256_decrypt) *gcm_decrypt;
	__typeof__(nettle_gcm_aes256_digest) *gcm_digest_;
	__typeof__(nettle_memeql_sec) *equal;
} nettle;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_loaded;
static char failure[256];

/* Copied: the next call of its kind, which may be another library's, frees what dlerror(3) gives. */
static void fail(void)
{
	snprintf(failure, sizeof failure, "%s", dlerror());
}

static void find(void *library, const char *name, void *place)
{
	/* POSIX: a function's address may be stored through a pointer to void. */
	if ((*(void **)place = dlsym(library, name)) == NULL)
		fail();
}

static void load(void)
{
	void *library = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);

	failure[0] = 0;
	if (library == NULL) {
		fail();
		return;
	}
	find(library, "nettle_md5", &nettle.hashes[CNETTLE_MD5]);
	find(library, "nettle_sha1", &nettle.hashes[CNETTLE_SHA1]);
	find(library, "nettle_sha224", &nettle.hashes[CNETTLE_SHA224]);
	find(library, "nettle_sha256", &nettle.hashes[CNETTLE_SHA256]);
	find(library, "nettle_sha384", &nettle.hashes[CNETTLE_SHA384]);
	find(library, "nettle_sha512", &nettle.hashes[CNETTLE_SHA512]);
	find(library, "nettle_ripemd160", &nettle.hashes[CNETTLE_RIPEMD160]);
	find(library, "nettle_hmac_set_key", &nettle.hmac_set_key_);
	find(library, "nettle_hmac_update", &nettle.hmac_update_);
	find(library, "nettle_hmac_digest", &nettle.hmac_digest_);
	find(library, "nettle_gcm_aes256_set_key", &nettle.gcm_set_key);
	find(library, "nettle_gcm_aes256_set_iv", &nettle.gcm_set_iv);
	find(library, "nettle_gcm_aes256_update", &nettle.gcm_update);
	find(library, "nettle_gcm_aes256_encrypt", &nettle.gcm_encrypt);
	find(library, "nettle_gcm_aes256_decrypt", &nettle.gcm_decrypt);
	find(library, "nettle_gcm_aes256_digest", &nettle.gcm_digest_);
	find(library, "nettle_memeql_sec", &nettle.equal);
	is_loaded = failure[0] == 0;
}

const char *cnettle_load(void)
{
	pthread_mutex_lock(&lock);
	/* What failed is tried again: the library may be there by then, or a descriptor for it. */
	if (!is_loaded)
		load();
	pthread_mutex_unlock(&lock);
	return is_loaded ? NULL : failure;
}

/* Room for the state of any function above: SHA-512's is the largest. */
union state {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
	struct ripemd160_ctx ripemd160;
};

void cnettle_digest(enum cnettle_hash function, const void *bytes, size_t count, void *digest)
{
	const struct nettle_hash *hash = nettle.hashes[function];
	union state state;

	hash->init(&state);
	hash->update(&state, count, bytes);
	hash->digest(&state, hash->digest_size, digest);
	explicit_bzero(&state, sizeof state);
}

void cnettle_hmac(enum cnettle_hash function, const void *key, size_t key_count, const void *bytes, size_t count,
                  void *digest)
{
	const struct nettle_hash *hash = nettle.hashes[function];
	struct {
		union state outer, inner, state;
	} context;

	nettle.hmac_set_key_(&context.outer, &context.inner, &context.state, hash, key_count, key);
	nettle.hmac_update_(&context.state, hash, count, bytes);
	nettle.hmac_digest_(&context.outer, &context.inner, &context.state, hash, hash->digest_size, digest);
	explicit_bzero(&context, sizeof context);
}

static void begin(struct gcm_aes256_ctx *context, const void *key, const void *nonce, const void *associated,
                  size_t associated_count)
{
	nettle.gcm_set_key(context, key);
	nettle.gcm_set_iv(context, GCM_IV_SIZE, nonce);
	nettle.gcm_update(context, associated_count, associated);
}

void cnettle_seal(const void *key, const void *nonce, const void *associated, size_t associated_count, const void *text,
                  size_t count, void *sealed)
{
	struct gcm_aes256_ctx context;

	begin(&context, key, nonce, associated, associated_count);
	nettle.gcm_encrypt(&context, count, sealed, text);
	nettle.gcm_digest_(&context, GCM_DIGEST_SIZE, (unsigned char *)sealed + count);
	explicit_bzero(&context, sizeof context);
}

int cnettle_open(const void *key, const void *nonce, const void *associated, size_t associated_count,
                 const void *sealed, size_t count, void *text)
{
	struct gcm_aes256_ctx context;
	unsigned char tag[GCM_DIGEST_SIZE];
	int genuine;

	begin(&context, key, nonce, associated, associated_count);
	nettle.gcm_decrypt(&context, count, text, sealed);
	nettle.gcm_digest_(&context, sizeof tag, tag);
	genuine = nettle.equal(tag, (const unsigned char *)sealed + count, sizeof tag);
	if (!genuine)
		explicit_bzero(text, count);
	explicit_bzero(&context, sizeof context);
	return genuine;
}
