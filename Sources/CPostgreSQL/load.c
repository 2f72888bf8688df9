#include "CPostgreSQL.h"

#include <dlfcn.h>
#include <pthread.h>

static struct cpostgresql_functions functions;
static const char *failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);

	if (library == NULL) {
		failure = dlerror();
		return;
	}
	/* POSIX: a function's address may be stored through a pointer to void. */
#define FIND(name)                                                                                                     \
	if ((*(void **)&functions.name = dlsym(library, "PQ" #name)) == NULL) {                                        \
		failure = dlerror();                                                                                   \
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
}

const struct cpostgresql_functions *cpostgresql_load(const char **problem)
{
	pthread_once(&once, load);
	*problem = failure;
	return failure == NULL ? &functions : NULL;
}
