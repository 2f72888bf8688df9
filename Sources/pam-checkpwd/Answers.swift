import CLibc
import Checkpassword
import CheckpwdCore
import Login

/// What `--help` and `--version` print: the only text that ever goes to standard output, which may be a mail client.
enum Answers {
    static let usage: StaticString = """
        usage: pam-checkpwd [options] [--] prog [args]

        Reads a login and its password from descriptor 3, asks PAM, becomes the user and runs prog.

        The login:
          -s, --service NAME       PAM service, a file in /etc/pam.d (else $PAM_SERVICE, else pam-checkpwd)
          -m, --mechanisms LIST    of plain, cram-md5, apop, cram-sha1, ...; the others are refused.
                                   Without it, only passwords are accepted
          -D, --strip-domain NAME  alice@NAME is the account alice; may be given again
          -i, --ident NAME         what PAM takes for the terminal; $AUTHSERVICE for prog
              --max-length BYTES   read up to so many from descriptor 3 (512)
              --allow-other        let a service without a file of its own fall back to PAM's 'other'
              --allow-user-change  let PAM put another user in the login's place

        What prog finds:
          -e, --noenv              stay who you are; set only USER
          -H, --no-chdir-home      do not enter the user's home directory
              --hold-session       keep PAM's session open while prog runs
              --no-session         open no session
              --dovecot            stay who you are; tell Dovecot's checkpassword-reply who the user is
              --resident           run nothing; answer login after login on descriptor 3
          -c, --chain              run prog for logins that are not ours, and $POSTAUTH for those that are

        The side store:
          -S, --store FILE         the store; or postgresql://[USER@]HOST/DATABASE
          -K, --store-key FILE     its key
          -p, --plain SOURCE       who is asked about a password: pam, store or pam,store (pam)
              --virtual-user NAME  the account that logins run as which only the store knows
              --challenge-age SEC  the greatest age of a challenge; 0 for any (600)
              --replay-cache DIR   where answered challenges are remembered
              --hex-passwords      a digest that does not match may be a password
              --fail-delay SEC     wait so long after a wrong answer or a wrong stored password (2)
              --count-failures     let the service's PAM modules count those, too
              --list-mechanisms    print the mechanisms that a login could use now, and end

          -d, --debug              say each step on standard error
          -h, --help               print this
          -V, --version            print the version

        Exit status: 1 unacceptable, 2 misused, 111 temporary failure, with --dovecot 3 no such user; else
        that of prog.

        """

    /// One name a line.
    static func printMechanisms(_ options: Options) throws(Failure) -> Int32 {
        let policy = try Policy(options, service: [UInt8]("pam-checkpwd"), credentials: Surroundings.credentials)
        return write(try usableMechanisms(policy).list)
    }

    static func print(_ question: Options.Question) -> Int32 {
        let text =
            switch question {
            case .help: [UInt8](usage)
            case .version: [UInt8]("pam-checkpwd ") + [UInt8](Release.version) + [UInt8]("\n")
            }
        return write(text)
    }

    private static func write(_ text: [UInt8]) -> Int32 {
        CLibc.write(1, text, text.count) == text.count ? 0 : 111
    }
}
