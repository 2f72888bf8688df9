/* The functions of libpq that a store in PostgreSQL calls. Types and constants are libpq-fe.h's. */
#ifndef CDYNAMIC_LIBPQ_H
#define CDYNAMIC_LIBPQ_H

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h> /* Debian, SUSE */
#else
#include <libpq-fe.h>
#endif

/* Each without its prefix `PQ`. */
#define CDYNAMIC_PQ_FUNCTIONS(EACH)                                                                                    \
	EACH(conninfoParse)                                                                                            \
	EACH(conninfo)                                                                                                 \
	EACH(conninfoFree)                                                                                             \
	EACH(freemem)                                                                                                  \
	EACH(connectStartParams)                                                                                       \
	EACH(connectPoll)                                                                                              \
	EACH(status)                                                                                                   \
	EACH(socket)                                                                                                   \
	EACH(sslInUse)                                                                                                 \
	EACH(errorMessage)                                                                                             \
	EACH(finish)                                                                                                   \
	EACH(setnonblocking)                                                                                           \
	EACH(setNoticeProcessor)                                                                                       \
	EACH(sendQueryParams)                                                                                          \
	EACH(flush)                                                                                                    \
	EACH(consumeInput)                                                                                             \
	EACH(isBusy)                                                                                                   \
	EACH(getResult)                                                                                                \
	EACH(resultStatus)                                                                                             \
	EACH(resultErrorField)                                                                                         \
	EACH(ntuples)                                                                                                  \
	EACH(getisnull)                                                                                                \
	EACH(getlength)                                                                                                \
	EACH(getvalue)                                                                                                 \
	EACH(cmdTuples)                                                                                                \
	EACH(clear)

struct cdynamic_pq {
#define FIELD(name) __typeof__(PQ##name) *name;
	CDYNAMIC_PQ_FUNCTIONS(FIELD)
#undef FIELD
};

/* The functions, or NULL if the library cannot be loaded; dlerror(3)'s words are in *problem then. */
const struct cdynamic_pq *cdynamic_load_pq(const char **problem);

#endif
