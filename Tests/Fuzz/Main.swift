import Foundation

/// libFuzzer's `main`, callable: `LLVMFuzzerRunDriver` (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Which target the arguments named. Set once, before the first test.
nonisolated(unsafe) private var target = FuzzTarget.request

/// usage: fuzz TARGET [LIBFUZZER'S ARGUMENT ...]
///
/// SwiftPM links a function of this name as C's `main`.
@_cdecl("fuzz_main")
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    guard count > 1, let name = arguments[1], let named = FuzzTarget(rawValue: String(cString: name)) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " | ")
        FileHandle.standardError.write(Data("usage: fuzz \(names) [libFuzzer's arguments]\n".utf8))
        return 2
    }
    target = named
    // libFuzzer's arguments, after the program's name in place of ours; the last wins, so these are defaults.
    var rest: [UnsafeMutablePointer<CChar>?] = [arguments[0], strdup("-max_len=\(target.limit)")]
    rest += (2..<Int(count)).map { arguments[$0] } + [nil]
    var restCount = Int32(rest.count - 1)
    return rest.withUnsafeMutableBufferPointer { rest in
        var start = rest.baseAddress
        return runDriver(&restCount, &start) { bytes, count in
            do {
                try target.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
            } catch {
                // libFuzzer keeps the bytes of a run that aborts.
                fatalError("\(error)")
            }
            return 0
        }
    }
}
