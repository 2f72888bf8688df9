#include "loader.h"

#include <dlfcn.h>
#include <stdio.h>

/* Copies dlerror(3)'s words: the next call of any dlopen function, which may load another library, frees them. */
static void fail(struct library *library)
{
	snprintf(library->failure, sizeof library->failure, "%s", dlerror());
}

static void load(struct library *library, void *table)
{
	void *handle = NULL;

	for (const char *const *name = library->names; handle == NULL && *name != NULL; name++)
		handle = dlopen(*name, library->binding | RTLD_LOCAL);
	if (handle == NULL) {
		fail(library);
		return;
	}
	for (size_t i = 0; i < library->symbol_count; i++) {
		void *address = dlsym(handle, library->symbols[i].name);

		if (address == NULL) {
			fail(library);
			return;
		}
		/* POSIX: a function's address may be stored through a pointer to void. */
		*(void **)((char *)table + library->symbols[i].offset) = address;
	}
	library->is_loaded = 1;
}

const char *load_library(struct library *library, void *table)
{
	pthread_mutex_lock(&library->lock);
	if (!library->is_loaded)
		load(library, table);
	pthread_mutex_unlock(&library->lock);
	return library->is_loaded ? NULL : library->failure;
}
