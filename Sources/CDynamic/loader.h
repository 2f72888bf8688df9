/* The one loader of shared libraries. */
#ifndef CDYNAMIC_LOADER_H
#define CDYNAMIC_LOADER_H

#include <pthread.h>
#include <stddef.h>

/* A symbol, and where in the library's table its address goes. */
struct symbol {
	const char *name;
	size_t offset;
};

/* A library: what it is called, and what is wanted of it. */
struct library {
	/* The names to try, in this order, ended by NULL. */
	const char *const *names;
	const struct symbol *symbols;
	size_t symbol_count;
	/* RTLD_NOW or RTLD_LAZY (dlopen(3)). */
	int binding;

	pthread_mutex_t lock;
	int is_loaded;
	char failure[256];
};

#define SYMBOLS(table) .symbols = table, .symbol_count = sizeof table / sizeof *table, .lock = PTHREAD_MUTEX_INITIALIZER

/* Loads a library, unless it is loaded, and fills its table. After a failure the next call tries again: the library may be
 * there by then, or a file descriptor for it. Returns NULL, or why it cannot be loaded, in words that stay valid. */
const char *load_library(struct library *library, void *table);

#endif
