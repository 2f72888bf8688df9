import CLibc
import CheckpwdCore
import Glibc

/// The auth command, while it lists the mechanisms that it can check.
final class ListingProcess {
    let id: pid_t
    private let output: FileDescriptor
    private let errors: FileDescriptor

    /// Lists and messages are shorter; a rest beyond it is not read.
    private static let longest = 4096

    /// - Parameters:
    ///   - output: the end that is read of the pipe on its descriptor 1; `errors` that of descriptor 2. Both are non-blocking.
    init(id: pid_t, output: consuming FileDescriptor, errors: consuming FileDescriptor) {
        self.id = id
        self.output = output
        self.errors = errors
    }

    /// The result, after it has ended.
    func listing(_ status: Int32) -> MechanismListing {
        let newline = UInt8(ascii: "\n")
        guard status == 0 else {
            let words = Self.read(errors.number).prefix { $0 != newline }
            return .failed(status: status, words: Array(words))
        }
        return .listed(Self.read(output.number).split(separator: newline).map { Array($0) })
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}

/// The auth command is asked which mechanisms it can check: at the start, before the network process begins, and on
/// SIGHUP. Nothing else waits for it.
extension Parent {
    /// Asks, if there is a command to ask.
    ///
    /// - Parameter parcels: sent to the network process when that is known.
    func askForMechanisms(then messages: [OutgoingMessage]) {
        held += messages
        guard configuration.listing != nil else { return sendHeld() }
        guard listing == nil else {
            // What it says now may be older than what the administrator has changed since.
            isListingStale = true
            return
        }
        do throws(Launcher.Failed) {
            let process = try launcher.list()
            children.add(process.id, .listing, until: .now + configuration.listingTimeout)
            listing = process
        } catch {
            conclude(.cannotStart(error.errno))
        }
    }

    /// The process has ended, or its time is over.
    func listingHasEnded(_ id: pid_t, _ result: (ListingProcess) -> MechanismListing) {
        guard let process = listing, process.id == id else { return }
        listing = nil
        guard !isListingStale else {
            isListingStale = false
            return askForMechanisms(then: [])
        }
        conclude(result(process))
    }

    private func conclude(_ listing: MechanismListing) {
        if phase.isTalking { sendQueue.send(OutgoingMessage(ParentMessage.mechanisms(offer(listing)))) }
        sendHeld()
    }

    private func sendHeld() {
        if phase.isTalking { for message in held { sendQueue.send(message) } }
        held = []
    }
}

/// The auth command's answer to the question which mechanisms it can check.
public enum MechanismListing: Equatable, Sendable {
    /// It ended with 0, and wrote these names, a line each.
    case listed([[UInt8]])
    /// It ended with this status: 128 plus the signal if one killed it, -1 if that is not known. The words are the first line that it wrote
    /// to its standard error.
    case failed(status: Int32, words: [UInt8])
    /// It, or what it needs, could not be had, with this errno(3).
    case cannotStart(Int32)
    /// It did not end in time, and was killed.
    case timedOut
}
