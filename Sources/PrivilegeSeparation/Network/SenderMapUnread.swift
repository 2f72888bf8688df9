import CLibc
import CheckpwdCore

/// The map of senders comes as an open file, which its process may not be able to read.
public enum SenderMapUnread {
    /// What the log is told of it. A map that could not be read is never an empty one.
    public static func cause(_ error: SystemError) -> Cause {
        error.errno == EFBIG
            ? Cause(.mapOfSendersTooLong, remedy: "64 MiB is the limit")
            : Cause(.mapOfSendersCannotBeRead, errno: error.errno)
    }
}

extension MessageSocket.Attachments {
    /// The contents of the file that came.
    func senderMap() -> Result<[UInt8], SystemError> {
        guard let file = descriptor.take() else { return .failure(SystemError(errno: EMFILE)) }
        do throws(SystemError) {
            return .success(try file.contents())
        } catch {
            return .failure(error)
        }
    }
}
