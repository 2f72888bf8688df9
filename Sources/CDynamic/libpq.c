#include "libpq.h"

#include "loader.h"

#include <dlfcn.h>

static struct cdynamic_pq functions;

static const char *const names[] = {"libpq.so.5", NULL};
static const struct symbol symbols[] = {
#define SYMBOL(name) {"PQ" #name, offsetof(struct cdynamic_pq, name)},
	CDYNAMIC_PQ_FUNCTIONS(SYMBOL)
#undef SYMBOL
};
static struct library library = {.names = names, .binding = RTLD_NOW, SYMBOLS(symbols)};

const struct cdynamic_pq *cdynamic_load_pq(const char **problem)
{
	*problem = load_library(&library, &functions);
	return *problem == NULL ? &functions : NULL;
}
