/// What a rule says of an account, where its arguments tell.
enum Conditions {
    /// - Returns: the answer, or nil where it depends on what is not in the line.
    static func answerToRoot(_ module: Module) -> Answer? {
        switch module.name {
        // The bridge names a terminal that is none.
        case "pam_securetty": .authErr
        case "pam_usertype": module.arguments.contains("isregular") ? .authErr : .success
        default: answer(to: 0, of: module) { $0 == "root" }
        }
    }

    /// - Returns: the answer to an account of a person, or nil where it depends on what is not in the line.
    static func answerToPerson(_ module: Module) -> Answer? {
        switch module.name {
        case "pam_securetty": .success
        case "pam_usertype": module.arguments.contains("isregular") ? .success : .authErr
        default: answer(to: 20000, of: module) { $0 == "root" || $0 == "nobody" ? false : nil }
        }
    }

    private static func answer(to number: Int, of module: Module, named isNamed: (Substring) -> Bool?) -> Answer? {
        module.name == "pam_succeed_if" ? succeedIf(module.arguments, number, isNamed) : nil
    }

    /// pam_succeed_if(8): all conditions must hold.
    private static func succeedIf(_ arguments: [String], _ number: Int, _ isNamed: (Substring) -> Bool?) -> Answer? {
        let flags: Set = ["debug", "use_uid", "quiet", "quiet_fail", "quiet_success", "audit"]
        let words = arguments.filter { !flags.contains($0) }
        // With use_uid it looks at who runs the process, not at who logs in.
        guard words.count % 3 == 0, !words.isEmpty else { return nil }
        var isSure = true
        for start in stride(from: 0, to: words.count, by: 3) {
            switch holds(words[start], words[start + 1], words[start + 2], number, isNamed) {
            case false?: return .authErr
            case true?: continue
            case nil: isSure = false
            }
        }
        return isSure ? .success : nil
    }

    private static func holds(
        _ field: String, _ comparison: String, _ value: String, _ number: Int, _ isNamed: (Substring) -> Bool?
    ) -> Bool? {
        switch field {
        case "uid", "gid":
            let list = value.split(separator: ":").compactMap { Int($0) }
            guard let first = list.first else { return nil }
            return switch comparison {
            case "<", "lt": number < first
            case "<=", "le": number <= first
            case ">", "gt": number > first
            case ">=", "ge": number >= first
            case "=", "eq": number == first
            case "!=", "ne": number != first
            case "in": list.contains(number)
            case "notin": !list.contains(number)
            default: nil
            }
        case "user":
            let matches = value.split(separator: ":").map(isNamed)
            let isListed: Bool? = matches.contains(true) ? true : matches.contains(nil) ? nil : false
            return switch comparison {
            case "=", "in": isListed
            case "!=", "notin": isListed.map { !$0 }
            default: nil
            }
        default: return nil
        }
    }
}
