import ArgumentParser
import FoundationEssentials
import Horde
import SystemPackage

/// Where the server's own key comes from: an option, a file, the environment, or what systemd has put in place.
///
/// Whatever is wrong is said without the value: it is most likely a key, of some other place.
enum KeySource {
    /// The name of the credential (systemd.exec(5), `LoadCredential=`).
    static let credential = "horde-api-key"
    private static let bytesMax = 1024

    /// The key of the first source that there is; the anonymous one without any.
    ///
    /// - Parameters:
    ///   - option: the value of `--api-key`.
    ///   - file: the value of `--api-key-file`.
    /// - Returns: the key.
    /// - Throws: what is wrong with the source, in words for a person.
    static func key(option: String?, file: String?) throws -> HordeKey {
        if option != nil, file != nil { throw ValidationError("--api-key and --api-key-file exclude each other.") }
        if let option { return try key(option, from: "The value of --api-key") }
        if let file { return try key(inFile: file) }
        if let text = Environment["AI_HORDE_API_KEY"] { return try key(text, from: "AI_HORDE_API_KEY") }
        if let file = Environment["AI_HORDE_API_KEY_FILE"] { return try key(inFile: file) }
        if let directory = Environment["CREDENTIALS_DIRECTORY"] {
            let file = directory + "/" + credential
            if FileManager.default.fileExists(atPath: file) { return try key(inFile: file) }
        }
        return .anonymous
    }

    private static func key(inFile path: String) throws -> HordeKey {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? Int
        else { throw ValidationError("The key's file '\(path)' cannot be read.") }
        // The last digit of a mode is everybody's rights.
        guard mode & 0o007 == 0 else {
            throw ValidationError("The key's file '\(path)' can be read by everybody: chmod 600 it.")
        }
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= bytesMax,
            let text = String(validating: data, as: UTF8.self)
        else { throw ValidationError("The key's file '\(path)' cannot be read.") }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count == 1 else { throw ValidationError("The key's file '\(path)' has to hold one line.") }
        return try key(String(lines[0]), from: "What stands in '\(path)'")
    }

    private static func key(_ text: String, from source: String) throws -> HordeKey {
        guard let key = HordeKey(text) else {
            throw ValidationError("\(source) does not have the shape of an AI Horde key.")
        }
        return key
    }
}
