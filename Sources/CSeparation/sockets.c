#include "CSeparation.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Inherited by each connection. When a client closes, NIO reads all that the kernel holds for us, asked or not: this is
 * the bound on it. */
enum { RECEIVE_BUFFER = 512 * 1024 };

static int set(int descriptor, int level, int option, int value)
{
	return setsockopt(descriptor, level, option, &value, sizeof value);
}

static int bind_and_listen(int descriptor, const struct addrinfo *address)
{
	if (set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) == -1 ||
	    set(descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER) == -1)
		return -1;
	/* Or [::]:25 and 0.0.0.0:25 could not both be had. */
	if (address->ai_family == AF_INET6 && set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1) == -1)
		return -1;
	return bind(descriptor, address->ai_addr, address->ai_addrlen) == -1 ? -1 : listen(descriptor, CSEPARATION_BACKLOG);
}

int cseparation_listen(const char *host, const char *port, int *descriptor)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *address;
	int failed = 0;

	if (getaddrinfo(host, port, &hints, &address) != 0)
		return EINVAL;
	*descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*descriptor == -1) {
		failed = errno;
	} else if (bind_and_listen(*descriptor, address) == -1) {
		failed = errno;
		close(*descriptor);
	}
	freeaddrinfo(address);
	return failed;
}

int cseparation_is_listening(int descriptor)
{
	int listens = 0, type = 0;
	socklen_t length = sizeof(int);

	return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens &&
	       getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

int cseparation_keep(int descriptor)
{
	int flags = fcntl(descriptor, F_GETFL);

	/* Where it cannot be had, the kernel's own bound has to do. */
	(void)set(descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	return flags == -1 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == -1 ||
	       fcntl(descriptor, F_SETFD, FD_CLOEXEC) == -1 ? errno : 0;
}

int cseparation_local_address(int descriptor, char *text, size_t capacity)
{
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage storage;
	} address;
	socklen_t length = sizeof address;
	char host[64], port[8];

	memset(&address, 0, sizeof address);
	if (getsockname(descriptor, &address.any, &length) == -1)
		return errno;
	if (address.any.sa_family == AF_UNIX)
		snprintf(text, capacity, "unix:%s", address.local.sun_path);
	else if (getnameinfo(&address.any, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return EAFNOSUPPORT;
	else
		snprintf(text, capacity, address.any.sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	return 0;
}

void cseparation_notify(const char *path, const char *text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	int descriptor;

	if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor == -1)
		return;
	/* Where nobody listens, nobody misses it. */
	(void)!sendto(descriptor, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(descriptor);
}
