// libFuzzer entry point for the reader and the editor of opencode's configuration.
//
//     swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//         -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules \
//         Tests/Fuzz/jsonc.swift Sources/{JSONText,OpenAI}/*.swift Sources/OpenCode/*.swift Sources/OpenCode/JSONC/*.swift \
//         -o /tmp/fuzz-jsonc
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-jsonc -max_total_time=60 -timeout=5 -rss_limit_mb=1024 /tmp/corpus Tests/Fuzz/corpus/jsonc

private let document = OpenCodeDocument(
    models: [
        OpenCodeModel(name: "koboldcpp/Lake-24B", contextTokens: 32_768, answerTokens: 512, threads: 4),
        OpenCodeModel(name: "aphrodite/maker/Reed-8B", contextTokens: 16_384, answerTokens: 1024, tokensPerSecond: 80),
    ]
)

/// Whatever the file, it is refused, or edited so that it says what was wanted: the bytes that are not replaced stay, a
/// second time changes nothing, and what was JSON is JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let old = Array(UnsafeRawBufferPointer(start: start, count: count))
    let wasJSON = (try? JSON(parsing: old)) != nil
    do {
        let edits = try document.edits(of: old)
        let new = edits.applied(to: old)
        keepTheRest(old, new, edits)
        guard let again = try? document.edits(of: new) else { preconditionFailure("what was written is not JSONC") }
        precondition(again.isEmpty, "a second time changes something")
        guard wasJSON else { return 0 }
        guard let value = try? JSON(parsing: new) else { preconditionFailure("what was JSON is not JSON any more") }
        for key in document.provider.members.map(\.key) {
            precondition(value["provider"]?["horde"]?[key] != nil, "our provider is not there")
        }
        precondition(value["model"] != nil && value["small_model"] != nil, "no model is chosen")
    } catch {
        switch error {
        case .notJSONC(let line, let column):
            precondition(line >= 1 && column >= 1 && line + column <= count + 2, "an error outside of the text")
            precondition(!wasJSON, "JSON was refused")
        case .notAnObject: break
        }
    }
    return 0
}

private func keepTheRest(_ old: [UInt8], _ new: [UInt8], _ edits: JSONCEdits) {
    var (oldPlace, newPlace) = (0, 0)
    for replacement in edits.replacements {
        let kept = old[oldPlace..<replacement.span.lowerBound]
        precondition(new[newPlace...].starts(with: kept), "a byte outside of the edits is not where it was")
        newPlace += kept.count + replacement.bytes.count
        oldPlace = replacement.span.upperBound
    }
    precondition(new[newPlace...] == old[oldPlace...], "the end is another one")
}
