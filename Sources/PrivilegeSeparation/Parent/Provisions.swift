import CLibc
import CheckpwdCore

/// The files that the network process needs and may not open: read by its parent, at the start and on SIGHUP.
public struct Provisions: Sendable {
    /// Paths. A certificate has a key.
    public var certificates: [(chain: [UInt8], key: [UInt8])]
    public var senderMap: [UInt8]?

    public init(certificates: [(chain: [UInt8], key: [UInt8])], senderMap: [UInt8]?) {
        self.certificates = certificates
        self.senderMap = senderMap
    }

    /// The messages with the certificates and their keys: all of them, or none if one cannot be read.
    public func certificateParcels() throws(Failure) -> [Parcel] {
        var parcels: [Parcel] = []
        for certificate in certificates {
            let chain = try Self.read(certificate.chain, atMost: Order.longestCertificate)
            let key = try Self.read(certificate.key, atMost: Order.longestKey)
            let order = Order.certificate(
                chain.withUnsafeBytes { [UInt8]($0) }, isLast: parcels.count + 1 == certificates.count)
            parcels.append(Parcel(order, secret: key))
        }
        return parcels
    }

    /// The message with the map of senders; nil where there is none.
    public func senderMapParcel() throws(Failure) -> Parcel? {
        guard let senderMap else { return nil }
        return Parcel(Order.senderMap, with: try Self.open(senderMap))
    }

    private static func open(_ path: [UInt8]) throws(Failure) -> FileDescriptor {
        // Without O_NONBLOCK, a FIFO of this name would be waited for.
        let number = path.withCString { clibc_open($0, O_RDONLY | O_NONBLOCK, 0) }
        guard number >= 0 else { throw .temporary(Cause(.cannotRead, about: path, errno: clibc_errno())) }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else {
            throw .temporary(Cause(.notAFile, about: path))
        }
        return descriptor
    }

    private static func read(_ path: [UInt8], atMost limit: Int) throws(Failure) -> Secret {
        let descriptor = try open(path)
        let contents: Secret
        do throws(SystemError) {
            contents = try Secret(reading: descriptor.number, atMost: limit + 1)
        } catch {
            throw .temporary(Cause(.cannotRead, about: path, errno: error.errno))
        }
        guard contents.count <= limit else { throw .temporary(Cause(.fileTooLong, about: path)) }
        guard !contents.isEmpty else { throw .temporary(Cause(.fileIsEmpty, about: path)) }
        return contents
    }
}
