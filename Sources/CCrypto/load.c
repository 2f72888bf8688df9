#include "CCrypto.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

/* The soname follows the headers: a build against OpenSSL 3 never loads another major version. */
#define TEXT(x) #x
#define SONAME(major) "libcrypto.so." TEXT(major)

_Static_assert(CCRYPTO_GCM_GET_TAG == EVP_CTRL_AEAD_GET_TAG, "as OpenSSL defines it");
_Static_assert(CCRYPTO_GCM_SET_TAG == EVP_CTRL_AEAD_SET_TAG, "as OpenSSL defines it");

static struct ccrypto_functions functions;
static const char *failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	void *library = dlopen(SONAME(OPENSSL_SHLIB_VERSION), RTLD_NOW | RTLD_LOCAL);

	if (library == NULL) {
		failure = dlerror();
		return;
	}
	/* POSIX: a function's address may be stored through a pointer to void. */
#define FIND(name)                                                                                                     \
	if ((*(void **)&functions.name = dlsym(library, #name)) == NULL) {                                             \
		failure = dlerror();                                                                                   \
		return;                                                                                                \
	}
	FIND(OPENSSL_init_crypto)
	FIND(RAND_bytes)
	FIND(EVP_MD_fetch)
	FIND(EVP_MD_free)
	FIND(EVP_Digest)
	FIND(HMAC)
	FIND(EVP_aes_256_gcm)
	FIND(EVP_CIPHER_CTX_new)
	FIND(EVP_CIPHER_CTX_free)
	FIND(EVP_CIPHER_CTX_ctrl)
	FIND(EVP_EncryptInit_ex)
	FIND(EVP_EncryptUpdate)
	FIND(EVP_EncryptFinal_ex)
	FIND(EVP_DecryptInit_ex)
	FIND(EVP_DecryptUpdate)
	FIND(EVP_DecryptFinal_ex)
#undef FIND
	/* $OPENSSL_CONF belongs to our caller and could name a module to load: no configuration is read. Nor are the names
	 * of all algorithms from before OpenSSL 3 entered, a quarter of what a CRAM-MD5 login costs: the provider enters the
	 * names that we use. */
	if (functions.OPENSSL_init_crypto(
		    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
			    OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
		    NULL) != 1)
		failure = "OPENSSL_init_crypto failed";
}

const struct ccrypto_functions *ccrypto_load(const char **problem)
{
	pthread_once(&once, load);
	*problem = failure;
	return failure == NULL ? &functions : NULL;
}
