#include "CPostgreSQL.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static struct cpostgresql_functions functions;
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
	void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);

	if (library == NULL) {
		fail();
		return;
	}
	/* POSIX: a function's address may be stored through a pointer to void. */
#define FIND(name)                                                                                                     \
	if ((*(void **)&functions.name = dlsym(library, "PQ" #name)) == NULL) {                                        \
		fail();                                                                                                \
		return;                                                                                                \
	}
	FIND(conninfoParse)
	FIND(conninfo)
	FIND(conninfoFree)
	FIND(freemem)
	FIND(connectStartParams)
	FIND(connectPoll)
	FIND(status)
	FIND(socket)
	FIND(sslInUse)
	FIND(errorMessage)
	FIND(finish)
	FIND(setnonblocking)
	FIND(setNoticeProcessor)
	FIND(sendQueryParams)
	FIND(flush)
	FIND(consumeInput)
	FIND(isBusy)
	FIND(getResult)
	FIND(resultStatus)
	FIND(resultErrorField)
	FIND(ntuples)
	FIND(getisnull)
	FIND(getlength)
	FIND(getvalue)
	FIND(cmdTuples)
	FIND(clear)
#undef FIND
	is_loaded = 1;
}

const struct cpostgresql_functions *cpostgresql_load(const char **problem)
{
	pthread_mutex_lock(&lock);
	/* What failed is tried again: the library may be there by then, or a descriptor for it. */
	if (!is_loaded)
		load();
	pthread_mutex_unlock(&lock);
	*problem = is_loaded ? NULL : failure;
	return is_loaded ? &functions : NULL;
}
