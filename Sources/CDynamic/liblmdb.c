#include "liblmdb.h"

#include "loader.h"

#include <dlfcn.h>

static struct cdynamic_lmdb functions;

/* Debian gives LMDB the soname .so.0; upstream's own makefile gives it none. */
static const char *const names[] = {"liblmdb.so.0", "liblmdb.so", NULL};
static const struct symbol symbols[] = {
#define SYMBOL(name) {"mdb_" #name, offsetof(struct cdynamic_lmdb, name)},
	CDYNAMIC_LMDB_FUNCTIONS(SYMBOL)
#undef SYMBOL
};
static struct library library = {.names = names, .binding = RTLD_NOW, SYMBOLS(symbols)};

const struct cdynamic_lmdb *cdynamic_load_lmdb(const char **problem)
{
	*problem = load_library(&library, &functions);
	return *problem == NULL ? &functions : NULL;
}
