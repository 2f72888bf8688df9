import ArgumentParser

struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "The secrets of logins.",
        subcommands: [
            SetSecret.self, DeleteSecret.self, RenameSecret.self, ListSecrets.self, ShowSecret.self, VerifySecret.self,
            GenerateSecret.self, ImportSecrets.self, ExportSecrets.self,
        ])
}
