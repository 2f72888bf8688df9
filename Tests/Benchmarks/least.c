/* The least C program that does what pam-checkpwd does for a password login that is right: the yardstick of `make bench`.
 *
 * usage: least SERVICE PROG [ARG ...]
 *
 * It does as little as it can: what goes wrong ends it with 111, for no reason given. Do not install it. */
#define _GNU_SOURCE
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static char request[512];
static const char *login, *password;

static int answer(int count, const struct pam_message **messages, struct pam_response **responses, void *unused)
{
	struct pam_response *answers = calloc(count, sizeof *answers);

	(void)unused;
	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			answers[i].resp = strdup(password);
	*responses = answers;
	return PAM_SUCCESS;
}

static void must(int good)
{
	if (!good)
		_exit(111);
}

int main(int count, char **arguments)
{
	const struct pam_conv conversation = {answer, NULL};
	const char *host = getenv("TCPREMOTEIP");
	size_t length = 0;
	ssize_t got;
	pam_handle_t *pam;
	struct passwd entry, *user;
	char room[1024];

	must(count > 2);
	openlog(NULL, LOG_PID, LOG_AUTHPRIV);

	while (length < sizeof request && (got = read(3, request + length, sizeof request - length)) > 0)
		length += got;
	close(3);
	must(length > 0 && request[length - 1] == 0);
	login = request;
	password = request + strlen(request) + 1;
	must(password < request + length);

	must(pam_start(arguments[1], login, &conversation, &pam) == PAM_SUCCESS);
	if (host != NULL)
		must(pam_set_item(pam, PAM_RHOST, host) == PAM_SUCCESS);
	must(pam_authenticate(pam, PAM_DISALLOW_NULL_AUTHTOK) == PAM_SUCCESS);
	must(pam_acct_mgmt(pam, PAM_DISALLOW_NULL_AUTHTOK) == PAM_SUCCESS);
	/* Not getpwnam, whose one buffer the modules use, too. */
	must(getpwnam_r(login, &entry, room, sizeof room, &user) == 0 && user != NULL);
	must(setgid(entry.pw_gid) == 0 && initgroups(login, entry.pw_gid) == 0);
	must(pam_setcred(pam, PAM_ESTABLISH_CRED) == PAM_SUCCESS);
	must(pam_open_session(pam, 0) == PAM_SUCCESS);
	must(pam_close_session(pam, 0) == PAM_SUCCESS);
	must(pam_setcred(pam, PAM_DELETE_CRED) == PAM_SUCCESS);
	must(pam_end(pam, PAM_SUCCESS) == PAM_SUCCESS);

	must(setuid(entry.pw_uid) == 0 && chdir(entry.pw_dir) == 0);
	must(setenv("USER", login, 1) == 0 && setenv("HOME", entry.pw_dir, 1) == 0);
	must(setenv("SHELL", entry.pw_shell, 1) == 0);
	syslog(LOG_INFO, "verdict=\"accepted\" rhost=\"%s\" service=\"%s\" login=\"%s\"", host ? host : "", arguments[1], login);
	execvp(arguments[2], arguments + 2);
	return 111;
}
