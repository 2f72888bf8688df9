import CheckpwdCore

/// What PAM makes of a service's file, and of all that it takes in.
public struct Configuration: Sendable {
    public fileprivate(set) var stacks: [ManagementGroup: Stack] = [:]
    /// What is wrong with the lines themselves.
    public fileprivate(set) var findings: [Finding] = []
    /// The files that were read, the service's own first.
    public fileprivate(set) var files: [String] = []
    /// Where libpam gives up on the service: pam_start(3) returns `abort`.
    public fileprivate(set) var givesUp: Place?

    public subscript(kind: ManagementGroup) -> Stack { stacks[kind] ?? [] }

    /// Reads a service as libpam does: its file in the first of the folders that has one; `/etc/pam.conf` only where there is
    /// neither folder.
    ///
    /// - Returns: nil where the service has no file, or no line in `/etc/pam.conf`.
    public init?(of service: String, in tree: FileTree) {
        var reader = Reader(tree, service: service)
        if Reader.folders.contains(where: { tree.isFolder(String($0.dropLast())) }) {
            guard let path = reader.path(of: service) else { return nil }
            reader.read(path, for: nil, level: 0, route: [])
        } else {
            reader.readTable("/etc/pam.conf")
            if reader.result.stacks.isEmpty, reader.result.findings.isEmpty { return nil }
        }
        self = reader.result
    }

    fileprivate init() {}
}

/// Reads configuration files as libpam does, and says what it stumbles over. Files that are hostile cost it no more than a
/// bounded number of steps.
struct Reader {
    private(set) var result = Configuration()
    private let tree: FileTree
    private let service: String
    /// The files that are being read, each taken in by the one before it.
    private var open: [String] = []
    /// How many files may still be taken in.
    private var budget = 500

    /// Where libpam looks for a service's file, in this order.
    static let folders = ["/etc/pam.d/", "/usr/lib/pam.d/"]
    /// libpam takes in files no deeper than this.
    static let deepest = 16
    /// Linux-PAM before 1.6 cuts longer lines in pieces.
    static let longest = 1023

    init(_ tree: FileTree, service: String) {
        self.tree = tree
        self.service = service
    }

    /// The file of that name, or the path itself if it is absolute; nil where there is none.
    func path(of name: String) -> String? {
        if name.hasPrefix("/") { return tree.status(name) == nil ? nil : name }
        return Reader.folders.map { $0 + name }.first { tree.status($0) != nil }
    }

    /// Takes the lines of a file.
    ///
    /// - Parameters:
    ///   - kind: the only kind that is taken, or nil for all.
    ///   - route: the lines that led here.
    /// - Returns: whether libpam can read it.
    @discardableResult
    mutating func read(_ path: String, for kind: ManagementGroup?, level: Int, route: [Place]) -> Bool {
        lines(of: path) { reader, line, words in reader.take(line, words, in: path, for: kind, level: level, route: route) }
    }

    /// Takes the service's lines of a file in which each begins with the name of its service.
    mutating func readTable(_ path: String) {
        lines(of: path) { reader, line, words in
            var words = words
            guard words.next()?.text.lowercased() == reader.service else { return true }
            return reader.take(line, words, in: path, for: nil, level: 0, route: [])
        }
    }

    @discardableResult
    private mutating func lines(of path: String, _ take: (inout Reader, LogicalLine, Words) -> Bool) -> Bool {
        switch tree.read(path) {
        case .missing: return false
        case .refused(let errno):
            let cause = Cause(.fileCannotBeRead, about: Array(path.utf8), errno: errno)
            note(.broken, Place(path), String(decoding: cause.sentence, as: UTF8.self), "PAM cannot use the service without it.")
            return false
        case .text(let text):
            if !result.files.contains(path) { result.files.append(path) }
            open.append(path)
            defer { open.removeLast() }
            lookAtBytes(text, path)
            let (lines, unfinished) = LogicalLine.all(in: text)
            for line in lines {
                if line.text.count > Reader.longest {
                    note(
                        .warning, Place(path, line.number), "line of \(line.text.count) bytes",
                        "Linux-PAM before 1.6 cuts a line after \(Reader.longest), and takes the rest for another.")
                }
                guard take(&self, line, Words(line.text)) else {
                    result.givesUp = result.givesUp ?? Place(path, line.number)
                    return false
                }
            }
            guard let unfinished else { return true }
            note(
                .broken, Place(path, unfinished), "the file ends in a line that a backslash continues",
                "PAM takes the whole file for unreadable.")
            if open.count == 1 { result.givesUp = result.givesUp ?? Place(path, unfinished) }
            return false
        }
    }

    /// - Returns: whether libpam goes on.
    private mutating func take(
        _ line: LogicalLine, _ words: Words, in path: String, for wanted: ManagementGroup?, level: Int, route: [Place]
    ) -> Bool {
        var words = words
        let place = Place(path, line.number)
        let route = route + [place]
        guard var word = words.next()?.text else { return true }
        if word.lowercased() == "@include" {
            guard let target = words.next()?.text else { return missing(nil, place, wanted) }
            if include(target, for: wanted, level: level, route: route) { return true }
            // Debian's own word: without a kind libpam has nowhere to put the failure.
            guard let wanted else { return missing(target, place, nil) }
            add(.fails, wanted, Control(otherwise: .bad), level, route, line)
            return true
        }
        let mayBeMissing = word.hasPrefix("-")
        if mayBeMissing { word.removeFirst() }
        let known = ManagementGroup(rawValue: word.lowercased())
        let kind = known ?? wanted ?? .auth
        if known == nil {
            note(
                .broken, place, "'\(word)' is no kind of line",
                "PAM puts a failure among the \(kind) lines in its place. A line begins with auth, account, password or session.",
                Suggestions.managementGroup(for: word).map { [line.string.replacingFirst(word, with: $0)] } ?? [])
        }
        if let wanted, wanted != kind { return true }
        guard let controlWord = words.next() else {
            note(.broken, place, "no control and no module", "PAM puts a failure in the line's place.")
            add(.fails, kind, Control(otherwise: .bad), level, route, line)
            return true
        }
        let simple = controlWord.text.lowercased()
        if simple == "include" || simple == "substack" {
            let target = words.next()?.text
            if simple == "substack" { add(.substack, kind, Control(otherwise: .bad), level, route, line) }
            let deeper = level + (simple == "substack" ? 1 : 0)
            if let target, include(target, for: kind, level: deeper, route: route) { return true }
            if target == nil { note(.broken, place, "'\(simple)' names no file", "PAM puts a failure in the line's place.") }
            add(.fails, kind, Control(otherwise: .bad), level, route, line)
            return true
        }
        let control = self.control(controlWord, words, place, line)
        guard let path = words.next()?.text else {
            note(.broken, place, "no module", "PAM puts a failure in the line's place.")
            add(.fails, kind, control, level, route, line)
            return true
        }
        let module = Module(path, words.all(), mayBeMissing: mayBeMissing)
        if words.isUnclosed {
            note(.warning, place, "'[' without ']'", "PAM takes all to the end of the line for one word.")
        }
        add(known == nil ? .fails : .module(module), kind, control, level, route, line)
        return true
    }

    private mutating func control(_ word: Words.Word, _ words: Words, _ place: Place, _ line: LogicalLine) -> Control {
        if let control = Control(word: word.text) { return control }
        do throws(Control.Malformed) {
            return try Control(pairs: word.bytes)
        } catch {
            let written = word.isBracketed ? "[\(word.text)]" : word.text
            note(
                .broken, place, "bad control '\(written)'\(word.isBracketed || !word.bytes.contains(UInt8(ascii: "=")) ? "" : ", without brackets"): \(error.what)",
                "PAM then takes every answer of the module as a failure, success too.",
                Suggestions.control(for: word.text).map { [line.string.replacingFirst(written, with: $0)] } ?? [])
            return Control(otherwise: .bad)
        }
    }

    /// - Returns: whether libpam could take it in.
    private mutating func include(_ name: String, for kind: ManagementGroup?, level: Int, route: [Place]) -> Bool {
        let place = route.last!
        guard let path = path(of: name) else {
            note(
                .broken, place, "file to be taken in is missing: \(name)",
                "PAM looks for it in \(Reader.folders.joined(separator: " and ")), and puts a failure in the line's place.")
            return false
        }
        guard !open.contains(path), open.count < Reader.deepest else {
            note(.broken, place, open.contains(path) ? "file takes itself in: \(path)" : "files take each other in \(open.count) deep",
                "PAM ends at a depth of \(Reader.deepest), and puts failures in the lines' place.")
            return false
        }
        budget -= 1
        guard budget >= 0 else {
            if budget == -1 { note(.broken, place, "too many files are taken in", "What comes after them was not looked at.") }
            return false
        }
        return read(path, for: kind, level: level, route: route)
    }

    private mutating func missing(_ target: String?, _ place: Place, _ wanted: ManagementGroup?) -> Bool {
        if target == nil { note(.broken, place, "'@include' names no file", "Debian's libpam 1.5.2 ends in a segmentation fault, and every login with it.") }
        return false
    }

    private mutating func add(
        _ work: StackEntry.Work, _ kind: ManagementGroup, _ control: Control, _ level: Int, _ route: [Place], _ line: LogicalLine
    ) {
        result.stacks[kind, default: []].append(
            StackEntry(work: work, control: control, level: level, route: route, text: line.string))
    }

    private mutating func note(
        _ severity: Finding.Severity, _ place: Place, _ what: String, _ why: String, _ lines: [String] = [],
        run commands: [String] = []
    ) {
        let finding = Finding(severity, place, what, why: why, write: lines, run: commands)
        if !result.findings.contains(finding), result.findings.count < 200 { result.findings.append(finding) }
    }

    /// Bytes that are seen by PAM and by nobody else.
    private mutating func lookAtBytes(_ text: [UInt8], _ path: String) {
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let code = line.drop(while: LogicalLine.isBlank)
            guard let first = code.first, first != UInt8(ascii: "#") else { continue }
            let place = Place(path, index + 1)
            if code.contains(UInt8(ascii: "\r")) {
                note(
                    .broken, place, "line ends in a carriage return",
                    "PAM takes it for a part of the last word: a module of that name is not found.", run: ["sed -i 's/\\r$//' \(path)"])
                return
            }
            if code.contains(0) {
                note(.broken, place, "NUL byte", "PAM reads the line only up to it.")
                return
            }
            if code.prefix(while: { $0 != UInt8(ascii: "#") }).contains(where: { $0 >= 0x80 }) {
                note(.warning, place, "bytes that are not ASCII", "A blank that is none, or a typographical quote, is a part of its word to PAM.")
            }
        }
    }
}

/// What was meant, if a word is unknown to PAM.
enum Suggestions {
    static func managementGroup(for word: String) -> String? {
        closest(word, to: ManagementGroup.allCases.map(\.rawValue) + ["@include"])
    }

    static func control(for word: String) -> String? {
        // Pairs that lack their brackets are read to the first blank.
        if word.contains("=") { return nil }
        return closest(word, to: ["required", "requisite", "sufficient", "optional", "include", "substack"])
    }

    /// The only word that is at most two letters away.
    private static func closest(_ word: String, to words: [String]) -> String? {
        let near = words.map { ($0, editDistance(Array(word.lowercased().utf8.prefix(20)), Array($0.utf8))) }.filter { $0.1 <= 2 }
        guard let best = near.map(\.1).min() else { return nil }
        let candidates = near.filter { $0.1 == best }
        return candidates.count == 1 ? candidates[0].0 : nil
    }
}
