#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED

#include "libcrypto.h"

#include "loader.h"

#include <dlfcn.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS(EACH)                                                                                                \
	EACH(OPENSSL_init_crypto)                                                                                      \
	EACH(ERR_peek_last_error_all)                                                                                  \
	EACH(ERR_error_string_n)                                                                                       \
	EACH(ERR_clear_error)                                                                                          \
	EACH(EVP_MD_fetch)                                                                                             \
	EACH(EVP_Digest)                                                                                               \
	EACH(EVP_MAC_fetch)                                                                                            \
	EACH(EVP_MAC_CTX_new)                                                                                          \
	EACH(EVP_MAC_CTX_free)                                                                                         \
	EACH(EVP_MAC_init)                                                                                             \
	EACH(EVP_MAC_update)                                                                                           \
	EACH(EVP_MAC_final)                                                                                            \
	EACH(EVP_CIPHER_fetch)                                                                                         \
	EACH(EVP_CIPHER_CTX_new)                                                                                       \
	EACH(EVP_CIPHER_CTX_free)                                                                                      \
	EACH(EVP_CIPHER_CTX_ctrl)                                                                                      \
	EACH(EVP_EncryptInit_ex2)                                                                                      \
	EACH(EVP_EncryptUpdate)                                                                                        \
	EACH(EVP_EncryptFinal_ex)                                                                                      \
	EACH(EVP_DecryptInit_ex2)                                                                                      \
	EACH(EVP_DecryptUpdate)                                                                                        \
	EACH(EVP_DecryptFinal_ex)

static struct {
#define FIELD(name) __typeof__(name) *name##_;
	FUNCTIONS(FIELD)
#undef FIELD
} crypto;

/* The soname of the library that the headers belong to. */
#define TEXT(number) #number
#define SONAME(number) "libcrypto.so." TEXT(number)
static const char *const names[] = {SONAME(OPENSSL_SHLIB_VERSION), NULL};
static const struct symbol symbols[] = {
#define SYMBOL(name) {#name, offsetof(__typeof__(crypto), name##_)},
	FUNCTIONS(SYMBOL)
#undef SYMBOL
};
/* Bound lazily: of its thousands of relocations a login needs few. */
static struct library library = {.names = names, .binding = RTLD_LAZY, SYMBOLS(symbols)};

static _Thread_local char reason[320];

/* Keeps OpenSSL's code and data for the last error: its texts are not loaded (see cdynamic_load_crypto), but
 * `openssl errstr CODE` prints them. */
static enum cdynamic_result fail(const char *what, enum cdynamic_result result)
{
	const char *data = NULL;
	int flags = 0;
	unsigned long code = crypto.ERR_peek_last_error_all_(NULL, NULL, NULL, &data, &flags);

	if (code == 0)
		snprintf(reason, sizeof reason, "%s", what);
	else if (data != NULL && (flags & ERR_TXT_STRING) != 0 && data[0] != 0)
		snprintf(reason, sizeof reason, "%s: error %08lX: %s", what, code, data);
	else
		snprintf(reason, sizeof reason, "%s: error %08lX", what, code);
	crypto.ERR_clear_error_();
	return result;
}

const char *cdynamic_crypto_reason(void)
{
	return reason;
}

const char *cdynamic_load_crypto(void)
{
	/* The texts of errors and the cleaning up at exit cost time and are not needed. The administrator's openssl.cnf is
	 * read. OPENSSL_INIT_NO_ADD_ALL_DIGESTS and _CIPHERS would save as much again, but they hold for the whole process:
	 * libpq, and PAM modules that use TLS, could then not verify a certificate. */
	static const uint64_t wanted =
		OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT;
	const char *problem = load_library(&library, &crypto);

	if (problem != NULL)
		return problem;
	/* It does nothing if it was done before. */
	if (crypto.OPENSSL_init_crypto_(wanted, NULL) == 1)
		return NULL;
	fail("OPENSSL_init_crypto", CDYNAMIC_FAILED);
	return reason;
}

static const char *properties(enum cdynamic_policy policy)
{
	return policy == CDYNAMIC_WITHOUT_FIPS ? "-fips" : NULL;
}

static const char *hash_name(enum cdynamic_hash function)
{
	static const char *const names[] = {
		[CDYNAMIC_MD5] = "MD5",         [CDYNAMIC_SHA1] = "SHA1",     [CDYNAMIC_SHA224] = "SHA2-224",
		[CDYNAMIC_SHA256] = "SHA2-256", [CDYNAMIC_SHA384] = "SHA2-384", [CDYNAMIC_SHA512] = "SHA2-512",
		[CDYNAMIC_RIPEMD160] = "RIPEMD-160",
	};

	return names[function];
}

/* Algorithms that were fetched. They are never freed: the process needs them until it ends. */
static struct {
	EVP_MD *hashes[CDYNAMIC_RIPEMD160 + 1][CDYNAMIC_WITHOUT_FIPS + 1];
	EVP_MAC *hmac[CDYNAMIC_WITHOUT_FIPS + 1];
	EVP_CIPHER *aes;
	pthread_mutex_t lock;
} fetched = {.lock = PTHREAD_MUTEX_INITIALIZER};

static EVP_MD *fetch_hash(enum cdynamic_hash function, enum cdynamic_policy policy)
{
	EVP_MD **kept = &fetched.hashes[function][policy], *hash;

	pthread_mutex_lock(&fetched.lock);
	if (*kept == NULL)
		*kept = crypto.EVP_MD_fetch_(NULL, hash_name(function), properties(policy));
	hash = *kept;
	pthread_mutex_unlock(&fetched.lock);
	return hash;
}

static EVP_MAC *fetch_hmac(enum cdynamic_policy policy)
{
	EVP_MAC **kept = &fetched.hmac[policy], *hmac;

	pthread_mutex_lock(&fetched.lock);
	if (*kept == NULL)
		*kept = crypto.EVP_MAC_fetch_(NULL, "HMAC", properties(policy));
	hmac = *kept;
	pthread_mutex_unlock(&fetched.lock);
	return hmac;
}

static EVP_CIPHER *fetch_aes(void)
{
	EVP_CIPHER *aes;

	pthread_mutex_lock(&fetched.lock);
	if (fetched.aes == NULL)
		fetched.aes = crypto.EVP_CIPHER_fetch_(NULL, "AES-256-GCM", NULL);
	aes = fetched.aes;
	pthread_mutex_unlock(&fetched.lock);
	return aes;
}

enum cdynamic_result cdynamic_digest(
	enum cdynamic_hash function, enum cdynamic_policy policy, const void *bytes, size_t count, void *digest)
{
	EVP_MD *hash = fetch_hash(function, policy);

	if (hash == NULL)
		return fail(hash_name(function), CDYNAMIC_NOT_AVAILABLE);
	if (crypto.EVP_Digest_(bytes, count, digest, NULL, hash, NULL) != 1)
		return fail("EVP_Digest", CDYNAMIC_FAILED);
	return CDYNAMIC_DONE;
}

enum cdynamic_result cdynamic_hmac(
	enum cdynamic_hash function, enum cdynamic_policy policy, const void *key, size_t key_count, const void *bytes,
	size_t count, void *digest)
{
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)hash_name(function), strlen(hash_name(function))),
		/* Of the digest within; an empty one is as configured. */
		OSSL_PARAM_END,
		OSSL_PARAM_END,
	};
	EVP_MAC *hmac = fetch_hmac(policy);
	EVP_MAC_CTX *context;
	enum cdynamic_result result = CDYNAMIC_DONE;

	/* EVP_MAC_init fails with one reason whatever is missing: the digest is asked for first. */
	if (hmac == NULL || fetch_hash(function, policy) == NULL)
		return fail(hmac == NULL ? "HMAC" : hash_name(function), CDYNAMIC_NOT_AVAILABLE);
	if (policy == CDYNAMIC_WITHOUT_FIPS) {
		char *query = (char *)properties(policy);

		parameters[1] =
			(OSSL_PARAM)OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_PROPERTIES, query, strlen(query));
	}
	context = crypto.EVP_MAC_CTX_new_(hmac);
	if (context == NULL)
		return fail("EVP_MAC_CTX_new", CDYNAMIC_FAILED);
	/* A null key would be 'the key of before'. */
	if (crypto.EVP_MAC_init_(context, key != NULL ? key : "", key_count, parameters) != 1 ||
	    crypto.EVP_MAC_update_(context, bytes, count) != 1 ||
	    crypto.EVP_MAC_final_(context, digest, NULL, EVP_MAX_MD_SIZE) != 1)
		result = fail("HMAC", CDYNAMIC_FAILED);
	crypto.EVP_MAC_CTX_free_(context);
	return result;
}

enum { TAG_SIZE = 16 };

/* EVP counts bytes in int. */
static int fits(size_t associated_count, size_t count)
{
	return associated_count <= INT_MAX && count <= INT_MAX - TAG_SIZE;
}

static int seal(
	EVP_CIPHER_CTX *context, EVP_CIPHER *aes, const void *key, const void *nonce, const void *associated,
	size_t associated_count, const void *text, size_t count, unsigned char *sealed)
{
	int written = 0, rest = 0;

	return crypto.EVP_EncryptInit_ex2_(context, aes, key, nonce, NULL) == 1 &&
	       (associated_count == 0 ||
	        crypto.EVP_EncryptUpdate_(context, NULL, &written, associated, (int)associated_count) == 1) &&
	       (count == 0 || crypto.EVP_EncryptUpdate_(context, sealed, &written, text, (int)count) == 1) &&
	       crypto.EVP_EncryptFinal_ex_(context, sealed + count, &rest) == 1 &&
	       crypto.EVP_CIPHER_CTX_ctrl_(context, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, sealed + count) == 1;
}

enum cdynamic_result cdynamic_seal(
	const void *key, const void *nonce, const void *associated, size_t associated_count, const void *text, size_t count,
	void *sealed)
{
	EVP_CIPHER *aes = fetch_aes();
	EVP_CIPHER_CTX *context;
	enum cdynamic_result result = CDYNAMIC_DONE;

	if (aes == NULL)
		return fail("AES-256-GCM", CDYNAMIC_NOT_AVAILABLE);
	context = crypto.EVP_CIPHER_CTX_new_();
	if (context == NULL)
		return fail("EVP_CIPHER_CTX_new", CDYNAMIC_FAILED);
	if (!fits(associated_count, count) ||
	    !seal(context, aes, key, nonce, associated, associated_count, text, count, sealed))
		result = fail("AES-256-GCM", CDYNAMIC_FAILED);
	crypto.EVP_CIPHER_CTX_free_(context);
	return result;
}

/* All of the opening but the last step, which judges the tag. */
static int decrypt(
	EVP_CIPHER_CTX *context, EVP_CIPHER *aes, const void *key, const void *nonce, const void *associated,
	size_t associated_count, const unsigned char *sealed, size_t count, unsigned char *text)
{
	int written = 0;

	/* The tag is only read, though the parameter is not const. */
	return crypto.EVP_DecryptInit_ex2_(context, aes, key, nonce, NULL) == 1 &&
	       (associated_count == 0 ||
	        crypto.EVP_DecryptUpdate_(context, NULL, &written, associated, (int)associated_count) == 1) &&
	       (count == 0 || crypto.EVP_DecryptUpdate_(context, text, &written, sealed, (int)count) == 1) &&
	       crypto.EVP_CIPHER_CTX_ctrl_(context, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, (void *)(sealed + count)) == 1;
}

enum cdynamic_result cdynamic_open(
	const void *key, const void *nonce, const void *associated, size_t associated_count, const void *sealed,
	size_t count, void *text)
{
	EVP_CIPHER *aes = fetch_aes();
	EVP_CIPHER_CTX *context;
	enum cdynamic_result result = CDYNAMIC_DONE;
	unsigned char none[TAG_SIZE];
	int rest = 0;

	if (aes == NULL) {
		explicit_bzero(text, count);
		return fail("AES-256-GCM", CDYNAMIC_NOT_AVAILABLE);
	}
	context = crypto.EVP_CIPHER_CTX_new_();
	if (context == NULL) {
		explicit_bzero(text, count);
		return fail("EVP_CIPHER_CTX_new", CDYNAMIC_FAILED);
	}
	if (!fits(associated_count, count) ||
	    !decrypt(context, aes, key, nonce, associated, associated_count, sealed, count, text))
		result = fail("AES-256-GCM", CDYNAMIC_FAILED);
	else if (crypto.EVP_DecryptFinal_ex_(context, none, &rest) != 1)
		result = fail("AES-256-GCM", CDYNAMIC_NOT_GENUINE);
	if (result != CDYNAMIC_DONE)
		explicit_bzero(text, count);
	crypto.EVP_CIPHER_CTX_free_(context);
	return result;
}
