import FoundationEssentials

/// What the package embeds, read from the files: this program is built without the package manager.
enum PackageResources {
    static let chat_formats_json = contents("chat-formats.json")
    static let model_names_json = contents("model-names.json")
    static let token_weights_json = contents("token-weights.json")

    private static func contents(_ name: String) -> [UInt8] {
        let path = "Sources/Prompting/Resources/\(name)"
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("There is no \(path) here.") }
        return Array(bytes)
    }
}
