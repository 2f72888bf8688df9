import CLibc
import CheckpwdCore
import Checkpassword

/// Every option there is, each with one row: the only place where an option is added. Parsing, `--help` and the refusal to a
/// setuid caller are made from the rows, and tests compare them with the manual page. `Options.take` gives it its effect.
enum Option: Int32, CaseIterable {
    case service, mechanisms, stripDomain, ident, maxLength, allowOther, allowUserChange
    case noenv, noChdirHome, holdSession, noSession, dovecot, resident, chain
    case store, storeKey, plain, virtualUser, challengeAge, replayCache, hexPasswords, failDelay, countFailures, listMechanisms
    case debug, help, version

    /// Who may give an option where pam-checkpwd is setuid root.
    enum Permission {
        case everyone
        /// It names a file, a user or another source of truth, changes who may log in, keeps a process of root's alive, or
        /// tells more than yes and no.
        case root
    }

    struct Row {
        let letter: StaticString
        let name: StaticString
        /// The word for its value; empty if it takes none.
        let argument: StaticString
        let permission: Permission
        let help: StaticString
        /// What `--help` says on a second line.
        let more: StaticString

        init(
            _ letter: StaticString, _ name: StaticString, _ argument: StaticString, _ permission: Permission, _ help: StaticString,
            _ more: StaticString = ""
        ) {
            self.letter = letter
            self.name = name
            self.argument = argument
            self.permission = permission
            self.help = help
            self.more = more
        }
    }

    var row: Row {
        switch self {
        case .service: Row("s", "service", "NAME", .everyone, "PAM service, a file in /etc/pam.d (else $PAM_SERVICE, else pam-checkpwd)")
        case .mechanisms:
            Row(
                "m", "mechanisms", "LIST", .everyone, "of plain, cram-md5, apop, cram-sha1, ...; the others are refused.",
                "Without it, only passwords are accepted")
        case .stripDomain: Row("D", "strip-domain", "NAME", .root, "alice@NAME is the account alice; may be given again")
        case .ident: Row("i", "ident", "NAME", .everyone, "what PAM takes for the terminal; $AUTHSERVICE for prog")
        case .maxLength: Row("", "max-length", "BYTES", .everyone, "read up to so many from descriptor 3 (512)")
        case .allowOther: Row("", "allow-other", "", .root, "let a service without a file of its own fall back to PAM's 'other'")
        case .allowUserChange: Row("", "allow-user-change", "", .root, "let PAM put another user in the login's place")

        case .noenv: Row("e", "noenv", "", .everyone, "stay who you are; set only USER")
        case .noChdirHome: Row("H", "no-chdir-home", "", .everyone, "do not enter the user's home directory")
        case .holdSession: Row("", "hold-session", "", .root, "keep PAM's session open while prog runs")
        case .noSession: Row("", "no-session", "", .everyone, "open no session")
        case .dovecot: Row("", "dovecot", "", .root, "stay who you are; tell Dovecot's checkpassword-reply who the user is")
        case .resident: Row("", "resident", "", .root, "run nothing; answer login after login on descriptor 3")
        case .chain: Row("c", "chain", "", .root, "run prog for logins that are not ours, and $POSTAUTH for those that are")

        case .store: Row("S", "store", "FILE", .root, "the store; or postgresql://[USER@]HOST/DATABASE")
        case .storeKey: Row("K", "store-key", "FILE", .root, "its key")
        case .plain: Row("p", "plain", "SOURCE", .root, "who is asked about a password: pam, store or pam,store (pam)")
        case .virtualUser: Row("", "virtual-user", "NAME", .root, "the account that logins run as which only the store knows")
        case .challengeAge: Row("", "challenge-age", "SEC", .root, "the greatest age of a challenge; 0 for any (600)")
        case .replayCache: Row("", "replay-cache", "DIR", .root, "where answered challenges are remembered")
        case .hexPasswords: Row("", "hex-passwords", "", .everyone, "a digest that does not match may be a password")
        case .failDelay: Row("", "fail-delay", "SEC", .root, "wait so long after a wrong answer or a wrong stored password (2)")
        case .countFailures: Row("", "count-failures", "", .root, "let the service's PAM modules count those, too")
        case .listMechanisms: Row("", "list-mechanisms", "", .root, "print the mechanisms that a login could use now, and end")

        case .debug: Row("d", "debug", "", .root, "say each step on standard error")
        case .help: Row("h", "help", "", .everyone, "print this")
        case .version: Row("V", "version", "", .everyone, "print the version")
        }
    }

    var name: StaticString { row.name }

    private var takesValue: Bool { row.argument.utf8CodeUnitCount > 0 }

    /// What getopt_long(3) returns for it: its letter, or a number beyond all letters.
    var number: Int32 {
        row.letter.utf8CodeUnitCount > 0 ? Int32(row.letter.utf8Start.pointee) : 256 + rawValue
    }

    init?(number: Int32) {
        guard let option = Option.allCases.first(where: { $0.number == number }) else { return nil }
        self = option
    }

    /// getopt_long(3)'s table, ended by an empty row.
    static func table() -> [option] {
        allCases.map { each in
            option(
                name: each.name.cString, has_arg: each.takesValue ? required_argument : no_argument, flag: nil, val: each.number)
        } + [option()]
    }

    /// getopt(3)'s letters: `+` ends the options at the first argument that is none, since what follows belongs to the
    /// program; `:` tells a missing value from an unknown option.
    static func letters() -> [UInt8] {
        var letters = [UInt8]("+:")
        for option in allCases where option.row.letter.utf8CodeUnitCount > 0 {
            letters += option.row.letter
            if option.takesValue { letters.append(UInt8(ascii: ":")) }
        }
        return letters
    }

    // MARK: --help

    /// The column at which the explanations begin.
    private static let column = 27

    /// A line of `--help`, or two.
    private var lines: [UInt8] {
        var text = [UInt8]("  ")
        if row.letter.utf8CodeUnitCount > 0 {
            text += "-"
            text += row.letter
            text += ", "
        } else {
            text += "    "
        }
        text += "--"
        text += name
        if takesValue {
            text += " "
            text += row.argument
        }
        Option.pad(&text)
        text += row.help
        text += "\n"
        guard row.more.utf8CodeUnitCount > 0 else { return text }
        var second: [UInt8] = []
        Option.pad(&second)
        second += row.more
        second += "\n"
        return text + second
    }

    private static func pad(_ text: inout [UInt8]) {
        // A name that is too long for its column still has a blank after it.
        repeat { text.append(UInt8(ascii: " ")) } while text.count < column
    }

    /// What `--help` prints.
    static func usage() -> [UInt8] {
        var text = [UInt8](
            """
            usage: pam-checkpwd [options] [--] prog [args]

            Reads a login and its password from descriptor 3, asks PAM, becomes the user and runs prog.

            """)
        for option in allCases {
            switch option {
            case .service: text += "\nThe login:\n"
            case .noenv: text += "\nWhat prog finds:\n"
            case .store: text += "\nThe side store:\n"
            case .debug: text += "\n"
            default: break
            }
            text += option.lines
        }
        text += """

            Exit status: 1 unacceptable, 2 misused, 111 temporary failure, with --dovecot 3 no such user; else
            that of prog.

            """
        return text
    }
}
