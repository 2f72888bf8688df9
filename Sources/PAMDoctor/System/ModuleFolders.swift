/// Where modules are installed.
struct ModuleFolders {
    let paths: [String]
    private let tree: FileTree

    init(in tree: FileTree) {
        var paths = ["/lib/security", "/lib64/security", "/usr/lib/security", "/usr/lib64/security"]
        // Debian's: one folder for each architecture.
        for library in ["/lib", "/usr/lib"] {
            paths += tree.names(in: library).filter { $0.contains("-linux-") }.map { "\(library)/\($0)/security" }
        }
        self.paths = paths.filter(tree.isFolder)
        self.tree = tree
    }

    /// The file of a module; nil where it is not installed.
    func path(of module: Module) -> String? {
        if module.path.hasPrefix("/") {
            // Old Red Hat files write the architecture's part of the path as $ISA.
            let paths = [module.path, module.path.replacingFirst("$ISA", with: "."), module.path.replacingFirst("$ISA", with: "../../lib64/security")]
            return paths.first { tree.status($0) != nil }
        }
        return paths.map { "\($0)/\(module.path)" }.first { tree.status($0) != nil }
    }

    /// The package that has a module on Debian, where it is not libpam-modules.
    static func package(of name: String) -> String? {
        switch name {
        case "pam_sss": "libpam-sss"
        case "pam_ldap": "libpam-ldapd"
        case "pam_mysql": "libpam-mysql"
        case "pam_pgsql": "libpam-pgsql"
        case "pam_winbind": "libpam-winbind"
        case "pam_krb5": "libpam-krb5"
        case "pam_radius_auth": "libpam-radius-auth"
        case "pam_pwdfile": "libpam-pwdfile"
        case "pam_cap": "libpam-cap"
        case "pam_systemd": "libpam-systemd"
        case "pam_tmpdir": "libpam-tmpdir"
        case "pam_script": "libpam-script"
        case "pam_pwquality": "libpam-pwquality"
        case "pam_google_authenticator": "libpam-google-authenticator"
        case "pam_oath": "libpam-oath"
        default: nil
        }
    }
}
