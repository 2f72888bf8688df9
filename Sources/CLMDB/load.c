#include "CLMDB.h"

#include <dlfcn.h>
#include <pthread.h>

static struct clmdb_functions functions;
static const char *failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	/* Debian gives LMDB the soname .so.0; upstream's own makefile gives it none. */
	void *library = dlopen("liblmdb.so.0", RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		library = dlopen("liblmdb.so", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		failure = dlerror();
		return;
	}
	/* POSIX: a function's address may be stored through a pointer to void. */
#define FIND(name)                                                                                                     \
	if ((*(void **)&functions.name = dlsym(library, "mdb_" #name)) == NULL) {                                      \
		failure = dlerror();                                                                                   \
		return;                                                                                                \
	}
	FIND(strerror)
	FIND(env_create)
	FIND(env_open)
	FIND(env_close)
	FIND(env_set_mapsize)
	FIND(env_set_assert)
	FIND(env_get_fd)
	FIND(env_copyfd2)
	FIND(env_info)
	FIND(env_stat)
	FIND(env_set_maxreaders)
	FIND(reader_check)
	FIND(txn_begin)
	FIND(txn_commit)
	FIND(txn_abort)
	FIND(dbi_open)
	FIND(stat)
	FIND(get)
	FIND(put)
	FIND(del)
	FIND(cursor_open)
	FIND(cursor_close)
	FIND(cursor_get)
#undef FIND
}

const struct clmdb_functions *clmdb_load(const char **problem)
{
	pthread_once(&once, load);
	*problem = failure;
	return failure == NULL ? &functions : NULL;
}
