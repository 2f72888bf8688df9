import ByteStrings
import CPlatform
import Verdicts

/// What `--help` and `--version` print: the only text that ever goes to standard output, which may be a mail client.
enum Answers {
    private static let usage: StaticString = """
        usage: pam-checkpwd [options] [--] prog [args]

        Reads a login and its password from descriptor 3, asks PAM, becomes the user and runs prog.

          -s, --service NAME    PAM service, a file in /etc/pam.d (else $PAM_SERVICE, else pam-checkpwd)
          -e, --noenv           stay who you are; set only USER
          -H, --no-chdir-home   do not enter the user's home directory
          -S, --store FILE      side store, for CRAM-MD5 and APOP
          -K, --store-key FILE  its key
              --allow-other     let a service without a file of its own fall back to PAM's 'other'
          -d, --debug           say each step on standard error
          -h, --help            print this
          -V, --version         print the version

        Exit status: 1 unacceptable, 2 misused, 111 temporary failure; else that of prog.

        """

    static func print(_ question: Options.Question) -> Int32 {
        let text =
            switch question {
            case .help: [UInt8](usage)
            case .version: [UInt8]("pam-checkpwd ") + [UInt8](Release.version) + [UInt8]("\n")
            }
        return write(1, text, text.count) == text.count ? 0 : 111
    }
}
