import Foundation

/// All that a process could read of its own memory, at one moment. For root.
struct ProcessMemory {
    private var bytes: [UInt8] = []

    init(of process: pid_t) {
        let maps = (try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)) ?? ""
        let file = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        for line in maps.split(separator: "\n") where line.split(separator: " ")[1].hasPrefix("r") {
            let ends = line.split(separator: " ")[0].split(separator: "-").map { UInt64($0, radix: 16)! }
            var part = [UInt8](repeating: 0, count: Int(ends[1] - ends[0]))
            let count = pread(file, &part, part.count, off_t(ends[0]))
            bytes += part.prefix(max(count, 0))
        }
    }

    func holds(_ text: some Collection<UInt8>) -> Bool { Data(bytes).range(of: Data(text)) != nil }
}
