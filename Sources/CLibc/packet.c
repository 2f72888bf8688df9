#include "CLibc.h"

#include <malloc.h>
#include <sys/socket.h>

int clibc_take_packets(int descriptor)
{
	int type = 0;
	socklen_t length = sizeof type;

	if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == -1)
		return errno;
	if (type != SOCK_SEQPACKET)
		return EPROTOTYPE;
	return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == -1 ? errno : 0;
}

ssize_t clibc_receive_packet(int socket, void *bytes, size_t capacity)
{
	/* MSG_TRUNC: how long it is, and not how much of it there was room for. */
	for (;;) {
		struct pollfd awaited = {.fd = socket, .events = POLLIN};
		ssize_t count = recv(socket, bytes, capacity, MSG_TRUNC);

		if (count >= 0 || (errno != EINTR && errno != EAGAIN))
			return count;
		if (errno == EAGAIN)
			poll(&awaited, 1, -1);
	}
}

int clibc_send_packet(int socket, const void *bytes, size_t count)
{
	ssize_t sent;

	do
		sent = send(socket, bytes, count, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent == -1 ? errno : 0;
}

void clibc_return_large_blocks(void)
{
	/* Setting it to what it is at first ends its growing. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}
