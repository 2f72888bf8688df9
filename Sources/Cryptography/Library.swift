import ByteStrings
import CNettle
import Verdicts

/// GNU nettle, loaded by whoever needs it first. It takes a fifth of the time that libcrypto takes, which a login by
/// CRAM-MD5 would spend for the most part on loading.
enum Library {
    /// - Throws: `temporary`, with the loader's words, where it is not there.
    static func load() throws(Failure) {
        guard let problem = cnettle_load() else { return }
        throw .temporary(
            Cause(
                "libnettle cannot be loaded", about: [UInt8](cString: problem) + AddressSpace.note,
                remedy: "install the package that has it (Debian: libnettle8)"))
    }
}
