#include "CLibc.h"

int clibc_optind(void)
{
	return optind;
}

int clibc_optopt(void)
{
	return optopt;
}

const char *clibc_optarg(void)
{
	return optarg;
}

void clibc_reset_options(void)
{
	/* glibc: 0 rather than 1 also forgets a half-read group of short options. */
	optind = 0;
	opterr = 0;
}
