/* The functions of LMDB that are used, found in the shared library on first use: a plain login does not pay for
 * loading it. Types and constants are lmdb.h's. */
#ifndef CLMDB_H
#define CLMDB_H

#include <lmdb.h>

struct clmdb_functions {
	__typeof__(mdb_strerror) *strerror;
	__typeof__(mdb_env_create) *env_create;
	__typeof__(mdb_env_open) *env_open;
	__typeof__(mdb_env_close) *env_close;
	__typeof__(mdb_env_set_mapsize) *env_set_mapsize;
	__typeof__(mdb_env_set_assert) *env_set_assert;
	__typeof__(mdb_env_get_fd) *env_get_fd;
	__typeof__(mdb_env_copyfd2) *env_copyfd2;
	__typeof__(mdb_env_info) *env_info;
	__typeof__(mdb_env_stat) *env_stat;
	__typeof__(mdb_env_set_maxreaders) *env_set_maxreaders;
	__typeof__(mdb_reader_check) *reader_check;
	__typeof__(mdb_txn_begin) *txn_begin;
	__typeof__(mdb_txn_commit) *txn_commit;
	__typeof__(mdb_txn_abort) *txn_abort;
	__typeof__(mdb_dbi_open) *dbi_open;
	__typeof__(mdb_stat) *stat;
	__typeof__(mdb_get) *get;
	__typeof__(mdb_put) *put;
	__typeof__(mdb_del) *del;
	__typeof__(mdb_cursor_open) *cursor_open;
	__typeof__(mdb_cursor_close) *cursor_close;
	__typeof__(mdb_cursor_get) *cursor_get;
};

/* The table, or NULL where the library cannot be loaded; dlerror(3)'s words then in *problem. */
const struct clmdb_functions *clmdb_load(const char **problem);

#endif
