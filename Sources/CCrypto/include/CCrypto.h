/* The functions of OpenSSL's libcrypto that are used, found in the shared library on first use: a plain login does not
 * pay for loading it. */
#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

typedef struct ccrypto_digest ccrypto_digest; /* EVP_MD */
typedef struct ccrypto_cipher ccrypto_cipher; /* EVP_CIPHER */
typedef struct ccrypto_context ccrypto_context; /* EVP_CIPHER_CTX */

struct ccrypto_functions {
	int (*OPENSSL_init_crypto)(uint64_t options, const void *settings);
	int (*RAND_bytes)(unsigned char *bytes, int count);
	ccrypto_digest *(*EVP_MD_fetch)(void *library, const char *name, const char *properties);
	void (*EVP_MD_free)(ccrypto_digest *type);
	int (*EVP_Digest)(const void *data, size_t count, unsigned char *digest, unsigned int *size,
	                  const ccrypto_digest *type, void *engine);
	unsigned char *(*HMAC)(const ccrypto_digest *type, const void *key, int key_count, const unsigned char *data,
	                       size_t count, unsigned char *digest, unsigned int *size);
	const ccrypto_cipher *(*EVP_aes_256_gcm)(void);
	ccrypto_context *(*EVP_CIPHER_CTX_new)(void);
	void (*EVP_CIPHER_CTX_free)(ccrypto_context *context);
	int (*EVP_CIPHER_CTX_ctrl)(ccrypto_context *context, int type, int argument, void *pointer);
	int (*EVP_EncryptInit_ex)(ccrypto_context *context, const ccrypto_cipher *type, void *engine,
	                          const unsigned char *key, const unsigned char *nonce);
	int (*EVP_EncryptUpdate)(ccrypto_context *context, unsigned char *out, int *out_count,
	                         const unsigned char *in, int in_count);
	int (*EVP_EncryptFinal_ex)(ccrypto_context *context, unsigned char *out, int *out_count);
	int (*EVP_DecryptInit_ex)(ccrypto_context *context, const ccrypto_cipher *type, void *engine,
	                          const unsigned char *key, const unsigned char *nonce);
	int (*EVP_DecryptUpdate)(ccrypto_context *context, unsigned char *out, int *out_count,
	                         const unsigned char *in, int in_count);
	int (*EVP_DecryptFinal_ex)(ccrypto_context *context, unsigned char *out, int *out_count);
};

enum {
	CCRYPTO_GCM_GET_TAG = 0x10, /* EVP_CTRL_AEAD_GET_TAG */
	CCRYPTO_GCM_SET_TAG = 0x11, /* EVP_CTRL_AEAD_SET_TAG */
};

/* The table, or NULL where the library cannot be loaded; dlerror(3)'s words then in *problem. */
const struct ccrypto_functions *ccrypto_load(const char **problem);

#endif
