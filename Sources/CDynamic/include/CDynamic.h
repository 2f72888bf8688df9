/* The libraries that only some logins need. Each is found by dlopen(3) at its first use, so that a plain login does not
 * pay for loading it. */
#ifndef CDYNAMIC_H
#define CDYNAMIC_H

#include "libcrypto.h"
#include "liblmdb.h"
#include "libpq.h"
#include "libunistring.h"

#endif
