/// Texts that are one token each to the models that know them.
enum ControlMarker {
    private static let fixed = [
        "<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CALLS]", "[ARGS]",
        "<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
    ].map { Array($0.utf8) }
    /// The longest name inside `<|…|>`, in bytes; keeps the look ahead, and so the whole scan, linear.
    private static let nameBytesMax = 48

    /// The length in bytes of the marker that begins at an index, if one does.
    static func length(_ bytes: [UInt8], at index: Int) -> Int? {
        if bytes[index...].starts(with: "<|".utf8) {
            return pipedLength(bytes, at: index)
        }
        return fixed.first { bytes[index...].starts(with: $0) }?.count
    }

    private static func pipedLength(_ bytes: [UInt8], at index: Int) -> Int? {
        let name = bytes[(index + 2)...].prefix(nameBytesMax + 1).prefix { byte in
            byte != UInt8(ascii: "|") && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && !byte.isSpace
        }
        guard (1...nameBytesMax).contains(name.count), bytes[name.endIndex...].starts(with: "|>".utf8) else {
            return nil
        }
        return name.count + 4
    }
}
