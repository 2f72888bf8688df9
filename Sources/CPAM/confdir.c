#include "CPAM.h"

/* The installed pam-checkpwd has no way to another folder of services. */
#ifndef CPAM_INSTALLED

int cpam_start_in(
	const char *folder, const char *service, const char *user, struct cpam_conversation *conversation, pam_handle_t **handle)
{
	struct pam_conv callback = {cpam_converse, conversation};

	return pam_start_confdir(service, user, &callback, folder, handle);
}
#endif
