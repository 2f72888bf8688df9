import CheckpwdCore

extension Reason {
    static var badEnvironment: Reason { Reason("bad-environment", "bad environment") }
    static var cannotBecomeTheUser: Reason { Reason("cannot-become-the-user", "cannot become the user") }
    static var cannotChangeRoot: Reason { Reason("cannot-change-root", "cannot change root") }
    static var cannotGiveUpPrivileges: Reason { Reason("cannot-give-up-privileges", "cannot give up privileges") }
    static var cannotListen: Reason { Reason("cannot-listen", "cannot listen") }
    static var cannotStartTheNetworkProcess: Reason { Reason("cannot-start-the-network-process", "cannot start the network process") }
    static var fileIsEmpty: Reason { Reason("file-is-empty", "file is empty") }
    static var fileTooLong: Reason { Reason("file-too-long", "file too long") }
    static var mapOfSendersCannotBeRead: Reason { Reason("map-of-senders-cannot-be-read", "map of senders cannot be read") }
    static var mapOfSendersTooLong: Reason { Reason("map-of-senders-too-long", "map of senders too long") }
    static var noDevNull: Reason { Reason("no-dev-null", "no /dev/null") }
    static var noAlarm: Reason { Reason("no-alarm", "no alarm") }
    static var noMessageSocket: Reason { Reason("no-message-socket", "no message socket") }
    static var noParent: Reason { Reason("no-parent", "no parent") }
    static var notAFile: Reason { Reason("not-a-file", "not a file") }
    static var notAListeningSocket: Reason { Reason("not-a-listening-socket", "not a listening socket") }
    static var notRoot: Reason { Reason("not-root", "not root") }
    static var parentNotUnderstood: Reason { Reason("parent-not-understood", "parent not understood") }
    static var privilegesAreLeft: Reason { Reason("privileges-are-left", "privileges are left") }
    static var tooFewDescriptors: Reason { Reason("too-few-descriptors", "too few descriptors") }
    static var userIsRoot: Reason { Reason("user-is-root", "user is root") }
}
