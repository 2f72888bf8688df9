/* The functions of GNU libunistring that the preparation of secrets calls. */
#ifndef CDYNAMIC_LIBUNISTRING_H
#define CDYNAMIC_LIBUNISTRING_H

#include <stddef.h>
#include <stdint.h>

/* Loads the library. Returns NULL, or dlerror(3)'s words if that fails; nothing below may be called then. */
const char *cdynamic_load_unistring(void);

/* Normalization form C (Unicode Standard Annex 15) of well-formed UTF-8. *size is the room in the buffer, and then the
 * number of bytes written. Returns 0, or an errno: ENOBUFS if the room is too small. */
int cdynamic_nfc(const uint8_t *text, size_t count, uint8_t *buffer, size_t *size);

/* The Canonical_Combining_Class of a character. */
int cdynamic_combining_class(uint32_t character);

#endif
