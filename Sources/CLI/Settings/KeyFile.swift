import FoundationEssentials
import Horde

/// A file with the server's own key, an operator's or one that systemd has put in place.
///
/// Whatever is wrong is said without the value: it is most likely a key, of some other place.
enum KeyFile {
    /// The name of the credential (systemd.exec(5), `LoadCredential=`).
    static let credentialName = "horde-api-key"
    private static let bytesMax = 1024

    /// The key that systemd has put in place, if there is one.
    static func credential() throws(ConfigurationError) -> HordeKey? {
        guard let directory = Environment["CREDENTIALS_DIRECTORY"] else { return nil }
        let file = directory + "/" + credentialName
        return FileManager.default.fileExists(atPath: file) ? try key(in: file) : nil
    }

    /// The key in a file, which not everybody may read.
    static func key(in path: String) throws(ConfigurationError) -> HordeKey {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? Int
        else { throw ConfigurationError(path, "The key's file cannot be read.") }
        // The last digit of a mode is everybody's rights.
        guard mode & 0o007 == 0 else {
            throw ConfigurationError(path, "The key's file can be read by everybody: chmod 600 it.")
        }
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= bytesMax,
            let text = String(validating: data, as: UTF8.self)
        else { throw ConfigurationError(path, "The key's file cannot be read.") }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count == 1 else { throw ConfigurationError(path, "The key's file has to hold one line.") }
        guard let key = HordeKey(String(lines[0])) else {
            throw ConfigurationError(path, "What stands there does not have the shape of an AI Horde key.")
        }
        return key
    }
}
