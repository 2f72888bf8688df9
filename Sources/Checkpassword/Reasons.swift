import CheckpwdCore

extension Reason {
    static var descriptor3CannotBeOpenedAnew: Reason { Reason("descriptor-3-cannot-be-opened-anew", "descriptor 3 cannot be opened anew") }
    static var descriptor3CannotBeRead: Reason { Reason("descriptor-3-cannot-be-read", "descriptor 3 cannot be read") }
    static var descriptor3IsASocketForPackets: Reason { Reason("descriptor-3-is-a-socket-for-packets", "descriptor 3 is a socket for packets") }
    static var descriptor3IsEmpty: Reason { Reason("descriptor-3-is-empty", "descriptor 3 is empty") }
    static var descriptor3IsNoSocketForPackets: Reason { Reason("descriptor-3-is-no-socket-for-packets", "descriptor 3 is no socket for packets") }
    static var noPasswordOnDescriptor3: Reason { Reason("no-password-on-descriptor-3", "no password on descriptor 3") }
    static var packetWithoutCredentials: Reason { Reason("packet-without-credentials", "packet without credentials") }
    static var timeoutOnDescriptor3: Reason { Reason("timeout-on-descriptor-3", "timeout on descriptor 3") }
    static var tooManyBytesOfCredentials: Reason { Reason("too-many-bytes-of-credentials", "too many bytes of credentials") }
    static var tooManyBytesOfVariables: Reason { Reason("too-many-bytes-of-variables", "too many bytes of variables") }
    static var tooManyBytesOnDescriptor3: Reason { Reason("too-many-bytes-on-descriptor-3", "too many bytes on descriptor 3") }
}
