/* What is used of GNU libunistring, found in the shared library on first use: only who asks for it needs it. */
#ifndef CUNISTRING_H
#define CUNISTRING_H

#include <stddef.h>
#include <stdint.h>

/* Loads the library, once. Returns NULL, or dlerror(3)'s words where that fails. */
const char *cunistring_load(void);

/* Normalization form C (Unicode Standard Annex 15) of well-formed UTF-8. Returns 0, or an errno: ENOBUFS where there is no
 * room for it. *size is the room in the buffer, and then what was written. */
int cunistring_nfc(const uint8_t *text, size_t count, uint8_t *buffer, size_t *size);

/* The Canonical_Combining_Class of a character. */
int cunistring_combining_class(uint32_t character);

#endif
