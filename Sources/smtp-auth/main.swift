import ArgumentParser
import CLibc
import Glibc

// Before the first secret is read, and before any file could be opened where messages, or the client, are.
guard clibc_forbid_dumps() == 0, clibc_occupy_standard_descriptors() == 0 else { exit(111) }
// Whoever started us may ignore it, and then no auth command would leave an exit status.
signal(SIGCHLD, SIG_DFL)
// A log whose reader is gone costs its lines, not the server.
signal(SIGPIPE, SIG_IGN)
SMTPAuth.main()
