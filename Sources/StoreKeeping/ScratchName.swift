import ByteStrings
import CPlatform
import Cryptography
import Verdicts

/// Names of files that are not finished: nobody else's, and beside the file that they become.
enum ScratchName {
    /// `path.xxxxxxxxxxxxxxxx.new`.
    static func beside(_ path: [UInt8]) throws(Failure) -> [UInt8] {
        path + [UInt8](".") + Hex.encode(try Randomness.bytes(8)) + [UInt8](".new")
    }

    /// Removes an environment's file and its lock.
    static func removeEnvironment(_ path: [UInt8]) {
        for name in [path, path + [UInt8]("-lock")] { _ = name.withCString { unlink($0) } }
    }

    /// Gives a finished file its name, and takes the other away. The corresponding C function is `link`, which does not
    /// replace what is there, as `rename` would.
    ///
    /// - Returns: 0 or an errno.
    static func settle(_ scratch: [UInt8], as path: [UInt8]) -> Int32 {
        let linked = scratch.withCString { scratch in path.withCString { link(scratch, $0) } } == 0
        let errno = linked ? 0 : cplatform_errno()
        _ = scratch.withCString { unlink($0) }
        return errno
    }
}
