#include "CSeparation.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int cseparation_message_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

int cseparation_stream_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

int cseparation_send(int socket, const void *bytes, size_t count, int descriptor)
{
	struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	ssize_t sent;

	if (descriptor != -1) {
		memset(&control, 0, sizeof control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = sizeof control.space;
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent == -1 && errno == EINTR);
	if (sent == -1)
		return errno;
	return (size_t)sent == count ? 0 : EMSGSIZE;
}

/* More than one fits, so that whoever sends more is caught, and none of them stays open. */
enum { MOST = 16 };

static int take_descriptors(struct msghdr *message, int taken[MOST])
{
	int count = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++) {
			int descriptor;
			memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
			if (count < MOST)
				taken[count++] = descriptor;
			else
				close(descriptor);
		}
	}
	return count;
}

ssize_t cseparation_receive(int socket, void *bytes, size_t capacity, int *descriptor)
{
	struct iovec piece = {.iov_base = bytes, .iov_len = capacity};
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(MOST * sizeof(int))];
	} control;
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
	int taken[MOST], count;
	ssize_t got;

	*descriptor = -1;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (got == -1 && errno == EINTR);
	if (got == -1)
		return -1;
	count = take_descriptors(&message, taken);
	if (count > 1 || (message.msg_flags & MSG_TRUNC) != 0) {
		for (int i = 0; i < count; i++)
			close(taken[i]);
		errno = EBADMSG;
		return -1;
	}
	if (count == 1)
		*descriptor = taken[0];
	else if ((message.msg_flags & MSG_CTRUNC) != 0)
		*descriptor = CSEPARATION_LOST;
	return got;
}
