import ArgumentParser
import CPlatform

// Before the first secret is read, and before any file could be opened where messages, or the client, are.
guard cplatform_forbid_dumps() == 0, cplatform_occupy_standard_descriptors() == 0 else { exit(111) }
SMTPAuth.main()
