#include "CUnistring.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* As uninorm.h and unictype.h declare them. They are declared here because what is compiled needs no header of the
 * library's: these three have been the same in each of its versions. */
struct unicode_normalization_form;
static uint8_t *(*normalize)(const struct unicode_normalization_form *form, const uint8_t *text, size_t count,
                             uint8_t *buffer, size_t *size);
static int (*combining_class)(uint32_t character);
static const struct unicode_normalization_form *form_c;

static const char *failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find(void *library, const char *name, void *place)
{
	/* POSIX: a function's address may be stored through a pointer to void. */
	if ((*(void **)place = dlsym(library, name)) == NULL && failure == NULL)
		failure = dlerror();
}

static void load(void)
{
	/* Debian 13, Debian 12, and the one before. */
	static const char *const names[] = {"libunistring.so.5", "libunistring.so.2", "libunistring.so.0"};
	void *library = NULL;

	for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		failure = dlerror();
		return;
	}
	find(library, "u8_normalize", &normalize);
	find(library, "uc_combining_class", &combining_class);
	find(library, "uninorm_nfc", &form_c);
}

const char *cunistring_load(void)
{
	pthread_once(&once, load);
	return failure;
}

int cunistring_nfc(const uint8_t *text, size_t count, uint8_t *buffer, size_t *size)
{
	size_t room = *size;
	uint8_t *result = normalize(form_c, text, count, buffer, size);

	if (result == NULL)
		return errno;
	if (result == buffer)
		return 0;
	/* It allocates where the buffer is too small, and for empty text. */
	explicit_bzero(result, *size);
	free(result);
	*size = 0;
	return room == 0 ? 0 : ENOBUFS;
}

int cunistring_combining_class(uint32_t character)
{
	return combining_class(character);
}
