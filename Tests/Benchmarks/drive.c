/* Runs logins one after another and says how long each took: the clock of `make bench`.
 *
 * usage: drive ROUNDS WARM-UPS FILE COMMAND [ARG ...] [';' FILE COMMAND [ARG ...]] ...
 *
 * In each round every contestant runs once, each round beginning with another. FILE holds what each of its runs finds on
 * descriptor 3, in ROUNDS + WARM-UPS pieces of one size. For each run that counts, a line: the contestant (0, 1 ...),
 * nanoseconds from before the start until the end was noticed, and peak resident memory in KiB.
 *
 * It also is the system's log, at /run/log, and reads it between the runs. Linked statically, and with posix_spawn, which
 * does not copy this process: a child's peak memory begins with its parent's. */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct contestant {
	const char *requests;
	size_t size;
	char **command;
};

extern char **environ;

static int open_log(void)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/log"};
	int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	unlink(address.sun_path);
	if (log == -1 || bind(log, (const struct sockaddr *)&address, sizeof address) == -1 ||
	    chmod(address.sun_path, 0666) == -1)
		err(1, "%s", address.sun_path);
	return log;
}

static void read_log(int log)
{
	char line[4096];

	while (recv(log, line, sizeof line, 0) > 0)
		;
}

static const char *map(const char *path, size_t *size)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	const char *bytes;

	if (file == -1 || fstat(file, &status) == -1 ||
	    (bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0)) == MAP_FAILED)
		err(1, "%s", path);
	close(file);
	*size = status.st_size;
	return bytes;
}

static long long nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void run(const struct contestant *contestant, int number, int piece, int counts)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int ends[2], failed, status;
	long long begin, end;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1 ||
	    write(ends[1], contestant->requests + piece * contestant->size, contestant->size) != (ssize_t)contestant->size)
		err(1, "descriptor 3");
	close(ends[1]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], 3);

	begin = nanoseconds();
	failed = posix_spawn(&pid, contestant->command[0], &actions, NULL, contestant->command, environ);
	if (failed)
		errx(1, "%s: %s", contestant->command[0], strerror(failed));
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	end = nanoseconds();

	if (status != 0)
		errx(1, "%s: wait status %d", contestant->command[0], status);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (counts)
		printf("%d %lld %ld\n", number, end - begin, usage.ru_maxrss);
}

int main(int count, char **arguments)
{
	struct contestant contestants[64];
	int entrants = 0, rounds, warm_ups, log;

	if (count < 5)
		errx(2, "usage: drive ROUNDS WARM-UPS FILE COMMAND [ARG ...] [';' FILE COMMAND [ARG ...]] ...");
	rounds = atoi(arguments[1]);
	warm_ups = atoi(arguments[2]);
	for (int i = 3; i < count && entrants < 64; i++) {
		struct contestant *next = &contestants[entrants++];

		next->requests = map(arguments[i++], &next->size);
		next->size /= rounds + warm_ups;
		next->command = arguments + i;
		while (i < count && strcmp(arguments[i], ";") != 0)
			i++;
		arguments[i] = NULL;
	}
	log = open_log();
	for (int round = 0; round < warm_ups + rounds; round++)
		for (int turn = 0; turn < entrants; turn++) {
			int number = (round + turn) % entrants;

			run(&contestants[number], number, round, round >= warm_ups);
			read_log(log);
		}
	return 0;
}
