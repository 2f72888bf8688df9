/* The functions of libpq that are used, found in the shared library on first use: a login that asks no database does not
 * pay for loading it. Types and constants are libpq-fe.h's. */
#ifndef CPOSTGRESQL_H
#define CPOSTGRESQL_H

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h> /* Debian, SUSE */
#else
#include <libpq-fe.h>
#endif

struct cpostgresql_functions {
	__typeof__(PQconninfoParse) *conninfoParse;
	__typeof__(PQconninfo) *conninfo;
	__typeof__(PQconninfoFree) *conninfoFree;
	__typeof__(PQfreemem) *freemem;
	__typeof__(PQconnectStartParams) *connectStartParams;
	__typeof__(PQconnectPoll) *connectPoll;
	__typeof__(PQstatus) *status;
	__typeof__(PQsocket) *socket;
	__typeof__(PQsslInUse) *sslInUse;
	__typeof__(PQerrorMessage) *errorMessage;
	__typeof__(PQfinish) *finish;
	__typeof__(PQsetnonblocking) *setnonblocking;
	__typeof__(PQsetNoticeProcessor) *setNoticeProcessor;
	__typeof__(PQsendQueryParams) *sendQueryParams;
	__typeof__(PQflush) *flush;
	__typeof__(PQconsumeInput) *consumeInput;
	__typeof__(PQisBusy) *isBusy;
	__typeof__(PQgetResult) *getResult;
	__typeof__(PQresultStatus) *resultStatus;
	__typeof__(PQresultErrorField) *resultErrorField;
	__typeof__(PQntuples) *ntuples;
	__typeof__(PQgetisnull) *getisnull;
	__typeof__(PQgetlength) *getlength;
	__typeof__(PQgetvalue) *getvalue;
	__typeof__(PQcmdTuples) *cmdTuples;
	__typeof__(PQclear) *clear;
};

/* The table, or NULL where the library cannot be loaded; dlerror(3)'s words then in *problem. */
const struct cpostgresql_functions *cpostgresql_load(const char **problem);

#endif
