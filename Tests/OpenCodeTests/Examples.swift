import FoundationEssentials
import JSONText
import OpenAI
import OpenCode
import Testing

/// A model with round numbers.
func model(
    _ name: String,
    context: Int = 32_768,
    output: Int = 512,
    hasTools: Bool = true,
    hasReasoning: Bool = false,
    threads: Int = 1,
    speed: Double = 10,
    eta: Int? = 0,
    jobs: Int? = 0
) -> OpenCodeModel {
    OpenCodeModel(
        name: name,
        contextTokens: context,
        answerTokens: output,
        hasTools: hasTools,
        hasReasoning: hasReasoning,
        threads: threads,
        tokensPerSecond: speed,
        etaSeconds: eta,
        queuedJobs: jobs
    )
}

/// The two models of the golden files.
let twoModels = OpenCodeDocument(models: [
    model("koboldcpp/Lake-24B", hasReasoning: true, threads: 4),
    model("aphrodite/maker/Reed-8B", context: 16_384, output: 1024, speed: 80),
])

/// The files in `Golden`, by their names.
func golden() throws -> [String: [UInt8]] {
    let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Golden"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return Dictionary(
        uniqueKeysWithValues: try names.map { name in
            (name, Array(try #require(FileManager.default.contents(atPath: folder + "/" + name))))
        }
    )
}

extension OpenCodeDocument {
    /// The text of a file with this document in it; the text itself where nothing changes.
    func text(in file: String) throws -> String {
        let bytes = Array(file.utf8)
        return String(decoding: try merged(into: bytes) ?? bytes, as: UTF8.self)
    }
}

/// A text read as JSONC by other means than the code under test: without its comments and trailing commas it is JSON.
func json(of text: [UInt8]) throws -> JSON {
    var plain: [UInt8] = []
    var index = 0
    var isInString = false
    func at(_ offset: Int) -> UInt8? { index + offset < text.count ? text[index + offset] : nil }
    while let byte = at(0) {
        if isInString, byte == UInt8(ascii: "\\") {
            plain += [byte, at(1) ?? 0]
            index += 2
            continue
        }
        if byte == UInt8(ascii: "\"") { isInString.toggle() }
        if !isInString, byte == UInt8(ascii: "/"), at(1) == UInt8(ascii: "/") {
            while let next = at(0), next != 0x0A, next != 0x0D { index += 1 }
            continue
        }
        if !isInString, byte == UInt8(ascii: "/"), at(1) == UInt8(ascii: "*") {
            index += 2
            while at(0) != nil, !(at(0) == UInt8(ascii: "*") && at(1) == UInt8(ascii: "/")) { index += 1 }
            index += 2
            continue
        }
        if !isInString, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
            let end = plain.lastIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            if let end, plain[end] == UInt8(ascii: ",") { plain.remove(at: end) }
        }
        plain.append(byte)
        index += 1
    }
    return try JSON(parsing: plain)
}
