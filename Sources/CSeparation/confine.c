#include "CSeparation.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int cseparation_change_root(const char *path)
{
	/* The working directory first: chroot(2) does not change it, and what lies outside would stay in reach. */
	return chdir(path) == -1 || chroot(".") == -1 || chdir("/") == -1 ? errno : 0;
}

int cseparation_become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 || setresuid(uid, uid, uid) == -1)
		return errno;
	return getgroups(0, NULL) == 0 ? 0 : EPERM;
}

int cseparation_forgo(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	pid_t parent = getppid();

	if (syscall(SYS_capset, &header, none) == -1 || prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1)
		return errno;
	/* A change of user ids undoes both of these, so they come after it. */
	if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) == -1 || prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L) == -1)
		return errno;
	/* It may have ended before we asked to be told. */
	return getppid() == parent ? 0 : ESRCH;
}

int cseparation_is_confined(uid_t uid, gid_t gid)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3];
	uid_t uids[3];
	gid_t gids[3];

	if (getresuid(&uids[0], &uids[1], &uids[2]) == -1 || getresgid(&gids[0], &gids[1], &gids[2]) == -1 ||
	    syscall(SYS_capget, &header, held) == -1)
		return 0;
	for (int i = 0; i < 3; i++)
		if (uids[i] != uid || gids[i] != gid)
			return 0;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (held[i].effective != 0 || held[i].permitted != 0 || held[i].inheritable != 0)
			return 0;
	return uid != 0 && setuid(0) == -1 && prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1 &&
	       prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L) == 0;
}

unsigned long cseparation_raise_descriptors(unsigned long wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 0;
	if (limit.rlim_cur >= wanted)
		return limit.rlim_cur;
	if (limit.rlim_max < wanted) {
		struct rlimit both = {.rlim_cur = wanted, .rlim_max = wanted};
		if (setrlimit(RLIMIT_NOFILE, &both) == 0)
			return wanted;
	}
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

void cseparation_name(const char *name)
{
	prctl(PR_SET_NAME, name, 0L, 0L, 0L);
}
