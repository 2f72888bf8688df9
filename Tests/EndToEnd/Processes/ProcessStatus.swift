import Foundation

/// What the system says of a process.
enum ProcessStatus {
    /// The fields of /proc/PID/status.
    static func of(_ pid: pid_t) -> [String: String] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
            return (String(line[..<colon]), value.joined(separator: " "))
        }
        return Dictionary(pairs) { $1 }
    }

    /// Whether a process has ended, by now or within a minute.
    static func hasEnded(_ pid: pid_t) -> Bool {
        for _ in 0..<6000 {
            if kill(pid, 0) == -1 || of(pid)["State"]?.hasPrefix("Z") == true { return true }
            usleep(10_000)
        }
        return false
    }
}
