#include "CLMDB.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static struct clmdb_functions functions;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_loaded;
static char failure[256];

/* Copied: the next call of its kind, which may be another library's, frees what dlerror(3) gives. */
static void fail(void)
{
	snprintf(failure, sizeof failure, "%s", dlerror());
}

static void load(void)
{
	/* Debian gives LMDB the soname .so.0; upstream's own makefile gives it none. */
	void *library = dlopen("liblmdb.so.0", RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		library = dlopen("liblmdb.so", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		fail();
		return;
	}
	/* POSIX: a function's address may be stored through a pointer to void. */
#define FIND(name)                                                                                                     \
	if ((*(void **)&functions.name = dlsym(library, "mdb_" #name)) == NULL) {                                      \
		fail();                                                                                                \
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
	is_loaded = 1;
}

const struct clmdb_functions *clmdb_load(const char **problem)
{
	pthread_mutex_lock(&lock);
	/* What failed is tried again: the library may be there by then, or a descriptor for it. */
	if (!is_loaded)
		load();
	pthread_mutex_unlock(&lock);
	*problem = is_loaded ? NULL : failure;
	return is_loaded ? &functions : NULL;
}
