#include "libunistring.h"

#include "loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As uninorm.h and unictype.h declare them. They are declared here so that the build needs no header of the library:
 * these three have been the same in each of its versions. */
struct unicode_normalization_form;
static struct {
	uint8_t *(*normalize)(const struct unicode_normalization_form *form, const uint8_t *text, size_t count,
	                      uint8_t *buffer, size_t *size);
	int (*combining_class)(uint32_t character);
	const struct unicode_normalization_form *form_c;
} unistring;

/* Debian 13, Debian 12, and the one before. */
static const char *const names[] = {"libunistring.so.5", "libunistring.so.2", "libunistring.so.0", NULL};
static const struct symbol symbols[] = {
	{"u8_normalize", offsetof(__typeof__(unistring), normalize)},
	{"uc_combining_class", offsetof(__typeof__(unistring), combining_class)},
	{"uninorm_nfc", offsetof(__typeof__(unistring), form_c)},
};
static struct library library = {.names = names, .binding = RTLD_NOW, SYMBOLS(symbols)};

const char *cdynamic_load_unistring(void)
{
	return load_library(&library, &unistring);
}

int cdynamic_nfc(const uint8_t *text, size_t count, uint8_t *buffer, size_t *size)
{
	size_t room = *size;
	uint8_t *result = unistring.normalize(unistring.form_c, text, count, buffer, size);

	if (result == NULL)
		return errno;
	if (result == buffer)
		return 0;
	/* It allocates if the buffer is too small, and for empty text. */
	explicit_bzero(result, *size);
	free(result);
	*size = 0;
	return room == 0 ? 0 : ENOBUFS;
}

int cdynamic_combining_class(uint32_t character)
{
	return unistring.combining_class(character);
}
