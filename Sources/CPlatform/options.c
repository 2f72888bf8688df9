#include "CPlatform.h"

int cplatform_optind(void)
{
	return optind;
}

int cplatform_optopt(void)
{
	return optopt;
}

const char *cplatform_optarg(void)
{
	return optarg;
}

void cplatform_reset_options(void)
{
	/* glibc: 0 rather than 1 also forgets a half-read group of short options. */
	optind = 0;
	opterr = 0;
}
