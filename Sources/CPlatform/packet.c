#include "CPlatform.h"

#include <malloc.h>
#include <sys/socket.h>

int cplatform_takes_packets(int descriptor)
{
	int type = 0;
	socklen_t length = sizeof type;

	return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

ssize_t cplatform_receive_packet(int socket, void *bytes, size_t capacity)
{
	ssize_t count;

	/* MSG_TRUNC: how long it is, and not how much of it there was room for. */
	do
		count = recv(socket, bytes, capacity, MSG_TRUNC);
	while (count == -1 && errno == EINTR);
	return count;
}

int cplatform_send_packet(int socket, const void *bytes, size_t count)
{
	ssize_t sent;

	do
		sent = send(socket, bytes, count, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent == -1 ? errno : 0;
}

void cplatform_return_large_blocks(void)
{
	/* Setting it to what it is at first ends its growing. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}
