/* The functions of LMDB that the side store calls. Types and constants are lmdb.h's. */
#ifndef CDYNAMIC_LIBLMDB_H
#define CDYNAMIC_LIBLMDB_H

#include <lmdb.h>

/* Each without its prefix `mdb_`. */
#define CDYNAMIC_LMDB_FUNCTIONS(EACH)                                                                                  \
	EACH(strerror)                                                                                                 \
	EACH(env_create)                                                                                               \
	EACH(env_open)                                                                                                 \
	EACH(env_close)                                                                                                \
	EACH(env_set_mapsize)                                                                                          \
	EACH(env_set_assert)                                                                                           \
	EACH(env_get_fd)                                                                                               \
	EACH(env_copyfd2)                                                                                              \
	EACH(env_info)                                                                                                 \
	EACH(env_stat)                                                                                                 \
	EACH(env_set_maxreaders)                                                                                       \
	EACH(reader_check)                                                                                             \
	EACH(txn_begin)                                                                                                \
	EACH(txn_commit)                                                                                               \
	EACH(txn_abort)                                                                                                \
	EACH(dbi_open)                                                                                                 \
	EACH(stat)                                                                                                     \
	EACH(get)                                                                                                      \
	EACH(put)                                                                                                      \
	EACH(del)                                                                                                      \
	EACH(cursor_open)                                                                                              \
	EACH(cursor_close)                                                                                             \
	EACH(cursor_get)

struct cdynamic_lmdb {
#define FIELD(name) __typeof__(mdb_##name) *name;
	CDYNAMIC_LMDB_FUNCTIONS(FIELD)
#undef FIELD
};

/* The functions, or NULL if the library cannot be loaded; dlerror(3)'s words are in *problem then. */
const struct cdynamic_lmdb *cdynamic_load_lmdb(const char **problem);

#endif
