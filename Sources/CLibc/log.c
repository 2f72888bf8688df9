#include "CLibc.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

extern char *program_invocation_short_name; /* <errno.h>, a GNU extension */

/* Not libc's syslog(3): a PAM module may have given that another ident, which is gone with the module, or another mask. */

/* How long a log that is full is waited for, in milliseconds. */
enum { PATIENCE = 5000 };

static const char *program;

void clibc_name_program(const char *name)
{
	/* Sound: libc does not write to it. syslog(3), with which modules log, reads it, too. */
	program_invocation_short_name = (char *)name;
	program = name;
}

const char *clibc_program_name(void)
{
	return program != NULL ? program : program_invocation_short_name;
}

void clibc_restore_syslog(void)
{
	/* With a null ident, openlog(3) would keep that of before. */
	openlog(clibc_program_name(), LOG_PID, LOG_AUTHPRIV);
	setlogmask(LOG_UPTO(LOG_DEBUG));
}

static int connect_log(int type)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int log = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (log == -1 || connect(log, (const struct sockaddr *)&address, sizeof address) == 0)
		return log;
	error = errno;
	close(log);
	errno = error;
	return -1;
}

int clibc_open_log(void)
{
	int log = connect_log(SOCK_DGRAM);

	return log == -1 && errno == EPROTOTYPE ? connect_log(SOCK_STREAM) : log;
}

static size_t append(char *text, size_t size, const char *more)
{
	size_t count = strlen(more);

	memcpy(text + size, more, count);
	return size + count;
}

static size_t append_decimal(char *text, size_t size, unsigned long number)
{
	char digits[24], *first = digits + sizeof digits - 1;

	*first = 0;
	do
		*--first = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	return append(text, size, first);
}

/* `<priority>program[pid]: `; without a time, since the log stamps what has none. */
static size_t write_header(char *header, int priority, const char *name)
{
	size_t size = append(header, 0, "<");

	size = append_decimal(header, size, (unsigned long)priority);
	size = append(header, size, ">");
	size = append(header, size, name);
	size = append(header, size, "[");
	size = append_decimal(header, size, (unsigned long)getpid());
	return append(header, size, "]: ");
}

static void skip(struct msghdr *message, size_t count)
{
	while (message->msg_iovlen > 0 && count >= message->msg_iov->iov_len) {
		count -= message->msg_iov->iov_len;
		message->msg_iov++;
		message->msg_iovlen--;
	}
	if (message->msg_iovlen > 0) {
		message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + count;
		message->msg_iov->iov_len -= count;
	}
}

int clibc_log(int log, int priority, const char *name, const void *line, size_t count)
{
	struct iovec parts[3] = {{.iov_base = NULL}, {(void *)line, count}, {(void *)"", 1}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	char header[128];
	int type = SOCK_DGRAM;
	socklen_t length = sizeof type;

	if (strlen(name) > 64)
		return EINVAL;
	parts[0] = (struct iovec){header, write_header(header, priority, name)};
	/* In a stream, a NUL byte ends each line. */
	if (getsockopt(log, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM)
		message.msg_iovlen = 3;
	while (message.msg_iovlen > 0) {
		ssize_t sent = sendmsg(log, &message, MSG_NOSIGNAL);
		struct pollfd full = {.fd = log, .events = POLLOUT};

		if (sent >= 0)
			skip(&message, (size_t)sent);
		else if (errno == EAGAIN && poll(&full, 1, PATIENCE) > 0)
			continue;
		else if (errno != EINTR)
			return errno != 0 ? errno : EAGAIN;
	}
	return 0;
}

int clibc_log_line(int priority, const void *line, size_t count)
{
	/* A connection of its own for each line: a module may close descriptors that are not its own, and what is opened then
	 * has our number. */
	int log = clibc_open_log(), failed;

	if (log == -1)
		return errno;
	failed = clibc_log(log, priority, clibc_program_name(), line, count);
	close(log);
	return failed;
}

/* The fields of a login's last line, after verdict and reason; set while there is a login. */
static char fields[4096];
static size_t field_count;

void clibc_prepare_last_words(const void *line, size_t count)
{
	field_count = count < sizeof fields ? count : sizeof fields;
	memcpy(fields, line, field_count);
}

void clibc_say_last_words(const char *reason, const char *about, const char *words)
{
	/* Only what signal-safety(7) allows. */
	static char line[sizeof fields + 512];
	const char *name = clibc_program_name();
	size_t start, size;

	clibc_write_error(words, strlen(words));
	if (field_count == 0 || strlen(name) > 64 || strlen(reason) + strlen(about) > 256)
		return;
	/* As standard error has it. */
	start = append(line, append(line, 0, name), ": ");
	size = append(line, start, "verdict=\"temporary\" reason=\"");
	size = append(line, size, reason);
	size = append(line, size, "\" ");
	memcpy(line + size, fields, field_count);
	size += field_count;
	if (*about != 0) {
		size = append(line, size, " about=\"");
		size = append(line, size, about);
		size = append(line, size, "\"");
	}
	if (clibc_log_line(LOG_AUTHPRIV | LOG_ERR, line + start, size - start) != 0) {
		line[size++] = '\n';
		clibc_write_error(line, size);
	}
}
