#include "CPAM.h"

/* The installed pam-checkpwd has no way to another folder of services. */
#ifndef CPAM_INSTALLED
/* Linux-PAM has it since 1.4; a program that is linked with an older one lacks the tests only. */
#pragma weak pam_start_confdir

int cpam_start_in(
	const char *folder, const char *service, const char *user, struct cpam_conversation *conversation, pam_handle_t **handle)
{
	struct pam_conv callback = {cpam_converse, conversation};

	if (!pam_start_confdir)
		return PAM_SYSTEM_ERR;
	return pam_start_confdir(service, user, &callback, folder, handle);
}
#endif
