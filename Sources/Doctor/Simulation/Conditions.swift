/// What a rule says of root, where its arguments tell.
enum Conditions {
    /// - Returns: the answer, or nil where it depends on what is not in the line.
    static func answerToRoot(_ module: Module) -> Answer? {
        switch module.name {
        case "pam_succeed_if": succeedIf(module.arguments)
        // The bridge names a terminal that is none.
        case "pam_securetty": .authErr
        case "pam_usertype": module.arguments.contains("isregular") ? .authErr : .success
        default: nil
        }
    }

    /// pam_succeed_if(8): all conditions must hold.
    private static func succeedIf(_ arguments: [String]) -> Answer? {
        let flags: Set = ["debug", "use_uid", "quiet", "quiet_fail", "quiet_success", "audit"]
        let words = arguments.filter { !flags.contains($0) }
        // With use_uid it looks at who runs the process, not at who logs in.
        guard words.count % 3 == 0, !words.isEmpty else { return nil }
        var isSure = true
        for start in stride(from: 0, to: words.count, by: 3) {
            switch holds(words[start], words[start + 1], words[start + 2]) {
            case false?: return .authErr
            case true?: continue
            case nil: isSure = false
            }
        }
        return isSure ? .success : nil
    }

    private static func holds(_ field: String, _ comparison: String, _ value: String) -> Bool? {
        switch field {
        case "uid", "gid":
            let list = value.split(separator: ":").compactMap { Int($0) }
            guard let number = list.first else { return nil }
            return switch comparison {
            case "<", "lt": 0 < number
            case "<=", "le": 0 <= number
            case ">", "gt": 0 > number
            case ">=", "ge": 0 >= number
            case "=", "eq": 0 == number
            case "!=", "ne": 0 != number
            case "in": list.contains(0)
            case "notin": !list.contains(0)
            default: nil
            }
        case "user":
            return switch comparison {
            case "=": value == "root"
            case "!=": value != "root"
            case "in": value.split(separator: ":").contains("root")
            case "notin": !value.split(separator: ":").contains("root")
            default: nil
            }
        default: return nil
        }
    }
}
