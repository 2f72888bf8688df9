/// What a module does for a login, as far as its name and its arguments tell.
enum Role: Equatable {
    /// It asks whether the password is right, or whether the account may be used.
    case checks
    /// It looks at something else than the password: at the user, the host, the time, a file.
    case rules
    /// It says the same to everybody.
    case always(ReturnValue)
    /// It does something, and decides nothing.
    case serves
    /// A program or a module that nobody here knows. It may check the password.
    case unknown

    private static let checking: Set<String> = [
        "pam_unix", "pam_unix2", "pam_pwdb", "pam_sss", "pam_ldap", "pam_winbind", "pam_krb5", "pam_heimdal", "pam_mysql", "pam_pgsql",
        "pam_userdb", "pam_radius_auth", "pam_radius", "pam_tacplus", "pam_pwdfile", "pam_imap", "pam_systemd_home", "pam_oath",
        "pam_google_authenticator", "pam_u2f", "pam_fprintd", "pam_yubico", "pam_duo", "pam_opie", "pam_otpw", "pam_sqlite",
        "pam_extrausers", "pam_lsass", "pam_centrifydc", "pam_vas3", "pam_pkcs11", "pam_ssh", "pam_cracklib", "pam_himmelblau",
    ]
    private static let ruling: Set<String> = [
        "pam_succeed_if", "pam_access", "pam_listfile", "pam_nologin", "pam_securetty", "pam_shells", "pam_time", "pam_wheel",
        "pam_localuser", "pam_faillock", "pam_tally", "pam_tally2", "pam_usertype", "pam_rhosts", "pam_timestamp", "pam_issue",
        "pam_sepermit", "pam_abl", "pam_geoip", "pam_slurm", "pam_ftp", "pam_shield",
    ]
    private static let serving: Set<String> = [
        "pam_env", "pam_group", "pam_faildelay", "pam_warn", "pam_echo", "pam_cap", "pam_mail", "pam_motd", "pam_limits",
        "pam_gnome_keyring", "pam_ecryptfs", "pam_keyinit", "pam_loginuid", "pam_umask", "pam_lastlog", "pam_lastlog2",
        "pam_mkhomedir", "pam_oddjob_mkhomedir", "pam_namespace", "pam_selinux", "pam_systemd", "pam_elogind", "pam_xauth",
        "pam_tty_audit", "pam_setquota", "pam_ck_connector", "pam_kwallet5", "pam_afs_session", "pam_mount", "pam_tmpdir",
        "pam_fscrypt", "pam_stress", "pam_filter", "pam_pwquality", "pam_pwhistory",
    ]

    init(_ module: Module, _ kind: ManagementGroup) {
        let name = module.name
        switch name {
        case "pam_permit": self = .always(.success)
        case "pam_deny": self = .always(kind == .session ? .sessionErr : .authErr)
        // Its own process is looked at, and the bridge runs as root.
        case "pam_rootok": self = .always(.success)
        // It counts, and wants that to change nothing.
        case "pam_faillock" where kind == .auth && module.arguments.contains("authfail"): self = .always(.ignore)
        // A program that does not get the password cannot check it.
        case "pam_exec" where kind != .session && !module.arguments.contains("expose_authtok"): self = .rules
        case "pam_debug":
            let given = module.arguments.last { $0.hasPrefix("\(kind == .account ? "acct" : kind.rawValue)=") }
            let word = given.flatMap { $0.split(separator: "=").last }.map(String.init) ?? ""
            self = .always(ReturnValue(rawValue: word) ?? .success)
        default:
            if kind == .session { self = .serves }
            else if Role.checking.contains(name) { self = .checks }
            else if Role.ruling.contains(name) { self = .rules }
            else if Role.serving.contains(name) { self = .serves }
            else { self = .unknown }
        }
    }

    /// Whether the answer depends on the password, or may.
    var mayCheck: Bool { self == .checks || self == .unknown }

    /// What a module that rules answers; tried with Linux-PAM 1.5.2.
    struct Rule {
        var passing = ReturnValue.success
        var refusing = ReturnValue.authErr
        /// To a login that has no account.
        var unknown = ReturnValue.success
        /// Whether it is known to answer nothing else.
        var isCertain = true
    }

    static func rule(_ module: Module) -> Rule {
        switch module.name {
        case "pam_nologin": Rule(passing: module.arguments.contains("successok") ? .success : .ignore)
        case "pam_access": Rule(refusing: .permDenied, unknown: .userUnknown)
        case "pam_succeed_if", "pam_usertype": Rule(unknown: .userUnknown)
        case "pam_localuser": Rule(refusing: .permDenied, unknown: .permDenied)
        case "pam_listfile", "pam_securetty", "pam_tally", "pam_tally2": Rule()
        case "pam_shells": Rule(unknown: .authErr)
        case "pam_time": Rule(refusing: .permDenied)
        case "pam_wheel": Rule(passing: module.arguments.contains("trust") ? .success : .ignore, refusing: .permDenied, unknown: .userUnknown)
        case "pam_issue", "pam_sepermit": Rule(passing: .ignore, unknown: .ignore)
        case "pam_faillock": Rule(unknown: .ignore)
        case "pam_exec": Rule(refusing: .systemErr)
        default: Rule(isCertain: false)
        }
    }

    /// What a module that serves answers to pam_authenticate(3) and pam_acct_mgmt(3), the likeliest first.
    static func serviceAnswers(_ module: Module) -> [ReturnValue] {
        switch module.name {
        case "pam_env", "pam_group", "pam_faildelay", "pam_warn", "pam_echo", "pam_mail", "pam_keyinit": [.ignore]
        case "pam_lastlog": [.success]
        default: [.success, .ignore]
        }
    }
}

/// How a module that checks logins does it, as far as its name tells.
enum Checker {
    /// With /etc/shadow.
    case shadow
    /// With passwords of its own: a directory, a database, a file.
    case directory
    /// With a code that is different each time. The client has one field for password and code.
    case code
    /// With a device on the server itself, or with a question that a mail client cannot answer.
    case device
    /// With a question to a telephone.
    case telephone

    init(_ module: Module) {
        switch module.name {
        case "pam_unix", "pam_unix2", "pam_pwdb": self = .shadow
        case "pam_google_authenticator", "pam_oath", "pam_yubico": self = .code
        case "pam_u2f", "pam_fprintd", "pam_pkcs11", "pam_otpw", "pam_opie": self = .device
        case "pam_duo": self = .telephone
        default: self = .directory
        }
    }

    var isFactor: Bool { self == .code || self == .device || self == .telephone }
}

/// What a rule says of an account, where its arguments tell.
enum Conditions {
    /// - Returns: the answer, or nil where it depends on what is not in the line.
    static func answerToRoot(_ module: Module) -> ReturnValue? {
        switch module.name {
        // The bridge names a terminal that is none.
        case "pam_securetty": .authErr
        case "pam_usertype": module.arguments.contains("isregular") ? .authErr : .success
        default: answer(to: 0, of: module) { $0 == "root" }
        }
    }

    /// - Returns: the answer to an account of a person, or nil where it depends on what is not in the line.
    static func answerToPerson(_ module: Module) -> ReturnValue? {
        switch module.name {
        case "pam_securetty": .success
        case "pam_usertype": module.arguments.contains("isregular") ? .success : .authErr
        default: answer(to: 20000, of: module) { $0 == "root" || $0 == "nobody" ? false : nil }
        }
    }

    private static func answer(to number: Int, of module: Module, named isNamed: (Substring) -> Bool?) -> ReturnValue? {
        module.name == "pam_succeed_if" ? succeedIf(module.arguments, number, isNamed) : nil
    }

    /// pam_succeed_if(8): all conditions must hold.
    private static func succeedIf(_ arguments: [String], _ number: Int, _ isNamed: (Substring) -> Bool?) -> ReturnValue? {
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
